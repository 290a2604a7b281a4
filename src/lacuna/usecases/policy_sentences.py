"""A decision of policy in plain words: what was known, what came of it, which rules did it and why."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from lacuna.domain.policy import Fired, PolicyInput
from lacuna.usecases.explain_policy import Explained


def sentences(of: Explained) -> list[str]:
    """One fact a line."""
    return [*_which(of), *map(_facts, of.asked), *_came(of), *_rules(of), *_compared(of)]


def _which(of: Explained) -> Iterator[str]:
    if not of.decision_id:
        yield f"An input, decided by {of.version}."
        return
    when = datetime.fromtimestamp(of.at / 1_000_000, UTC).strftime("%Y-%m-%d %H:%M:%S")
    yield f"{of.decision_id}: {of.kind} of {when} UTC, decided by {of.decided_by}."
    if of.version != of.decided_by:
        yield f"What follows is by {of.version}."


def _facts(asked: tuple[str, PolicyInput]) -> str:
    package, facts = asked
    known = [
        f"{facts.action} of tier {facts.tier}",
        f"by {facts.user_id} ({', '.join(facts.groups) or 'no group'}; clearance {facts.clearance})",
        *([f"tags {', '.join(facts.tags)}"] if facts.tags else ()),
        *([f"found {', '.join(f'{kind} ({count})' for kind, count in facts.findings)}"] if facts.findings else ()),
        *([f"project {facts.project}"] if facts.project is not None else ()),
        *([f"purpose {facts.purpose}"] if facts.purpose is not None else ()),
        *([f"to {facts.destination.name}"] if facts.destination is not None else ()),
        *(f"resource {each.resource_id} ({each.tier})" for each in facts.resources),
    ]
    return f"{package} was asked: {'; '.join(known)}."


def _came(of: Explained) -> Iterator[str]:
    out = of.outcome
    if "denied" in out:
        yield "Rules deny it." if out["denied"] else "No rule denies it."
    else:
        asked = of.asked[0][1].tier
        raised = "" if str(asked) == out["tier"] else f", raised from {asked}"
        verb = "Allowed" if out["allowed"] else "Denied"
        yield f"{verb}; the tier is {out['tier']}{raised}; sources left: {', '.join(out['sources']) or 'none'}."
        yield from (f"It comes with the obligation {each}." for each in out["obligations"])


def _rules(of: Explained) -> Iterator[str]:
    for each in dict.fromkeys(of.fired):
        yield f"{each.rule} ({each.package}) {_does(each)}, because {each.reason}."
    if not of.fired:
        yield "No rule fired."
    for each in dict.fromkeys(of.observed):
        yield f"Audit-only: {each.rule} ({each.package}) would have an effect, because {each.reason}: it {_does(each)}."


def _does(fired: Fired) -> str:
    word, _, what = fired.effect.partition(" ")
    match word:
        case "raise":
            return f"raises the tier to {what}"
        case "tag":
            return f"adds the tag {what}"
        case "remove":
            return f"removes {what}"
        case "deny":
            return "denies"
        case "hold":
            return "forbids deletion"
        case "keep" | "delete":
            return f"says: {word} after {what}" if word == "delete" else f"says: keep for {what}"
        case _:
            return f"demands {fired.effect}"


def _compared(of: Explained) -> Iterator[str]:
    yield from (f"Not certain: the record lacks {each}." for each in of.missing)
    if of.recorded is None:
        return
    other = list(_unlike(of.recorded, of.outcome))
    if not other:
        yield "This is what the record says."
    yield from (f"The record says otherwise: {each}." for each in other)


def _unlike(recorded: Mapping[str, Any], now: Mapping[str, Any]) -> Iterable[str]:
    for key, value in now.items():
        if recorded.get(key) != value:
            yield f"{key} was {_plain(recorded.get(key))}"


def _plain(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value)) or "none"
    return str(value).lower() if isinstance(value, bool) else str(value)
