"""What one Rego file declares and mentions: its package, imports, rules, the names it calls and the fields of the input
it reads."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from lacuna.adapters.rego.tokens import Kind, Token, statements, tokens
from lacuna.domain.policy_set import json_text

Path = tuple[str, ...]

_ENDING = ("}", ";")
_INFIX = ("in", "as", "with", "contains", "if", "else")


@dataclass(frozen=True, slots=True)
class Reference:
    """A dotted path as written ("input.user.groups"), where it starts, and whether it is called."""

    path: Path
    at: Token
    called: bool
    within: str
    """The rule that it stands in."""
    member: str | None = None
    """The literal whose membership in it is all that is asked (`"sales" in input.user.groups`)."""


@dataclass(slots=True)
class Module:
    """One file. `package` is without "data"; `imports` lead from a name to a path."""

    file: str
    package: Path = ()
    package_at: Token | None = None
    imports: dict[str, Path] = field(default_factory=dict)
    rules: dict[str, Token] = field(default_factory=dict)
    references: list[Reference] = field(default_factory=list)
    bodies: list[list[Token]] = field(default_factory=list)
    """The tokens of every rule."""

    @property
    def dotted(self) -> str:
        return ".".join(self.package)


def read(file: str, source: str) -> Module:
    """What the file declares. Never raises: what cannot be read is the engine's to refuse."""
    module = Module(file)
    for statement in statements(list(tokens(source))):
        head, rest = statement[0], statement[1:]
        if head.text == "package":
            module.package, module.package_at = path_of(rest), head
        elif head.text == "import":
            _import(module, rest)
        else:
            if head.text == "default" and rest:
                statement = rest
            name = statement[0]
            module.rules.setdefault(name.text, name)
            module.bodies.append(statement)
            module.references += _references(statement, name.text)
    return module


def _import(module: Module, rest: list[Token]) -> None:
    path = path_of(rest)
    if not path or path[0] not in ("data", "input"):
        return
    words = [token.text for token in rest]
    alias = words[words.index("as") + 1] if "as" in words[:-1] else path[-1]
    module.imports[alias] = path
    module.references.append(Reference(path, rest[0], False, "import"))


def path_of(found: list[Token]) -> Path:
    """The dotted path that these tokens begin with; a text in brackets is a part like any other."""
    return tuple(part for part, _ in _parts(found, 0))


def _parts(found: list[Token], start: int) -> Iterator[tuple[str, int]]:
    """The parts of a path, each with the index behind it."""
    if start >= len(found) or found[start].kind is not Kind.NAME:
        return
    yield found[start].text, start + 1
    at = start + 1
    while at + 1 < len(found):
        sign, following = found[at], found[at + 1]
        adjacent = sign.line == found[at - 1].line and sign.column == found[at - 1].column + len(found[at - 1].text)
        if sign.text == "." and adjacent and following.kind is Kind.NAME:
            yield following.text, at + 2
            at += 2
        elif sign.text == "[" and adjacent and _closed_text(found, at):
            yield following.text[1:-1], at + 3
            at += 3
        else:
            return


def _closed_text(found: list[Token], at: int) -> bool:
    return at + 2 < len(found) and found[at + 1].kind is Kind.TEXT and found[at + 2].text == "]"


def _references(statement: list[Token], rule: str) -> Iterator[Reference]:
    at = 0
    while at < len(statement):
        token = statement[at]
        follows_dot = at > 0 and statement[at - 1].text == "." and not token.first
        if token.kind is not Kind.NAME or follows_dot:
            at += 1
            continue
        parts = list(_parts(statement, at))
        end = parts[-1][1]
        behind = statement[end] if end < len(statement) else None
        last = statement[end - 1]
        called = (
            behind is not None
            and behind.text == "("
            and behind.line == last.line
            and behind.column == last.column + len(last.text)
        )
        yield Reference(tuple(part for part, _ in parts), token, called, rule, _member(statement, at, end))
        at = end


def _member(statement: list[Token], start: int, end: int) -> str | None:
    """The literal of `"literal" in PATH`, where nothing else is done with the path: no key is asked for beside it
    (`0, "literal" in PATH`), and no operator or bracket follows."""
    if start < 2 or statement[start - 1].text != "in" or statement[start - 2].kind is not Kind.TEXT:
        return None
    if start > 2 and not _begins_expression(statement, start - 2):
        return None
    if end < len(statement) and statement[end].text not in _ENDING:
        following = statement[end]
        if not following.first or following.kind is not Kind.NAME or following.text in _INFIX:
            return None
    return literal(statement[start - 2].text)


def _begins_expression(statement: list[Token], at: int) -> bool:
    before = statement[at - 1]
    if before.text in ("if", "not", "{", ";"):
        return True
    return statement[at].first and before.text not in (",", "(", "[", ":") and before.kind is not Kind.SIGN


def literal(text: str) -> str:
    """The text that a token of a text stands for."""
    return text[1:-1] if text.startswith("`") else json_text(text[1:-1])
