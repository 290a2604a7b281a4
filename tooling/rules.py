"""House rules that no general linter knows: `python -m tooling.rules` prints each fault with its place and its cure.

Promise: reads only files that git tracks; every rule says what to do instead. What ruff, mypy and import-linter can
check is left to them.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

MAX_LINES: Final = 450
_ONE_FILE: Final = {PurePosixPath("src/lacuna/cli/verify_ledger.py")}
"""Has to work alone, copied anywhere."""

_SWALLOWERS: Final = {PurePosixPath("src/lacuna/wiring/guard.py"), PurePosixPath("src/lacuna/http/errors.py")}
_VAGUE: Final = {"common", "helper", "helpers", "manager", "misc", "util", "utils"}
_IMPURE: Final = {
    *("asyncio", "concurrent", "logging", "multiprocessing", "signal", "subprocess", "sys", "threading"),
    *("glob", "http", "io", "os", "pathlib", "pickle", "shutil", "socket", "sqlite3", "ssl", "tempfile", "urllib"),
    *("ctypes", "random", "secrets", "time", "uuid"),
}
_REGISTRIES: Final = re.compile(
    r"\bpypi[.]org|pythonhosted[.]org|registry[.]npmjs|npmjs[.]com|deb[.]debian[.]org|proxy[.]golang|crates[.]io"
)
_MACHINES: Final = re.compile(r"(?<![\w.])/(?:work/(?:main|shared)|root/\.(?:pyenv|cache|local))\b")


@dataclass(frozen=True)
class Fault:
    """One broken rule: where, and what to do instead."""

    path: PurePosixPath
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


Rule = Callable[[PurePosixPath, str], Iterator[Fault]]


def swallows_everything(path: PurePosixPath, text: str) -> Iterator[Fault]:
    """A handler of everything must end in `raise`, except in the two places that exist to translate."""
    if not _is_source(path) or path in _SWALLOWERS:
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ExceptHandler) and _catches_everything(node.type) and not _reraises(node):
            yield Fault(path, node.lineno, "catches everything: name the errors, or end the handler with `raise`")


def too_long(path: PurePosixPath, text: str) -> Iterator[Fault]:
    """A module knows one thing."""
    lines = text.count("\n")
    if path.suffix != ".py" or path in _ONE_FILE:
        return
    if path.parts[0] in {"src", "tooling", "benchmarks"} and lines > MAX_LINES:
        yield Fault(path, lines, f"{lines} lines, more than {MAX_LINES}: split it by what it knows")


def vague_name(path: PurePosixPath, text: str) -> Iterator[Fault]:
    """A module is named for the one thing it knows."""
    if path.suffix == ".py" and _VAGUE & {path.stem, *path.parts[:-1]}:
        yield Fault(path, 1, "a vague name: call it after the one thing it knows")


def impure_rules(path: PurePosixPath, text: str) -> Iterator[Fault]:
    """The domain imports the standard library and itself, and of the library nothing with a clock, chance or I/O."""
    if path.parts[:3] != ("src", "lacuna", "domain") or path.suffix != ".py":
        return
    for line, name in _imports(ast.parse(text)):
        top = name.partition(".")[0]
        inside = name == "lacuna.domain" or name.startswith("lacuna.domain.")
        if top in _IMPURE or not (inside or top in sys.stdlib_module_names):
            yield Fault(path, line, f"the domain may not import {name}: take the fact as an argument")


def unfinished(path: PurePosixPath, text: str) -> Iterator[Fault]:
    """What is committed works."""
    if not _is_source(path):
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Raise) and "NotImplementedError" in ast.unparse(node):
            yield Fault(path, node.lineno, "unfinished: implement it, or leave it out of the interface")


def foreign_place(path: PurePosixPath, text: str) -> Iterator[Fault]:
    """Nothing committed depends on one package registry or one machine."""
    for number, line in enumerate(text.splitlines(), start=1):
        if _REGISTRIES.search(line):
            yield Fault(path, number, "names a package registry: leave it to the reader's own configuration")
        if _MACHINES.search(line):
            yield Fault(path, number, "names a folder of one machine: use a relative path")


RULES: Final[tuple[Rule, ...]] = (
    swallows_everything,
    too_long,
    vague_name,
    impure_rules,
    unfinished,
    foreign_place,
)


def faults_of(path: PurePosixPath, text: str) -> list[Fault]:
    """All faults of one file, given its path from the root of the checkout."""
    return [fault for rule in RULES for fault in rule(path, text)]


def tracked_texts(root: Path) -> Iterator[tuple[PurePosixPath, str]]:
    """Every tracked UTF-8 file and its text; others are data."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, check=True).stdout.decode()
    for name in filter(None, listed.split("\0")):
        try:
            yield PurePosixPath(name), (root / name).read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue


def _is_source(path: PurePosixPath) -> bool:
    return path.parts[:2] == ("src", "lacuna") and path.suffix == ".py"


def _catches_everything(caught: ast.expr | None) -> bool:
    if caught is None:
        return True
    parts = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any(isinstance(part, ast.Name) and part.id in {"BaseException", "Exception"} for part in parts)


def _reraises(handler: ast.ExceptHandler) -> bool:
    return isinstance(handler.body[-1], ast.Raise)


def _imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, node.module or ""


def main(root: Path) -> int:
    """Prints every fault; 1 if there is any."""
    faults = [fault for path, text in tracked_texts(root) for fault in faults_of(path, text)]
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(Path(__file__).resolve().parent.parent))
