"""`lacuna evaluate`: whether an operation on named data would be allowed."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lacuna.cli.output import AsJson, DataDir, out, overrides, print_json, run
from lacuna.domain.errors import InvalidInput

if TYPE_CHECKING:
    from lacuna.api.evaluate import Cell, EvaluateAnswer


def evaluate_command(
    operation: Annotated[str, typer.Argument(help="read, write, export, join, aggregate, filter, transform, ...")],
    source: Annotated[list[str], typer.Argument(help="Ids of documents, datasets or lineage nodes.")],
    to: Annotated[str | None, typer.Option("--to", help="Where the data would go.")] = None,
    to_type: Annotated[str | None, typer.Option("--to-type", help="What that is: internal, external, model.")] = None,
    encrypted: Annotated[bool | None, typer.Option(help="Whether the destination is encrypted.")] = None,
    purpose: Annotated[str | None, typer.Option(help="What for, in a word or two.")] = None,
    column: Annotated[list[str] | None, typer.Option(help="A column that is needed; may be repeated.")] = None,
    code: Annotated[str | None, typer.Option(help="The SQL or Python that would run; `-` reads it.")] = None,
    sample: Annotated[Path | None, typer.Option(help="Some of the data: a JSON list of rows, or text.")] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Say whether an operation on named data is allowed, why, and what would be instead. Exit code 1: it is not."""
    from lacuna.api.evaluate import EvaluateBody, answer, wanted
    from lacuna.wiring.build import open_application

    async def work() -> "EvaluateAnswer":
        async with open_application(overrides(data_dir)) as application:
            limit = application.loaded.settings.server.max_query_chars
            text = sys.stdin.read(limit + 1) if code == "-" else code
            body = EvaluateBody(
                operation=operation,
                sources=tuple(source),
                destination=to,
                destination_type=to_type,
                destination_encrypted=encrypted,
                purpose=purpose,
                columns=tuple(column or ()),
                code=text or "",
                sample=() if sample is None else _sample(sample, limit),
            )
            request = wanted(body, limit)
            return answer(await application.evaluate.one(request, application.cli_principal))

    found = run(work)
    if as_json:
        print_json(found)
    else:
        _show(found)
    if not found.allowed:
        raise typer.Exit(1)


def _sample(file: Path, limit: int) -> "str | tuple[dict[str, Cell], ...]":
    import msgspec

    from lacuna.api.evaluate import Cell

    try:
        with file.open(encoding="utf-8") as stream:
            text = stream.read(limit + 1)
    except (OSError, UnicodeDecodeError) as fault:
        raise InvalidInput(f"{file.name} cannot be read ({type(fault).__name__}).", cure="Save it as UTF-8.") from None
    if file.suffix.lower() != ".json":
        return text
    try:
        return msgspec.json.decode(text, type=tuple[dict[str, Cell], ...])
    except msgspec.DecodeError:
        raise InvalidInput(f"{file.name} is no JSON list of rows.", cure="Write [{...}, {...}], or text.") from None


def _show(found: "EvaluateAnswer") -> None:
    out.print(f"{'Allowed' if found.allowed else 'Denied'}   {found.tier}", markup=False)
    out.print(f"Why       {found.reasoning}", markup=False)
    for each in found.alternatives:
        more = " (needs approval)" if each.needs_approval else ""
        out.print(f"Instead   {each.change}: {each.tier}{more}", markup=False)
    if found.result is not None:
        out.print(found.result, markup=False)
    out.print(f"Policy    {found.policy_id} {found.policy_version}", markup=False)
    out.print(f"Record    {found.decision_id}", markup=False)
