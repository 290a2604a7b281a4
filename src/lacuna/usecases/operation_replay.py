"""Make recorded decisions on data operations again by other rules.

Promise: exactly what policy was asked then is asked again, package by package, with what classification says now of
each resource carried on to the packages after it; which rules have an effect then and now is compared. A record whose
names were withheld cannot be asked again, and says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from lacuna.domain.policy import Fired, PolicyInput, Resource
from lacuna.domain.policy_documents import ACCESS, CLASSIFICATION, EXPORT, RETENTION
from lacuna.domain.policy_verdicts import Verdict
from lacuna.ports.policy import PolicyEngine
from lacuna.usecases.operation_facts import WITHHELD, asked_again

NO_FACTS: Final = "the record holds no facts"

Effects = tuple[str, ...]
_DENYING = frozenset({ACCESS, EXPORT, RETENTION})


@dataclass(frozen=True, slots=True)
class Replayed:
    """`before` are the effects of rules as recorded, as "package: rule: effect". `asked` and `verdicts` are what policy
    is asked now and what it says. `unsure`: a raise is gone, and what the result would be without it is not recorded.
    With a `fault` it could not be made again, and the rest is empty."""

    fault: str = ""
    before: Effects = ()
    denied_before: bool = False
    asked: tuple[tuple[str, PolicyInput], ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    unsure: bool = False

    @property
    def fired(self) -> tuple[Fired, ...]:
        return tuple(fired for verdict in self.verdicts for fired in verdict.fired)

    @property
    def observed(self) -> tuple[Fired, ...]:
        return tuple(fired for verdict in self.verdicts for fired in verdict.observed)

    @property
    def after(self) -> Effects:
        return _effects([(f.package, f.rule, f.effect) for f in self.fired])

    @property
    def denied_after(self) -> bool:
        return _denies([(f.package, f.rule, f.effect) for f in self.fired])


async def replay(engine: PolicyEngine, actor: str, policy: Any, *, by_names_withheld: bool = False) -> Replayed:
    """A record's `policy`, asked again; where names are withheld in it only if that is said to do, and then rules see
    what stands in their place. Raises what the engine raises."""
    asked = asked_again(policy, actor) if isinstance(policy, Mapping) else None
    if not asked:
        return Replayed(NO_FACTS)
    if not by_names_withheld and any(withheld(facts) for _, facts in asked):
        return Replayed("names of things are withheld in the record")
    known = [facts for package, facts in asked if package == CLASSIFICATION]
    resources: list[Verdict] = []
    now: list[tuple[str, PolicyInput]] = []
    verdicts: list[Verdict] = []
    unsure = False
    for package, facts in asked:
        lost = False
        if package != CLASSIFICATION:
            facts, lost = _carried_on(facts, known, resources)
        verdict, _ = await engine.judge(package, facts)
        if package == CLASSIFICATION:
            resources.append(verdict)
        unsure |= lost
        now.append((package, facts))
        verdicts.append(verdict)
    before = [tuple(map(str, each)) for each in policy.get("fired", ())]
    return Replayed("", _effects(before), _denies(before), tuple(now), tuple(verdicts), unsure)


def _carried_on(facts: PolicyInput, asked: Sequence[PolicyInput], said: Sequence[Verdict]) -> tuple[PolicyInput, bool]:
    """What a later package is asked, once classification has spoken anew of each resource, and whether a raise is
    gone. `asked` and `said` are of the resources in their order."""
    if len(asked) != len(facts.resources):
        return facts, False
    fresh, lost, tier = [], False, facts.tier
    for resource, before, now in zip(facts.resources, asked, said, strict=True):
        lost |= max(before.tier, now.tier) < resource.tier
        # What policy raises lasts through every rule that lowers.
        least = now.tier if now.tier > before.tier else resource.tier
        tier = max(tier, now.tier) if now.tier > before.tier else tier
        tags = tuple(sorted({*before.tags, *now.tags}))
        fresh.append(Resource(resource.resource_id, max(resource.tier, least), tags, resource.columns))
    others = set(facts.tags).difference(*(resource.tags for resource in facts.resources))
    everything = tuple(sorted(others.union(*(resource.tags for resource in fresh))))
    return replace(facts, tier=tier, tags=everything, resources=tuple(fresh)), lost


def withheld(facts: PolicyInput) -> bool:
    """Whether the record holds a name as a keyed HMAC only."""
    to = facts.destination
    names = [*(r.resource_id for r in facts.resources), *(c for r in facts.resources for c in r.columns)]
    names += [facts.purpose or "", "" if to is None else to.name, "" if to is None else to.kind]
    return any(name.startswith(WITHHELD) for name in names)


def _effects(fired: Any) -> Effects:
    return tuple(sorted(": ".join(each) for each in fired))


def _denies(fired: Any) -> bool:
    return any(package in _DENYING and effect in ("deny", "hold") for package, _, effect in fired)
