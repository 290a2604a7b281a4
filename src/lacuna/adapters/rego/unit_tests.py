"""A set's own tests: rules named `test_...` in files that end in `_test.rego`, as `opa test` runs them.

The embedded engine cannot evaluate `with` under rules that hold operators, calls or `not` (it ends the process). So the
documents behind `with` are evaluated first, and then the test under them as the real input and data. That is the same
as long as one test has one input; a test with several, or whose documents use its own variables, is refused with its
place.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from lacuna.adapters.rego.checks import Fault
from lacuna.adapters.rego.module import path_of
from lacuna.adapters.rego.tokens import Token, statements, tokens
from lacuna.domain.policy_set import is_test

HIDDEN: Final = "lacuna_document_"
"""How the rules begin that hold the documents behind `with`."""

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """A test of a file, and its documents: where each goes ("input", "data.settings"), and the rule that holds it."""

    package: str
    name: str
    at: Token
    file: str
    documents: tuple[tuple[Path, str], ...]

    @property
    def entry(self) -> str:
        return "/".join((*self.package.split("."), self.name))


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file that can be evaluated without `with`."""

    source: str
    cases: tuple[Case, ...]
    faults: tuple[Fault, ...]


def prepared(file: str, source: str) -> Prepared:
    """The file with its documents as rules of their own. Files without tests stay as they are."""
    if not is_test(file):
        return Prepared(source, (), ())
    package = ""
    cases: list[Case] = []
    faults: list[Fault] = []
    cut: list[tuple[int, int]] = []
    added: list[str] = []
    for statement in statements(list(tokens(source))):
        head = statement[0]
        if head.text == "package":
            package = ".".join(path_of(statement[1:]))
            continue
        found: dict[Path, tuple[str, str]] = {}
        for at, path, start, end, text in _clauses(statement, source):
            cut.append((start, end))
            known = found.get(path)
            if not head.text.startswith("test_"):
                faults.append(Fault(file, at.line, at.column, "with stands in tests only"))
            elif known is None:
                rule = f"{HIDDEN}{len(added)}"
                found[path] = (text, rule)
                added.append(f"{rule} := {text}")
            elif known[0] != text:
                message = "one test has two documents for the same place; make two tests of it"
                faults.append(Fault(file, at.line, at.column, message))
        if head.text.startswith("test_"):
            documents = tuple((path, rule) for path, (_, rule) in found.items())
            cases.append(Case(package, head.text, head, file, documents))
    for start, end in cut:
        blank = "".join(c if c == "\n" else " " for c in source[start:end])
        source = source[:start] + blank + source[end:]
    return Prepared("\n".join((source, *added)) + "\n", tuple(cases), tuple(faults))


def _clauses(statement: list[Token], source: str) -> Iterator[tuple[Token, Path, int, int, str]]:
    """Each `with PATH as DOCUMENT` of a statement: its place, path, span and the document's text."""
    for index, token in enumerate(statement):
        if token.text != "with":
            continue
        path = path_of(statement[index + 1 :])
        start = next((n for n in range(index, len(statement)) if statement[n].text == "as"), index) + 1
        end = start
        while end < len(statement) and not _ends(statement[end], token.depth, end > start):
            end += 1
        if start >= end:
            continue
        last = statement[end - 1]
        text = source[statement[start].start : last.start + len(last.text)]
        yield token, path, token.start, last.start + len(last.text), " ".join(text.split())


def _ends(token: Token, depth: int, begun: bool) -> bool:
    """Whether an expression at this depth is over before `token`."""
    if token.depth < depth or (token.depth == depth and token.text in ("with", ";", ",")):
        return True
    closing = token.text in ("}", ")", "]")
    return begun and token.depth == depth and token.first and not closing


def placed(documents: Iterable[tuple[Path, object]], data: dict[str, object]) -> tuple[object, dict[str, object]]:
    """The input and the data of a test, from its documents and the set's data."""
    roots: dict[str, object] = {"input": {}, "data": data}
    for path, value in documents:
        if len(path) == 1:
            roots[path[0]] = value
            continue
        section = roots
        for name in path[:-1]:
            below = section.get(name)
            section[name] = dict(below) if isinstance(below, dict) else {}
            section = section[name]  # type: ignore[assignment]
        section[path[-1]] = value
    changed = roots["data"]
    return roots["input"], changed if isinstance(changed, dict) else {}
