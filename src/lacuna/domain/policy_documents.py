"""The documents that policy engines read and write: version 1.

Promise: an input document holds exactly the fields of `FIELDS`, none of them text of a question; an output that is not
of its package's shape is refused by the name of what is wrong, never read in part. `policies/schema/` in the package
says the same as JSON Schema, for authors of policies; a test holds the two together.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from lacuna.domain.errors import DependencyNonsense, InvalidInput
from lacuna.domain.policy import (
    Destination,
    Fired,
    Obligation,
    ObligationKind,
    PolicyDecision,
    PolicyInput,
    Resource,
    Source,
)
from lacuna.domain.tiers import Tier

SCHEMA: Final = 1
"""The version of the documents. It changes when a field changes its meaning or goes; a new field does not change it."""

CLASSIFICATION: Final = "lacuna.classification"
ROUTING: Final = "lacuna.routing"
ACCESS: Final = "lacuna.access"
EXPORT: Final = "lacuna.export"
RETENTION: Final = "lacuna.retention"
PACKAGES: Final = (CLASSIFICATION, ROUTING, ACCESS, EXPORT, RETENTION)
"""The packages that Lacuna asks, each at its rule `decision`."""

MAX_ENTRIES: Final = 1_000
MAX_RULE: Final = 100
MAX_REASON: Final = 500

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


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one package says. What it cannot say stays empty: a package of routing raises no tier."""

    tier: Tier = Tier.PUBLIC
    tags: tuple[str, ...] = ()
    removed: frozenset[Source] = frozenset()
    denied: tuple[str, ...] = ()
    obligations: tuple[Obligation, ...] = ()
    alternatives: tuple[str, ...] = ()
    keep_days: int | None = None
    delete_days: int | None = None
    fired: tuple[Fired, ...] = ()


def verdict(package: str, output: object) -> Verdict:
    """The verdict in a package's decision. Raises DependencyNonsense that names package and fault."""
    reader = _Reader(package)
    return _SHAPES[package](reader, output)


class _Reader:
    """Reads one output. Every list is sorted, since the order of a Rego set means nothing."""

    def __init__(self, package: str) -> None:
        self._package = package
        self.fired: list[Fired] = []

    def lists(self, output: object, keys: tuple[str, ...]) -> dict[str, list[dict[str, Any]]]:
        found = self._object(output, "decision", keys)
        return {key: self._entries(found[key], key) for key in keys}

    def _object(
        self, value: object, place: str, keys: tuple[str, ...], optional: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self.wrong(f"{place} is no object")
        for key in value:
            if key not in keys and key not in optional:
                raise self.wrong(
                    f"{place} has the unknown key {str(key)[:60]!r}; known: {', '.join((*keys, *optional))}"
                )
        for key in keys:
            if key not in value:
                raise self.wrong(f"{place} lacks {key!r}")
        return value

    def _entries(self, value: object, place: str) -> list[dict[str, Any]]:
        if not isinstance(value, list):
            raise self.wrong(f"{place!r} is no list or set")
        if len(value) > MAX_ENTRIES:
            raise self.wrong(f"{place!r} has {len(value)} entries; the limit is {MAX_ENTRIES}")
        needed, optional = _ENTRY_KEYS[place]
        found = [self._object(each, f"an entry of {place!r}", ("rule", "reason", *needed), optional) for each in value]
        for each in found:
            self.text(each["rule"], "rule", MAX_RULE)
            self.text(each["reason"], "reason", MAX_REASON)
        return sorted(found, key=lambda each: (each["rule"], each["reason"], repr(sorted(each.items(), key=repr))))

    def text(self, value: object, place: str, limit: int = MAX_RULE) -> str:
        if not isinstance(value, str) or not 0 < len(value) <= limit:
            raise self.wrong(f"{place!r} is no text of 1 to {limit} characters")
        return value

    def texts(self, value: object, place: str) -> tuple[str, ...]:
        if not isinstance(value, list) or len(value) > MAX_ENTRIES:
            raise self.wrong(f"{place!r} is no list of texts")
        return tuple(sorted(self.text(each, place) for each in value))

    def number(self, value: object, place: str, least: int, most: int) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise self.wrong(f"{place!r} is no whole number from {least} to {most}")
        return value

    def one_of(self, value: object, place: str, known: Iterable[str]) -> str:
        names = list(known)
        if not isinstance(value, str) or value not in names:
            raise self.wrong(f"{place!r} is none of {', '.join(names)}")
        return value

    def note(self, entry: Mapping[str, Any], effect: str) -> None:
        self.fired.append(Fired(self._package, entry["rule"], effect, entry["reason"]))

    def denied(self, entries: Iterable[Mapping[str, Any]], effect: str = "deny") -> tuple[str, ...]:
        reasons = []
        for each in entries:
            self.note(each, effect)
            reasons.append(f"{each['reason']} ({self._package}: {each['rule']})")
        return tuple(reasons)

    def obligations(self, entries: Iterable[Mapping[str, Any]]) -> tuple[Obligation, ...]:
        found = []
        for each in entries:
            kind = ObligationKind(self.one_of(each["kind"], "kind", (k.value for k in ObligationKind)))
            names = _OBLIGATION_KEYS[kind]
            for key in ("kinds", "purposes", "groups", "hours"):
                if (key in each) != (key in names):
                    raise self.wrong(f"an obligation {kind.value!r} {'has' if key in each else 'lacks'} {key!r}")
            values = [name for key in names if key != "hours" for name in self.texts(each[key], key)]
            hours = self.number(each["hours"], "hours", 1, 24 * 366) if "hours" in names else 0
            self.note(each, " ".join((kind.value, *values)))
            found.append(Obligation(kind, each["rule"], each["reason"], tuple(values), hours))
        return tuple(sorted(set(found)))

    def wrong(self, fault: str) -> DependencyNonsense:
        return DependencyNonsense(
            f"Policy {self._package}: {fault}.", cure="See docs/policy.md for the shape of its decision."
        )


_ENTRY_KEYS: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "raise": (("tier",), ()),
    "tags": (("tag",), ()),
    "deny": ((), ()),
    "remove": (("source",), ()),
    "obligations": (("kind",), ("kinds", "purposes", "groups", "hours")),
    "alternatives": (("operation",), ()),
    "keep": (("days",), ()),
    "delete": (("days",), ()),
    "hold": ((), ()),
}
"""What an entry of each list has beside `rule` and `reason`: what it must have, and what it may."""

_OBLIGATION_KEYS: Final[Mapping[ObligationKind, tuple[str, ...]]] = {
    ObligationKind.REDACT: ("kinds",),
    ObligationKind.REDACT_ANSWERS: ("kinds",),
    ObligationKind.APPROVED_MODELS_ONLY: (),
    ObligationKind.REQUIRE_PURPOSE: ("purposes",),
    ObligationKind.APPROVAL: ("groups", "hours"),
}


def _classification(reader: _Reader, output: object) -> Verdict:
    found = reader.lists(output, ("raise", "tags"))
    tier, tags = Tier.PUBLIC, set()
    for each in found["raise"]:
        name = reader.one_of(each["tier"], "tier", (t.name for t in Tier))
        reader.note(each, f"raise {name}")
        tier = max(tier, Tier[name])
    for each in found["tags"]:
        tags.add(reader.text(each["tag"], "tag"))
        reader.note(each, f"tag {each['tag']}")
    return Verdict(tier=tier, tags=tuple(sorted(tags)), fired=tuple(reader.fired))


def _routing(reader: _Reader, output: object) -> Verdict:
    found = reader.lists(output, ("deny", "remove", "obligations"))
    removed = set()
    for each in found["remove"]:
        removed.add(Source(reader.one_of(each["source"], "source", (s.value for s in Source))))
        reader.note(each, f"remove {each['source']}")
    denied, obligations = reader.denied(found["deny"]), reader.obligations(found["obligations"])
    return Verdict(removed=frozenset(removed), denied=denied, obligations=obligations, fired=tuple(reader.fired))


def _operation(reader: _Reader, output: object) -> Verdict:
    found = reader.lists(output, ("deny", "obligations", "alternatives"))
    alternatives = {reader.text(each["operation"], "operation") for each in found["alternatives"]}
    denied, obligations = reader.denied(found["deny"]), reader.obligations(found["obligations"])
    return Verdict(
        denied=denied, obligations=obligations, alternatives=tuple(sorted(alternatives)), fired=tuple(reader.fired)
    )


def _retention(reader: _Reader, output: object) -> Verdict:
    found = reader.lists(output, ("keep", "delete", "hold"))
    days: dict[str, list[int]] = {"keep": [], "delete": []}
    for name, numbers in days.items():
        for each in found[name]:
            numbers.append(reader.number(each["days"], "days", 0, 36_600))
            reader.note(each, f"{name} {each['days']} days")
    return Verdict(
        denied=reader.denied(found["hold"], "hold"),
        keep_days=max(days["keep"], default=None),
        delete_days=min(days["delete"], default=None),
        fired=tuple(reader.fired),
    )


def for_routing(asked: PolicyInput, said: Verdict) -> PolicyInput:
    """What routing is asked, once classification has spoken: the tier only rises, tags only come."""
    if said.tier <= asked.tier and not said.tags:
        return asked
    tags = tuple(sorted({*asked.tags, *said.tags}))
    return replace(asked, tier=max(asked.tier, said.tier), tags=tags)


def decided(asked: PolicyInput, classified: Verdict, routed: Verdict, version: str) -> PolicyDecision:
    """The decision on a question from both packages' verdicts. Sound whatever the verdicts say: the tier is at least
    the one asked about, and the sources are among those requested."""
    fired = (*classified.fired, *routed.fired)
    told = (f.reason for f in fired if f.effect.startswith(("raise ", "remove ")) and f.rule != _KNOWN_ANYWAY)
    return PolicyDecision(
        allowed=not routed.denied,
        tier=max(asked.tier, classified.tier),
        allowed_sources=frozenset() if routed.denied else frozenset(asked.requested) - routed.removed,
        reasons=(*routed.denied, *dict.fromkeys(told)),
        policy_id=ROUTING,
        policy_version=version,
        tags=tuple(tag for tag in classified.tags if tag not in asked.tags),
        obligations=routed.obligations,
        fired=fired,
    )


_KNOWN_ANYWAY: Final = "routing_table"
"""The rule whose removals the plan explains by itself."""

_SHAPES: Final[Mapping[str, Callable[[_Reader, object], Verdict]]] = {
    CLASSIFICATION: _classification,
    ROUTING: _routing,
    ACCESS: _operation,
    EXPORT: _operation,
    RETENTION: _retention,
}
