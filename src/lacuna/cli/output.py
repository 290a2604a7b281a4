"""How commands speak: results on standard output, everything else on standard error, `--json` for programs."""

import json
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console

from lacuna.domain.errors import ConfigError, InvalidInput, LacunaError

T = TypeVar("T")

out = Console(soft_wrap=True, highlight=False)
err = Console(stderr=True, soft_wrap=True, highlight=False)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document for programs.")]
DataDir = Annotated[Path | None, typer.Option("--data-dir", help="Data folder (default: storage.data_path).")]


def overrides(data_dir: Path | None, **more: object) -> dict[str, object]:
    """Command-line options as configuration overrides by dotted key; options not given are left out."""
    given = {key.replace("__", "."): value for key, value in more.items() if value is not None}
    return given if data_dir is None else {"storage.data_path": str(data_dir), **given}


def print_json(value: Any) -> None:
    """One JSON document on standard output; escaped where the terminal's encoding is not UTF-8."""
    import msgspec

    plain = (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"
    sys.stdout.write(json.dumps(msgspec.to_builtins(value), ensure_ascii=plain, indent=2) + "\n")


def read_text(path: Path, most: int = 1024 * 1024) -> str:
    """The text of a file that an option names. Raises InvalidInput."""
    try:
        with path.open("rb") as file:
            raw = file.read(most + 1)
        if len(raw) > most:
            raise InvalidInput(f"{path} has more than {most} bytes.", cure="Check that it is the right file.")
        return raw.decode("utf-8")
    except OSError as fault:
        raise InvalidInput(f"{path} cannot be read ({fault.strerror}).", cure="Check the name.") from None
    except UnicodeDecodeError:
        raise InvalidInput(f"{path} is no UTF-8 text.", cure="Check that it is the right file.") from None


def run(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """The result of an async command. Warnings of its parts go to standard error."""
    import asyncio

    import structlog

    from lacuna.wiring.start_up import started

    if not structlog.is_configured():
        structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))
    started()
    return asyncio.run(work())


def report(error: LacunaError, *, as_json: bool) -> None:
    """An error with its cause and cure, on standard error; as JSON on standard output where that was asked for."""
    problems = error.problems if isinstance(error, ConfigError) else ()
    if as_json:
        body = {"code": error.code, "message": error.message, "cure": error.cure, "problems": list(problems)}
        print_json({"error": body})
        return
    err.print(f"[bold red]error[/] ({error.code}): ", end="")
    err.print(error.message, markup=False)
    for problem in problems:
        err.print(f"  {problem}", markup=False)
    if error.cure:
        err.print(f"  {error.cure}", markup=False)
