"""Make recorded decisions again by other policies.

Promise: each decision is made from the facts in its record, which hold no text, at the time that it was made. A set
that has not changed gives what was recorded. What cannot be made again is counted with its reason, never guessed.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol

from lacuna.domain.audit import Json
from lacuna.domain.errors import LacunaError
from lacuna.domain.policy import Fired, PolicyInput
from lacuna.domain.policy_documents import CLASSIFICATION, ROUTING, SCHEMA
from lacuna.ports.policy import PolicyEngine
from lacuna.ports.storage import Ledger, RecordFilter
from lacuna.usecases import operation_replay
from lacuna.usecases.policy_facts import asked_again, outcome, withheld_projects

EXAMPLES: Final = 100
QUESTIONS: Final = ("decision.classify", "decision.query", "decision.search")
OPERATIONS: Final = ("decision.evaluate",)
FAILED: Final = "failure"
_PAGE: Final = 1_000


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
class Replayed:
    """`changes` counts each kind of difference over all decisions, `not_replayed` reasons, `decided_by` the versions
    that decided what was made again, and `observed` what rules that are audit-only would do; `examples` are the newest
    decisions that would be other ones."""

    replayed: int = 0
    changed: int = 0
    changes: Counter[str] = field(default_factory=Counter)
    not_replayed: Counter[str] = field(default_factory=Counter)
    decided_by: Counter[str] = field(default_factory=Counter)
    observed: Counter[str] = field(default_factory=Counter)
    examples: list[Changed] = field(default_factory=list)

    def differs(self, kinds: Iterable[str], example: Changed | None) -> None:
        """Counts a decision that would be another one."""
        self.changed += 1
        self.changes.update(kinds)
        if example is not None and len(self.examples) < EXAMPLES:
            self.examples.append(example)

    def would(self, observed: Iterable[Fired]) -> None:
        """Counts the rules without effect, each once for a decision."""
        self.observed.update({f"{each.package}.{each.rule}: {each.effect}" for each in observed})


@dataclass(frozen=True, slots=True)
class _Past:
    """A record: who asked, its decision, and what it says of policy."""

    actor: str
    decision: str
    policy: Mapping[str, Any]

    @property
    def why_not(self) -> str:
        """Why it cannot be made again; empty where nothing speaks against it so far."""
        if self.policy.get("id") == FAILED:
            return "the engine failed at the time"
        asked: Any = self.policy.get("input")
        several = self.policy.get("asked")
        if isinstance(several, list) and several and isinstance(several[0], Mapping):
            asked = several[0].get("input")
        if not isinstance(asked, Mapping):
            return "the record holds no facts"
        version = asked.get("schema", SCHEMA)
        return "" if version == SCHEMA else f"the record is of version {version} of the input, not {SCHEMA}"


class Replay:
    """See the module. `names` are texts among which a project may be whose name the ledger keeps as a keyed HMAC only;
    `hmacs` is the key ring's."""

    def __init__(
        self, ledger: Ledger, engine: Candidate, names: Iterable[str], hmacs: Callable[[str], Iterable[str]]
    ) -> None:
        self._ledger = ledger
        self._engine = engine
        self._projects = {each: name for name in names for each in withheld_projects(name, hmacs)}

    async def run(self, last: int, since: int | None) -> Replayed:
        """The newest `last` decisions of each kind since a time (microseconds)."""
        found = Replayed()
        read = await self._engine.reads(CLASSIFICATION) | await self._engine.reads(ROUTING)
        for kinds, again in ((QUESTIONS, self._question), (OPERATIONS, self._operation)):
            async for past in self._past(last, since, kinds):
                if why := past.why_not:
                    found.not_replayed[why] += 1
                    continue
                try:
                    await again(past, "project" in read, found)
                except LacunaError as error:
                    found.replayed += 1
                    found.differs([f"fails: {error.code}"], None)
        return found

    async def _question(self, past: _Past, reads_project: bool, found: Replayed) -> None:
        before, asked = past.policy.get("outcome"), self.asked(past.policy, past.actor)
        if asked is None or not isinstance(before, Mapping):
            found.not_replayed["the record holds no facts"] += 1
            return
        if reads_project and asked.project is not None and asked.project not in self._projects.values():
            found.not_replayed["the rules read the project, whose name is not recorded and is none that they name"] += 1
            return
        decision = await self._engine.decide(asked)
        found.replayed += 1
        found.decided_by[str(past.policy.get("version", ""))] += 1
        found.would(decision.observed)
        after = outcome(decision)
        if kinds := [
            f"{key}: {_said(before.get(key))} -> {_said(value)}"
            for key, value in after.items()
            if before.get(key) != value
        ]:
            fired = tuple(f"{f.package}: {f.rule}: {f.effect}" for f in decision.fired)
            found.differs(kinds, Changed(past.decision, before, after, fired))

    async def _operation(self, past: _Past, reads_project: bool, found: Replayed) -> None:
        """An operation on data: which rules have an effect."""
        again = await operation_replay.replay(self._engine, past.actor, past.policy)
        if again.fault:
            found.not_replayed[again.fault] += 1
            return
        found.replayed += 1
        found.decided_by[str(past.policy.get("version", ""))] += 1
        found.would(again.observed)
        gone, new = Counter(again.before), Counter(again.after)
        kinds = [f"no longer: {effect}" for effect in gone - new] + [f"now: {effect}" for effect in new - gone]
        if again.denied_before != again.denied_after:
            kinds.append(f"denied: {_said(again.denied_before)} -> {_said(again.denied_after)}")
        if again.unsure:
            kinds.append("a raise is gone; what the result would be without it is not recorded")
        if kinds:
            before: Mapping[str, Json] = {"denied": again.denied_before, "effects": list(again.before)}
            after: Mapping[str, Json] = {"denied": again.denied_after, "effects": list(again.after)}
            found.differs(kinds, Changed(past.decision, before, after, again.after))

    def asked(self, policy: Mapping[str, Any], actor: str) -> PolicyInput | None:
        """The facts in a record's `policy`, with the project's name where it is one of `names`."""
        asked = asked_again(policy, actor)
        if asked is None or asked.project not in self._projects:
            return asked
        return replace(asked, project=self._projects[asked.project])

    async def _past(self, last: int, since: int | None, kinds: Iterable[str]) -> AsyncIterator[_Past]:
        for kind in kinds:
            left, cursor = last, None
            while left > 0:
                wanted = RecordFilter(kind=kind, since=since, cursor=cursor, limit=min(_PAGE, left))
                page = await self._ledger.find(wanted)
                for stored in page:
                    record = stored.record()
                    policy: Any = record.data.get("policy")
                    yield _Past(record.actor, record.decision, policy if isinstance(policy, Mapping) else {})
                if len(page) < wanted.limit:
                    break
                left -= len(page)
                cursor = page[-1].index


def _said(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return str(value).lower() if isinstance(value, bool) else str(value)
