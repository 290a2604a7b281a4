"""Which fields of the input a set of policies can read.

Promise: a field that is not named here cannot influence a decision, nor can a member of a list that is not named. Where
the files use the input in any way other than by a spelled-out path, every field counts as read.
"""

from collections.abc import Iterable
from typing import Final

from lacuna.adapters.rego.module import Module, Path
from lacuna.domain.policy_documents import EVERY, FIELDS, Field

MEMBER_FIELDS: Final = (("user", "groups"), ("user", "roles"))
"""Lists that differ from person to person, and are mostly asked for a member."""


def fields_read(modules: Iterable[Module], package: str) -> tuple[Field, ...]:
    """The fields that `package` and all that it refers to can read, in the order of `FIELDS`."""
    wanted: set[Path] = set()
    for module in _reached(list(modules), package):
        names = {alias: path for alias, path in module.imports.items() if path[0] == "input"}
        for reference in module.references:
            path = reference.path
            if path[0] in names and reference.within != "import":
                path = (*names[path[0]], *path[1:])
            if path[0] != "input" or (reference.within == "import" and path != ("input",)):
                continue
            if len(path) == 1:
                return EVERY
            wanted.add(path[1:])
    return tuple(field for field in EVERY if any(_touches(path, field.path) for path in wanted))


def members_read(modules: Iterable[Module], package: str) -> dict[str, list[str]]:
    """By dotted field, the members that `package` and all that it refers to can tell apart, for fields of
    `MEMBER_FIELDS` of which nothing but the membership of literals is asked."""
    found: dict[Path, set[str]] = {path: set() for path in MEMBER_FIELDS}
    for module in _reached(list(modules), package):
        for reference in module.references:
            if reference.path[0] != "input":
                continue
            below = reference.path[1:]
            for path in [path for path in found if _touches(below, path)]:
                if below == path and reference.member is not None:
                    found[path].add(reference.member)
                else:  # also where it is imported under another name
                    del found[path]
    return {".".join(path): sorted(members) for path, members in found.items()}


def _reached(modules: list[Module], package: str) -> list[Module]:
    """The files of the package, and of every package that they mention, and so on."""
    reached, fresh = set[str](), {package}
    while fresh:
        reached |= fresh
        mentioned = {
            ".".join(reference.path[1:])
            for module in modules
            if module.dotted in reached
            for reference in module.references
            if reference.path[0] == "data"
        }
        # A mention of data.a reaches data.a.b, and one of data.a.b.rule reaches the package data.a.b.
        fresh = {
            module.dotted
            for module in modules
            for path in mentioned
            if f"{path}.".startswith(f"{module.dotted}.") or f"{module.dotted}.".startswith(f"{path}.") or not path
        } - reached
    return [module for module in modules if module.dotted in reached]


def _touches(path: Path, field: Path) -> bool:
    """Whether one of the two lies in the other."""
    shared = min(len(path), len(field))
    return path[:shared] == field[:shared]


assert all(len(path) <= 2 for path in FIELDS)  # noqa: S101  deeper fields would need deeper checks
