"""Say which rules decide, and why: for an input, or for a decision of the past.

Promise: for those who may read policies, and all decisions where it is about one of the past. That is made again from
its record, by the version that decided or by another one; where its record does not hold all that rules can read, that
is said. An operation on data is explained package by package.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from lacuna.domain.errors import InvalidInput, NotFound
from lacuna.domain.identity import Permission, Principal
from lacuna.domain.policy import Fired, PolicyDecision, PolicyInput
from lacuna.domain.policy_documents import CLASSIFICATION, ROUTING
from lacuna.domain.policy_set import PolicySet
from lacuna.ports.secrets import KeyRing
from lacuna.ports.storage import Ledger, RecordFilter
from lacuna.usecases.operation_replay import replay, withheld
from lacuna.usecases.policies import Policies
from lacuna.usecases.policy_facts import asked_again, outcome, withheld_projects
from lacuna.usecases.policy_replay import FAILED, OPERATIONS, QUESTIONS, Candidate

NO_FACTS = "The record of this decision holds no facts that policy could be asked about again."


@dataclass(frozen=True, slots=True)
class Explained:
    """`kind` is that of the record, "input" for an input. `asked` are the facts, package by package (a question is one
    entry). `recorded` is what the record says came of it, `outcome` what comes of it now; they are equal where the same
    rules decide. `missing` says what of the facts is not recorded."""

    kind: str
    version: str
    asked: tuple[tuple[str, PolicyInput], ...]
    outcome: Mapping[str, Any]
    reasons: tuple[str, ...]
    fired: tuple[Fired, ...]
    observed: tuple[Fired, ...]
    decision_id: str = ""
    decided_by: str = ""
    at: int = 0
    recorded: Mapping[str, Any] | None = None
    missing: tuple[str, ...] = ()


class ExplainPolicy:
    """See the module. `engine_of` makes an engine for a set, or raises ConfigError; it blocks."""

    def __init__(
        self, policies: Policies, ledger: Ledger, keys: KeyRing, engine_of: Callable[[PolicySet], Candidate]
    ) -> None:
        self._policies = policies
        self._ledger = ledger
        self._keys = keys
        self._engine_of = engine_of

    async def input(self, asked: PolicyInput, version: str, principal: Principal) -> Explained:
        """What a version (empty: the one in force) decides for an input. Raises Forbidden, NotFound and ConfigError."""
        policies = await self._policies.get(version, principal)
        engine = await asyncio.to_thread(self._engine_of, policies)
        try:
            decision = await engine.decide(asked)
        finally:
            await engine.close()
        return _of_question("input", asked, decision)

    async def decision(self, decision: str, version: str, principal: Principal) -> Explained:
        """A decision of the past, by a version (empty: the one that decided). Raises Forbidden, NotFound, ConfigError,
        and InvalidInput where its record holds no facts."""
        principal.require(Permission.READ_POLICIES)
        principal.require(Permission.READ_ALL_DECISIONS)
        for stored in await self._ledger.find(RecordFilter(decision=decision, newest_first=False)):
            record = stored.record()
            if record.kind in (*QUESTIONS, *OPERATIONS):
                break
        else:
            raise NotFound("There is no such decision.", cure="Take the decision_id of an answer.")
        policy: Any = record.data.get("policy")
        policy = policy if isinstance(policy, Mapping) else {}
        if policy.get("id") == FAILED:
            raise InvalidInput("The policy engine failed at this decision; it was denied without a rule.")
        decided_by = str(policy.get("version", ""))
        policies = await self._version(version or decided_by, principal)
        engine = await asyncio.to_thread(self._engine_of, policies)
        try:
            if record.kind in OPERATIONS:
                found = await _operation(engine, policy, record.actor)
            else:
                found = await self._question(engine, policies, policy, record.actor)
        finally:
            await engine.close()
        return replace(found, kind=record.kind, decision_id=decision, decided_by=decided_by, at=record.at)

    async def _version(self, version: str, principal: Principal) -> PolicySet:
        try:
            return await self._policies.get(version, principal)
        except NotFound:
            raise NotFound(
                f"The version that decided ({version}) is not kept here.",
                cure="Explain by another one (--version), such as configuration.",
            ) from None

    async def _question(
        self, engine: Candidate, policies: PolicySet, policy: Mapping[str, Any], actor: str
    ) -> Explained:
        asked = asked_again(policy, actor)
        if asked is None:
            raise InvalidInput(NO_FACTS)
        missing: tuple[str, ...] = ()
        if asked.project is not None:
            hmacs = self._keys.hmacs
            names = {each: name for name in policies.texts for each in withheld_projects(name, hmacs)}
            if asked.project in names:
                asked = replace(asked, project=names[asked.project])
            elif "project" in await engine.reads(CLASSIFICATION) | await engine.reads(ROUTING):
                missing = ("the project's name, which is not recorded and is none that the rules name",)
        found = _of_question("", asked, await engine.decide(asked))
        return replace(found, recorded=policy.get("outcome"), missing=missing)


def _of_question(kind: str, asked: PolicyInput, decision: PolicyDecision) -> Explained:
    return Explained(
        kind=kind,
        version=decision.policy_version,
        asked=((decision.policy_id, asked),),
        outcome=outcome(decision),
        reasons=decision.reasons,
        fired=decision.fired,
        observed=decision.observed,
    )


async def _operation(engine: Candidate, policy: Mapping[str, Any], actor: str) -> Explained:
    again = await replay(engine, actor, policy, by_names_withheld=True)
    if again.fault:
        raise InvalidInput(NO_FACTS)
    return Explained(
        kind="",
        version=engine.version,
        asked=again.asked,
        outcome={"denied": again.denied_after, "effects": list(again.after)},
        reasons=tuple(reason for verdict in again.verdicts for reason in verdict.denied),
        fired=again.fired,
        observed=again.observed,
        recorded={"denied": again.denied_before, "effects": list(again.before)},
        missing=("names that the ledger withholds",) if any(withheld(facts) for _, facts in again.asked) else (),
    )
