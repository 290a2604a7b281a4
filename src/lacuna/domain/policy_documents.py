"""The documents that policy engines read: version 1.

Promise: an input document holds exactly the fields of `FIELDS`, none of them text of a question. `policies/schema/` in
the package says the same as JSON Schema, for authors of policies; a test holds the two together. What engines answer is
read in `policy_verdicts`.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from lacuna.domain.errors import InvalidInput
from lacuna.domain.policy import Destination, PolicyInput, Resource, Source
from lacuna.domain.tiers import Tier

SCHEMA: Final = 1
"""The version of the documents. It changes when a field changes its meaning or goes; a new field does not change it."""

CLASSIFICATION: Final = "lacuna.classification"
ROUTING: Final = "lacuna.routing"
ACCESS: Final = "lacuna.access"
EXPORT: Final = "lacuna.export"
RETENTION: Final = "lacuna.retention"
SPLIT: Final = "lacuna.routing.split"
REQUIRED: Final = (CLASSIFICATION, ROUTING, ACCESS, EXPORT, RETENTION)
"""The packages that every set has."""
PACKAGES: Final = (*REQUIRED, SPLIT)
"""The packages that Lacuna asks, each at its rule `decision`. A set without SPLIT denies what it is asked about."""


def package_of(name: str) -> str | None:
    """The package of a rule that is named with it ("lacuna.routing.board_room"); None where it is none of ours."""
    found = [package for package in PACKAGES if name.startswith(f"{package}.") and len(name) > len(package) + 1]
    return max(found, key=len, default=None)


Path = tuple[str, ...]

_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the input: its place, what decides whether two inputs are alike in it, and its value."""

    path: Path
    key: Callable[[PolicyInput], Hashable]
    value: Callable[[PolicyInput], object]


def _moment(asked: PolicyInput) -> datetime:
    return datetime.fromtimestamp(asked.at, UTC)


def _plain(path: str, of: Callable[[PolicyInput], Any]) -> Field:
    return Field(tuple(path.split(".")), of, of)


def _listed(path: str, of: Callable[[PolicyInput], tuple[Any, ...]]) -> Field:
    return Field(tuple(path.split(".")), of, lambda asked: list(of(asked)))


FIELDS: Final[Mapping[Path, Field]] = {
    field.path: field
    for field in (
        _plain("schema", lambda asked: SCHEMA),
        _plain("action", lambda asked: asked.action),
        _plain("tier", lambda asked: asked.tier.name),
        _listed("tags", lambda asked: asked.tags),
        Field(("findings",), lambda asked: asked.findings, lambda asked: dict(asked.findings)),
        _plain("user.id", lambda asked: asked.user_id),
        _listed("user.groups", lambda asked: asked.groups),
        _plain("user.clearance", lambda asked: asked.clearance.name),
        _listed("user.roles", lambda asked: asked.roles),
        _plain("project", lambda asked: asked.project),
        _plain("purpose", lambda asked: asked.purpose),
        _listed("requested", lambda asked: asked.requested),
        Field(
            ("routing",),
            lambda asked: asked.permitted,
            lambda asked: {tier.name: list(sources) for tier, sources in asked.permitted},
        ),
        Field(
            ("destination",),
            lambda asked: asked.destination,
            lambda asked: None if asked.destination is None else _destination(asked.destination),
        ),
        Field(
            ("resources",),
            lambda asked: asked.resources,
            lambda asked: [
                {"id": r.resource_id, "tier": r.tier.name, "tags": list(r.tags), "columns": list(r.columns)}
                for r in asked.resources
            ],
        ),
        _plain("time.unix", lambda asked: asked.at),
        _plain("time.rfc3339", lambda asked: _moment(asked).strftime("%Y-%m-%dT%H:%M:00Z")),
        _plain("time.date", lambda asked: _moment(asked).strftime("%Y-%m-%d")),
        _plain("time.weekday", lambda asked: _DAYS[_moment(asked).weekday()]),
        _plain("time.hour", lambda asked: _moment(asked).hour),
        _plain("time.minute", lambda asked: _moment(asked).minute),
    )
}
"""Every field of the input, by its path. Times are UTC."""

EVERY: Final = tuple(FIELDS.values())


def _destination(to: Destination) -> dict[str, object]:
    return {"name": to.name, "type": to.kind, "encrypted": to.encrypted}


def members_only(field: Field, members: Collection[str]) -> Field:
    """A field that is a list, of which only these members count."""

    def members_of(asked: PolicyInput) -> list[str]:
        value = field.value(asked)
        return sorted({each for each in value if each in members}) if isinstance(value, list) else []

    return Field(field.path, lambda asked: tuple(members_of(asked)), members_of)


def document(asked: PolicyInput, fields: Iterable[Field] = EVERY) -> dict[str, Any]:
    """The input document with these fields."""
    found: dict[str, Any] = {}
    for field in fields:
        section = found
        for name in field.path[:-1]:
            section = section.setdefault(name, {})
        section[field.path[-1]] = field.value(asked)
    return found


def read_input(given: object, now: int) -> PolicyInput:
    """The input in a document, whose fields may be left out: then it is an INTERNAL question by nobody, `now`
    (seconds), with every source in question and a routing table that permits the local one. Raises InvalidInput by
    name."""
    if not isinstance(given, dict):
        raise InvalidInput("The input is no object.", cure=_SEE)
    user = given.get("user", {})
    known = {path[0] for path in FIELDS}
    of_user = {path[1] for path in FIELDS if path[0] == "user"}
    unknown = [key for key in given if key not in known]
    unknown += [f"user.{key}" for key in user if key not in of_user] if isinstance(user, dict) else ["user"]
    if unknown:
        raise InvalidInput(f"The input has no field {str(unknown[0])[:60]!r}.", cure=_SEE)
    try:
        table = given.get("routing", {tier.name: [Source.LOCAL_RAG.value] for tier in Tier})
        to, moment = given.get("destination"), given.get("time", {}).get("unix", now)
        return PolicyInput(
            action=str(given.get("action", "query")),
            tier=Tier[given.get("tier", "INTERNAL")],
            tags=tuple(map(str, given.get("tags", ()))),
            user_id=str(user.get("id", "")),
            groups=tuple(map(str, user.get("groups", ()))),
            clearance=Tier[user.get("clearance", "INTERNAL")],
            project=given.get("project"),
            requested=tuple(map(Source, given.get("requested", list(Source)))),
            findings=tuple(sorted((str(kind), int(count)) for kind, count in given.get("findings", {}).items())),
            roles=tuple(map(str, user.get("roles", ()))),
            purpose=given.get("purpose"),
            permitted=tuple((tier, tuple(map(Source, table[tier.name]))) for tier in Tier if tier.name in table),
            at=int(moment) // 60 * 60,
            destination=None if to is None else Destination(str(to["name"]), str(to["type"]), to["encrypted"]),
            resources=tuple(
                Resource(str(r["id"]), Tier[r["tier"]], tuple(r.get("tags", ())), tuple(r.get("columns", ())))
                for r in given.get("resources", ())
            ),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise InvalidInput(f"The input has a field with a wrong value ({type(fault).__name__}).", cure=_SEE) from None


_SEE: Final = "docs/policy.md names the fields and their values."
