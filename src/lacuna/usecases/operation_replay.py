"""Make recorded decisions on data operations again by other rules.

Promise: exactly what policy was asked then is asked again, package by package; which rules have an effect then and now
is compared. A record whose names were withheld cannot be asked again, and says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lacuna.domain.policy import PolicyInput
from lacuna.domain.policy_documents import ACCESS, EXPORT, RETENTION
from lacuna.ports.policy import PolicyEngine
from lacuna.usecases.operation_facts import WITHHELD, asked_again

Effects = tuple[str, ...]
_DENYING = frozenset({ACCESS, EXPORT, RETENTION})


@dataclass(frozen=True, slots=True)
class Replayed:
    """`before` and `after` are the effects of rules, as "package: rule: effect"; `denied` says whether a rule denies.
    With a `fault` it could not be made again, and the rest is empty."""

    fault: str = ""
    before: Effects = ()
    after: Effects = ()
    denied_before: bool = False
    denied_after: bool = False


async def replay(engine: PolicyEngine, actor: str, policy: Any) -> Replayed:
    """A record's `policy`, asked again. Raises what the engine raises."""
    asked = asked_again(policy, actor) if isinstance(policy, Mapping) else None
    if not asked:
        return Replayed("the record holds no facts")
    if any(_withheld(facts) for _, facts in asked):
        return Replayed("names of things are withheld in the record")
    fired: list[tuple[str, str, str]] = []
    for package, facts in asked:
        verdict, _ = await engine.judge(package, facts)
        fired += [(f.package, f.rule, f.effect) for f in verdict.fired]
    before = [tuple(map(str, each)) for each in policy.get("fired", ())]
    return Replayed(
        before=_effects(before),
        after=_effects(fired),
        denied_before=_denies(before),
        denied_after=_denies(fired),
    )


def _withheld(facts: PolicyInput) -> bool:
    to = facts.destination
    names = [*(r.resource_id for r in facts.resources), *(c for r in facts.resources for c in r.columns)]
    names += [facts.purpose or "", "" if to is None else to.name, "" if to is None else to.kind]
    return any(name.startswith(WITHHELD) for name in names)


def _effects(fired: Any) -> Effects:
    return tuple(sorted(": ".join(each) for each in fired))


def _denies(fired: Any) -> bool:
    return any(package in _DENYING and effect in ("deny", "hold") for package, _, effect in fired)
