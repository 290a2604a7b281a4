"""What policy engines answer: version 1 of the output documents.

Promise: an output that is not of its package's shape is refused by the name of what is wrong, never read in part. What
an output says only raises, removes and denies, whatever it says. Rules that are audit-only have no effect and are told
beside those that have one. Reasons do not name the question's project.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from lacuna.domain.audit_only import AUDIT_ONLY, MAX_AUDIT_ONLY, not_audit_only
from lacuna.domain.errors import DependencyNonsense
from lacuna.domain.policy import (
    Fired,
    Obligation,
    ObligationKind,
    PolicyDecision,
    PolicyInput,
    Source,
)
from lacuna.domain.policy_documents import ACCESS, CLASSIFICATION, EXPORT, RETENTION, ROUTING, SPLIT
from lacuna.domain.tiers import Tier

MAX_ENTRIES: Final = 1_000
MAX_RULE: Final = 100
MAX_REASON: Final = 500

PROJECT_WITHHELD: Final = "[project]"
_SHORT: Final = 3
"""Names of fewer characters stand in words by chance: they count only as words of their own."""


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
    observed: tuple[Fired, ...] = ()
    """What rules that are audit-only would have done."""


def verdict(package: str, output: object, project: str | None = None) -> Verdict:
    """The verdict in a package's decision on a question of `project`. Raises DependencyNonsense that names package and
    fault."""
    reader = _Reader(package, project)
    found = _SHAPES[package](reader, output)
    return replace(found, fired=tuple(reader.fired), observed=tuple(reader.observed))


def without_project(text: str, project: str | None) -> str:
    """The text with the project's name taken out, in whatever case it is written."""
    name = (project or "").strip()
    if not name:
        return text
    pattern = re.escape(name)
    if len(name) < _SHORT:
        pattern = rf"(?<!\w){pattern}(?!\w)"
    return re.sub(pattern, PROJECT_WITHHELD, text, flags=re.IGNORECASE)


class _Reader:
    """Reads one output. Every list is sorted, since the order of a Rego set means nothing."""

    def __init__(self, package: str, project: str | None) -> None:
        self._package = package
        self._project = project
        self._audit_only: frozenset[str] = frozenset()
        self.fired: list[Fired] = []
        self.observed: list[Fired] = []

    def lists(self, output: object, keys: tuple[str, ...]) -> dict[str, list[dict[str, Any]]]:
        found = self._object(output, "decision", keys, (AUDIT_ONLY,))
        self._audit_only = self._without_effect(found.get(AUDIT_ONLY, []))
        return {key: self._entries(found[key], key) for key in keys}

    def _without_effect(self, value: object) -> frozenset[str]:
        names = frozenset(self.texts(value, AUDIT_ONLY, MAX_RULE + 40))
        if len(names) > MAX_AUDIT_ONLY:
            raise self.wrong(f"{AUDIT_ONLY!r} names {len(names)} rules; the limit is {MAX_AUDIT_ONLY}")
        for name in sorted(names):
            if fault := not_audit_only(name):
                raise self.wrong(f"{AUDIT_ONLY!r}: {fault}")
        return names

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
            each["reason"] = without_project(each["reason"], self._project)
        if len(found) > 1:
            found.sort(key=lambda each: (each["rule"], each["reason"], repr(sorted(each.items(), key=repr))))
        return found

    def text(self, value: object, place: str, limit: int = MAX_RULE) -> str:
        if not isinstance(value, str) or not 0 < len(value) <= limit:
            raise self.wrong(f"{place!r} is no text of 1 to {limit} characters")
        return value

    def texts(self, value: object, place: str, limit: int = MAX_RULE) -> tuple[str, ...]:
        if not isinstance(value, list) or len(value) > MAX_ENTRIES:
            raise self.wrong(f"{place!r} is no list of texts")
        return tuple(sorted(self.text(each, place, limit) for each in value))

    def number(self, value: object, place: str, least: int, most: int) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise self.wrong(f"{place!r} is no whole number from {least} to {most}")
        return value

    def one_of(self, value: object, place: str, known: Iterable[str]) -> str:
        names = list(known)
        if not isinstance(value, str) or value not in names:
            raise self.wrong(f"{place!r} is none of {', '.join(names)}")
        return value

    def counts(self, entry: Mapping[str, Any], effect: str) -> bool:
        """Notes what a rule does; whether it has that effect."""
        fired = Fired(self._package, entry["rule"], effect, entry["reason"])
        real = f"{self._package}.{entry['rule']}" not in self._audit_only
        (self.fired if real else self.observed).append(fired)
        return real

    def denied(self, entries: Iterable[Mapping[str, Any]], effect: str = "deny") -> tuple[str, ...]:
        reasons = []
        for each in entries:
            if self.counts(each, effect):
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
            if self.counts(each, " ".join((kind.value, *values))):
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
        if reader.counts(each, f"raise {name}"):
            tier = max(tier, Tier[name])
    for each in found["tags"]:
        tag = reader.text(each["tag"], "tag")
        if reader.counts(each, f"tag {tag}"):
            tags.add(tag)
    return Verdict(tier=tier, tags=tuple(sorted(tags)))


def _routing(reader: _Reader, output: object) -> Verdict:
    found = reader.lists(output, ("deny", "remove", "obligations"))
    removed = set()
    for each in found["remove"]:
        source = Source(reader.one_of(each["source"], "source", (s.value for s in Source)))
        if reader.counts(each, f"remove {source}"):
            removed.add(source)
    denied, obligations = reader.denied(found["deny"]), reader.obligations(found["obligations"])
    return Verdict(removed=frozenset(removed), denied=denied, obligations=obligations)


def _operation(reader: _Reader, output: object) -> Verdict:
    found = reader.lists(output, ("deny", "obligations", "alternatives"))
    alternatives = {reader.text(each["operation"], "operation") for each in found["alternatives"]}
    denied, obligations = reader.denied(found["deny"]), reader.obligations(found["obligations"])
    return Verdict(denied=denied, obligations=obligations, alternatives=tuple(sorted(alternatives)))


def _retention(reader: _Reader, output: object) -> Verdict:
    found = reader.lists(output, ("keep", "delete", "hold"))
    days: dict[str, list[int]] = {"keep": [], "delete": []}
    for name, numbers in days.items():
        for each in found[name]:
            number = reader.number(each["days"], "days", 0, 36_600)
            if reader.counts(each, f"{name} {number} days"):
                numbers.append(number)
    return Verdict(
        denied=reader.denied(found["hold"], "hold"),
        keep_days=max(days["keep"], default=None),
        delete_days=min(days["delete"], default=None),
    )


def _split(reader: _Reader, output: object) -> Verdict:
    return Verdict(denied=reader.denied(reader.lists(output, ("deny",))["deny"]))


def for_routing(asked: PolicyInput, said: Verdict) -> PolicyInput:
    """What routing is asked, once classification has spoken: the tier only rises, tags only come."""
    if said.tier <= asked.tier and not said.tags:
        return asked
    tags = tuple(sorted({*asked.tags, *said.tags}))
    return replace(asked, tier=max(asked.tier, said.tier), tags=tags)


def document_for_routing(document: Mapping[str, Any], said: Verdict) -> dict[str, Any]:
    """The same for an input document, as far as it has these fields."""
    fresh = dict(document)
    if "tier" in fresh:
        fresh["tier"] = max(Tier[fresh["tier"]], said.tier).name
    if "tags" in fresh:
        fresh["tags"] = sorted({*fresh["tags"], *said.tags})
    return fresh


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
        observed=(*classified.observed, *routed.observed),
    )


_KNOWN_ANYWAY: Final = "routing_table"
"""The rule whose removals the plan explains by itself."""

_SHAPES: Final[Mapping[str, Callable[[_Reader, object], Verdict]]] = {
    CLASSIFICATION: _classification,
    ROUTING: _routing,
    ACCESS: _operation,
    EXPORT: _operation,
    RETENTION: _retention,
    SPLIT: _split,
}
