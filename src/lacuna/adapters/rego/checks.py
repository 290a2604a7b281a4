"""What is refused before a set of policies is compiled, because the embedded engine would accept it and then decide
something else than its author meant.

Promise: each fault names file, line, column and cure. Refused are: built-ins that read the environment, the network,
a clock or chance (a decision depends on its input alone), built-ins and syntax that the engine does not have or gets
wrong, names that lead nowhere, fields that no input has. What is left to others: parse errors (the engine's own), and
whether the rules say what was meant (their tests).
"""

import difflib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from lacuna.adapters.rego.module import Module, Path, Reference
from lacuna.adapters.rego.tokens import Kind, Token
from lacuna.domain.policy_documents import FIELDS
from lacuna.domain.policy_set import is_test


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """Why a set is refused, and where."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


_BANNED: Final[Mapping[str, str]] = {
    "http.send": "policies reach no network; put what they need to know into a data file",
    "net.lookup_ip_addr": "policies reach no network; put what they need to know into a data file",
    "opa.runtime": "it would show the server's environment to every rule; put what rules need into a data file",
    "rand.intn": "a decision depends on its input alone",
    "time.now_ns": "a decision depends on its input alone; use input.time",
    "trace": "use print, whose output is dropped",
    "uuid.rfc4122": "a decision depends on its input alone",
}
_UNRELIABLE: Final = frozenset(
    {"regex.is_valid", "time.parse_rfc3339_ns", "time.parse_ns", "json.match_schema", "json.verify_schema"}
)
"""Built-ins that the embedded engine answers otherwise than OPA does; so do those on networks and the old casts."""

_WORDS: Final = frozenset(
    "as contains data default else every false if import in input not null package set some true with _ print".split()
)
_ESCAPES: Final = re.compile(r"(?<!\\)(?:\\\\)*\\[u/]")
_REGEX_FLAGS: Final = re.compile(r"\(\?[a-zA-Z-]*[imsU-][a-zA-Z-]*[:)]|\\\\?[pP]\{|\\\\?[pP][A-Z]")
_BEFORE_BODY: Final = frozenset({"if", "else", "contains", "in", "default", "not", "with", "as", "some", "every"})


class Names:
    """What the names of a set lead to: packages with their rules, and the keys of the data."""

    def __init__(self, modules: Iterable[Module], data_keys: Iterable[str]) -> None:
        self.rules: dict[Path, set[str]] = {}
        for module in modules:
            self.rules.setdefault(module.package, set()).update(module.rules)
        self._data_keys = set(data_keys)

    def leads_somewhere(self, path: Path) -> str:
        """Empty if `path` (behind "data") may lead to something; else the part that leads nowhere."""
        if not path or path[0] in self._data_keys:
            return ""
        for end in range(len(path), 0, -1):
            package, rest = path[:end], path[end:]
            if package in self.rules:
                return "" if not rest or rest[0] in self.rules[package] else ".".join(path[: end + 1])
            if any(known[:end] == package for known in self.rules):
                return "" if not rest else ".".join(path[: end + 1])
        return path[0]


def faults(modules: list[Module], data_keys: Iterable[str], is_builtin: Callable[[str], bool]) -> list[Fault]:
    """Everything that is wrong with these files, by place."""
    names = Names(modules, data_keys)
    found: list[Fault] = []
    for module in modules:
        at = module.package_at
        if at is None or not module.package:
            found.append(Fault(module.file, 1, 1, "there is no package; begin the file with one"))
        for reference in module.references:
            found += _of_reference(module, reference, names, is_builtin)
        for body in module.bodies:
            found += _of_syntax(module, body)
            found += _lonely(module, body, names)
    return sorted(set(found))


def _of_reference(
    module: Module, reference: Reference, names: Names, is_builtin: Callable[[str], bool]
) -> Iterator[Fault]:
    path, dotted = reference.path, ".".join(reference.path)

    def fault(message: str) -> Fault:
        return Fault(module.file, reference.at.line, reference.at.column, message)

    if dotted in _BANNED:
        yield fault(f"{dotted} is not allowed: {_BANNED[dotted]}")
    elif dotted in _UNRELIABLE or dotted.startswith(("net.cidr_", "cast_")):
        yield fault(f"{dotted} is not supported by the embedded engine; do without it")
    elif path[0] == "data":
        if part := names.leads_somewhere(path[1:]):
            yield fault(f"data.{part} leads to no package, rule or data file of the set")
    elif path[0] == "input":
        if not is_test(module.file) and (message := _no_field(path[1:])):
            yield fault(message)
    elif reference.called and not _known_function(module, path, names, is_builtin):
        yield fault(f"{dotted} is no built-in that the embedded engine has, and no function of the set")


def _known_function(module: Module, path: Path, names: Names, is_builtin: Callable[[str], bool]) -> bool:
    if path[0] in module.imports:
        target = (*module.imports[path[0]], *path[1:])
        return target[0] == "input" or not names.leads_somewhere(target[1:])
    if len(path) == 1 and path[0] in names.rules.get(module.package, ()):
        return True
    return path[0] in _WORDS or is_builtin(".".join(path))


def _no_field(path: Path) -> str:
    """Why the input has no such field; empty if it may have it."""
    if not path:
        return ""
    tops = sorted({known[0] for known in FIELDS})
    if path[0] not in tops:
        guess = difflib.get_close_matches(path[0], tops, 1)
        return f"input.{path[0]} is no field of the input" + (f'; did you mean "{guess[0]}"?' if guess else "")
    below = sorted({known[1] for known in FIELDS if known[0] == path[0] and len(known) > 1})
    if below and len(path) > 1 and path[1] not in below:
        return f"input.{path[0]}.{path[1]} is no field of the input; known: {', '.join(below)}"
    return ""


def _of_syntax(module: Module, body: list[Token]) -> Iterator[Fault]:
    uses_regex = any(token.text == "regex" for token in body)
    conditional = False
    for index, token in enumerate(body):

        def fault(message: str, at: Token = token) -> Fault:
            return Fault(module.file, at.line, at.column, message)

        before = body[index - 1] if index else None
        if token.kind is Kind.UNKNOWN:
            yield fault(f"{token.text!r} is no character of Rego")
        elif token.text == "$":
            yield fault("string templates are not supported by the embedded engine; use sprintf")
        elif token.text == "with" and not is_test(module.file):
            yield fault("with is not supported in rules by the embedded engine; only tests may use it")
        elif token.text == "if":
            conditional = True
        elif token.text == "else":
            conditional = False
        elif token.text == "{" and token.depth == 0 and not conditional and before is not None and _is_value(before):
            yield fault('a rule body needs "if" before it, a partial rule "contains" (Rego v1)')
        elif token.kind is Kind.TEXT and token.text[0] == '"' and _ESCAPES.search(token.text):
            yield fault("\\u and \\/ in a text are not what they stand for in the embedded engine; write the character")
        elif token.kind is Kind.TEXT and uses_regex and _REGEX_FLAGS.search(token.text):
            yield fault("inline flags such as (?i) and \\p{..} are not supported in patterns; spell the letters out")


def _is_value(token: Token) -> bool:
    if token.kind is Kind.NAME:
        return token.text not in _BEFORE_BODY
    return token.kind in (Kind.TEXT, Kind.NUMBER) or token.text in (")", "]", "}")


def _lonely(module: Module, body: list[Token], names: Names) -> Iterator[Fault]:
    """A variable that stands in a rule only once is bound to nothing, or to no purpose: the engine takes it for
    undefined, and the rule silently never fires."""
    places: dict[str, Token] = {}
    counts: Counter[str] = Counter()
    for index, token in enumerate(body):
        if token.kind is not Kind.NAME or token.text in _WORDS:
            continue
        before = body[index - 1] if index else None
        if before is not None and before.text == "." and not token.first:
            continue
        counts[token.text] += 1
        places.setdefault(token.text, token)
    known = names.rules.get(module.package, set()) | module.imports.keys()
    called = {(r.at.line, r.at.column) for r in module.references if r.called}
    for name, token in places.items():
        if counts[name] == 1 and name not in known and (token.line, token.column) not in called:
            yield Fault(
                module.file,
                token.line,
                token.column,
                f"{name} stands in this rule only once: it is bound to nothing; write _ for a value that is not used",
            )
