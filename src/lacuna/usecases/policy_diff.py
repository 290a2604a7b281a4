"""What a change of policies would do: to their text, and to the decisions of the past.

Promise: recorded decisions are made again from the facts in their records, which hold no text, by the candidate; what
differs is listed by decision. What cannot be made again is counted with its reason, never guessed.
"""

import asyncio
import difflib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from lacuna.domain.audit import Json
from lacuna.domain.errors import InvalidInput, LacunaError, NotFound
from lacuna.domain.identity import Principal
from lacuna.domain.policy import PolicyDecision, PolicyInput
from lacuna.domain.policy_documents import CLASSIFICATION, ROUTING
from lacuna.domain.policy_set import PolicySet
from lacuna.ports.policy import PolicyEngine
from lacuna.ports.storage import Ledger, RecordFilter
from lacuna.usecases import operation_replay
from lacuna.usecases.policies import Policies
from lacuna.usecases.policy_facts import asked_again, outcome

MAX_REPLAYED: Final = 100_000
EXAMPLES: Final = 100
_PAGE: Final = 1_000
_DECISIONS: Final = ("decision.classify", "decision.query", "decision.search")


class Candidate(PolicyEngine, Protocol):
    """An engine that knows which input fields its packages read."""

    async def reads(self, package: str) -> frozenset[str]: ...


@dataclass(frozen=True, slots=True)
class Changed:
    """A decision that would be another one."""

    decision_id: str
    before: Mapping[str, Json]
    after: Mapping[str, Json]
    fired: tuple[str, ...]


@dataclass(slots=True)
class Difference:
    """`files` are unified diffs by path; `changes` counts each kind of difference over all decisions; `not_replayed`
    counts reasons; `examples` are the newest."""

    version: str
    files: dict[str, str]
    replayed: int = 0
    changed: int = 0
    changes: Counter[str] = field(default_factory=Counter)
    not_replayed: Counter[str] = field(default_factory=Counter)
    examples: list[Changed] = field(default_factory=list)


class PolicyDiff:
    """See the module. `engine_of` makes an engine for a set, or raises ConfigError; it blocks."""

    def __init__(self, policies: Policies, ledger: Ledger, engine_of: Callable[[PolicySet], Candidate]) -> None:
        self._policies = policies
        self._ledger = ledger
        self._engine_of = engine_of

    async def against(
        self, candidate: PolicySet, principal: Principal, last: int = 10_000, since: int | None = None
    ) -> Difference:
        """The difference between what is in force and the candidate, a whole set: its text, and the newest `last`
        decisions since a time (microseconds). Raises Forbidden, InvalidInput, and ConfigError for a set that cannot be
        used."""
        if not 0 <= last <= MAX_REPLAYED:
            raise InvalidInput(f"last is outside 0 to {MAX_REPLAYED}.")
        current = await self._policies.get("", principal)
        engine = await asyncio.to_thread(self._engine_of, candidate)
        try:
            found = Difference(candidate.version, _textual(current, candidate))
            read = await engine.reads(CLASSIFICATION) | await engine.reads(ROUTING)
            async for actor, decision, policy in self._decisions(last, since):
                await _replay(engine, "project" in read, actor, decision, policy, found)
            async for actor, decision, policy in self._decisions(last, since, ("decision.evaluate",)):
                await _replay_operation(engine, actor, decision, policy, found)
        finally:
            await engine.close()
        return found

    async def explain(self, asked: PolicyInput, version: str, principal: Principal) -> PolicyDecision:
        """What a version (empty: the one in force) decides for an input. Raises Forbidden, NotFound and ConfigError."""
        engine = await asyncio.to_thread(self._engine_of, await self._policies.get(version, principal))
        try:
            return await engine.decide(asked)
        finally:
            await engine.close()

    async def recorded(self, decision: str, principal: Principal) -> tuple[PolicyInput, str]:
        """The facts of a recorded decision, and the version that decided. Raises Forbidden, NotFound, and InvalidInput
        where its record holds no facts."""
        await self._policies.in_force(principal)  # administrators only
        for stored in await self._ledger.find(RecordFilter(decision=decision, newest_first=False)):
            record = stored.record()
            if record.kind not in _DECISIONS:
                continue
            policy: Any = record.data.get("policy")
            asked = asked_again(policy, record.actor) if isinstance(policy, Mapping) else None
            if asked is None:
                raise InvalidInput("The record of this decision holds no facts that policy could be asked about again.")
            return asked, str(policy.get("version", ""))
        raise NotFound("There is no such decision.", cure="Take the decision_id of an answer.")

    async def _decisions(self, last: int, since: int | None, kinds: Iterable[str] = _DECISIONS) -> Any:
        """Actor, id and policy facts of the newest decisions."""
        for kind in kinds:
            left, cursor = last, None
            while left > 0:
                wanted = RecordFilter(kind=kind, since=since, cursor=cursor, limit=min(_PAGE, left))
                page = await self._ledger.find(wanted)
                for stored in page:
                    record = stored.record()
                    yield record.actor, record.decision, record.data.get("policy")
                if len(page) < wanted.limit:
                    break
                left -= len(page)
                cursor = page[-1].index


async def _replay(
    engine: PolicyEngine, reads_project: bool, actor: str, decision: str, policy: Any, found: Difference
) -> None:
    before = policy.get("outcome") if isinstance(policy, Mapping) else None
    asked = asked_again(policy, actor) if isinstance(policy, Mapping) else None
    if asked is None or not isinstance(before, Mapping):
        found.not_replayed["the record holds no facts"] += 1
        return
    if policy.get("id") == "failure":
        found.not_replayed["the engine failed at the time"] += 1
        return
    if reads_project and asked.project is not None:
        found.not_replayed["the rules read the project, whose name is not recorded"] += 1
        return
    found.replayed += 1
    try:
        again = await engine.decide(asked)
    except LacunaError as error:
        found.changed += 1
        found.changes[f"fails: {error.code}"] += 1
        return
    after = outcome(again)
    kinds = [
        f"{key}: {_said(before.get(key))} -> {_said(value)}" for key, value in after.items() if before.get(key) != value
    ]
    if kinds:
        found.changed += 1
        found.changes.update(kinds)
        if len(found.examples) < EXAMPLES:
            fired = tuple(f"{f.package}: {f.rule}: {f.effect}" for f in again.fired)
            found.examples.append(Changed(decision, before, after, fired))


async def _replay_operation(engine: PolicyEngine, actor: str, decision: str, policy: Any, found: Difference) -> None:
    """The same for an operation on data: which rules have an effect."""
    if isinstance(policy, Mapping) and policy.get("id") == "failure":
        found.not_replayed["the engine failed at the time"] += 1
        return
    try:
        again = await operation_replay.replay(engine, actor, policy)
    except LacunaError as error:
        found.replayed += 1
        found.changed += 1
        found.changes[f"fails: {error.code}"] += 1
        return
    if again.fault:
        found.not_replayed[again.fault] += 1
        return
    found.replayed += 1
    gone, new = Counter(again.before), Counter(again.after)
    kinds = [f"no longer: {effect}" for effect in gone - new] + [f"now: {effect}" for effect in new - gone]
    if kinds:
        found.changed += 1
        found.changes.update(kinds)
        if len(found.examples) < EXAMPLES:
            before: Mapping[str, Json] = {"denied": again.denied_before, "effects": list(again.before)}
            after: Mapping[str, Json] = {"denied": again.denied_after, "effects": list(again.after)}
            found.examples.append(Changed(decision, before, after, again.after))


def _said(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _textual(current: PolicySet, candidate: PolicySet) -> dict[str, str]:
    """Unified diffs of the files and of the data, by path; files alike are left out."""
    before, after = dict(current.files), dict(candidate.files)
    before["data"], after["data"] = _lines(current.data), _lines(candidate.data)
    found = {}
    for path in sorted(before.keys() | after.keys()):
        old, new = before.get(path, ""), after.get(path, "")
        if old != new:
            lines = difflib.unified_diff(old.splitlines(), new.splitlines(), path, path, lineterm="")
            found[path] = "\n".join(lines)
    return found


def _lines(data: str) -> str:
    return data.replace(', "', ',\n"')
