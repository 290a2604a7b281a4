"""List, check, deploy and roll back policies, and say what a change would do.

Promise: administrators only; every act is in the ledger, refusals too; a set that does not compile, fails its tests or
answers in another shape is never deployed. A deployed version is in force in this process when the call returns, and in
the others within a second (usecases/follow_policies.py). Versions are kept whole, with the shipped packages that they
were tested with.
"""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass

from lacuna.domain.audit import Json, Record
from lacuna.domain.errors import ConfigError, InvalidInput, NotFound
from lacuna.domain.identity import Permission, Principal
from lacuna.domain.policy_set import Activation, PolicySet, PolicyVersion
from lacuna.ports.clock import Clock
from lacuna.ports.policies import PolicyStore
from lacuna.ports.storage import Entry, Ledger
from lacuna.usecases.follow_policies import FollowPolicies

CONFIGURATION = "configuration"
"""Names the policies of the configuration folder, where a version is asked for."""

LISTED = 100
MAX_NOTE = 500
_MAX_PROBLEMS = 50
_PLACE = re.compile(r"[\w./-]{1,200}(:\d+){0,2}(?=: )", re.ASCII)


@dataclass(frozen=True, slots=True)
class InForce:
    """What is in force: `source` is "deployed" or "configuration", `audit_only` the rules that have no effect."""

    version: str
    source: str
    by: str
    since: int | None
    audit_only: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcome of a check; `problems` is empty for a set that may be deployed."""

    version: str
    problems: tuple[str, ...]


class Policies:
    """See the module. `base` are the shipped policies that sets are added to; `validate` raises ConfigError for a set
    that cannot be used, and blocks. `kept_here` is false where an OPA server keeps the policies."""

    def __init__(
        self,
        store: PolicyStore,
        follow: FollowPolicies,
        base: PolicySet,
        validate: Callable[[PolicySet], None],
        ledger: Ledger,
        clock: Clock,
        *,
        kept_here: bool,
    ) -> None:
        self._store = store
        self._follow = follow
        self._base = base
        self._validate = validate
        self._ledger = ledger
        self._clock = clock
        self._kept_here = kept_here

    async def in_force(self, principal: Principal) -> InForce:
        """Raises Forbidden."""
        principal.require(Permission.READ_POLICIES)
        _, deployed = await self._store.everything()
        history = await self._store.history(1)
        newest = history[0] if history else None
        by, since = ("", None) if newest is None else (newest.by, newest.at)
        policies = self._follow.configured if deployed is None else deployed
        source = CONFIGURATION if deployed is None else "deployed"
        return InForce(policies.version, source, by, since, policies.audit_only)

    async def versions(self, principal: Principal) -> list[PolicyVersion]:
        """The newest versions first. Raises Forbidden."""
        principal.require(Permission.READ_POLICIES)
        return await self._store.versions(LISTED)

    async def history(self, principal: Principal) -> list[Activation]:
        """What was in force, newest first. Raises Forbidden."""
        principal.require(Permission.READ_POLICIES)
        return await self._store.history(LISTED)

    async def get(self, version: str, principal: Principal) -> PolicySet:
        """The set of a version, of "configuration", or the one in force where `version` is empty. Raises Forbidden and
        NotFound."""
        principal.require(Permission.READ_POLICIES)
        if version in (CONFIGURATION, self._follow.configured.version):
            return self._follow.configured
        if not version:
            _, deployed = await self._store.everything()
            return self._follow.configured if deployed is None else deployed
        kept = await self._store.get(version)
        if kept is None:
            raise NotFound("There is no such version of the policies.", cure="List the policies for their versions.")
        return kept.policies

    def whole(self, own: PolicySet) -> PolicySet:
        """Files of one's own with the shipped policies beneath them. Raises ConfigError where they do not go
        together."""
        return self._base.joined(own)

    async def check(self, own: PolicySet, principal: Principal) -> Checked:
        """Whether a set may be deployed. Raises Forbidden."""
        principal.require(Permission.MANAGE_POLICIES)
        try:
            policies = self.whole(own)
            await asyncio.to_thread(self._validate, policies)
        except ConfigError as fault:
            return Checked("", fault.problems or (fault.message,))
        return Checked(policies.version, ())

    async def deploy(self, own: PolicySet, note: str, principal: Principal) -> PolicyVersion:
        """Puts a set into force. Raises Forbidden, InvalidInput, and ConfigError (recorded) for a set that cannot be
        used."""
        self._may_change(principal)
        if len(note) > MAX_NOTE:
            raise InvalidInput(f"The note has {len(note)} characters; the limit is {MAX_NOTE}.")
        try:
            policies = self.whole(own)
            await asyncio.to_thread(self._validate, policies)
        except ConfigError as fault:
            await self._ledger.append(self._entry("policy.refused", principal, _refused(fault)))
            raise
        now = self._clock.now_us()
        added = PolicyVersion(policies.version, principal.user_id, now, note, policies)
        data: dict[str, Json] = {"version": added.version, "files": [path for path, _ in policies.files]}
        entry = self._entry("policy.deployed", principal, data)
        await self._store.activate(added.version, principal.user_id, now, added, [entry])
        await self._follow.look()
        return added

    async def roll_back(self, version: str, principal: Principal) -> str:
        """Puts an earlier version into force, or the configuration; where `version` is empty, whatever was in force
        before. The result is the version. Raises Forbidden, NotFound, and ConfigError (recorded) where it cannot be
        used any more."""
        self._may_change(principal)
        target = version or await self._before()
        policies = await self.get(target, principal)
        try:
            await asyncio.to_thread(self._validate, policies)
        except ConfigError as fault:
            data: dict[str, Json] = {"version": policies.version, **_refused(fault)}
            await self._ledger.append(self._entry("policy.refused", principal, data))
            raise
        kept = None if target == CONFIGURATION else policies.version
        entry = self._entry("policy.rolled_back", principal, {"version": policies.version, "to": target})
        added = None
        if kept is not None and await self._store.get(kept) is None:
            added = PolicyVersion(kept, CONFIGURATION, self._clock.now_us(), "", policies)
        await self._store.activate(kept, principal.user_id, self._clock.now_us(), added, [entry])
        await self._follow.look()
        return policies.version

    async def seen(self, policies: PolicySet) -> None:
        """Keeps a set of the configuration folder that came into force, so that its decisions can be explained
        later."""
        now = self._clock.now_us()
        data: dict[str, Json] = {"version": policies.version, "files": [path for path, _ in policies.files]}
        record = Record("policy.deployed", now, "system", CONFIGURATION, "", data)
        await self._store.keep(PolicyVersion(policies.version, CONFIGURATION, now, "", policies), [Entry(record)])

    async def _before(self) -> str:
        """What was in force before the newest entry of the history."""
        history = await self._store.history(2)
        if not history:
            raise NotFound("Nothing was deployed yet.", cure="Name a version, or deploy one.")
        earlier = history[1].version if len(history) > 1 else None
        return CONFIGURATION if earlier is None else earlier

    def _may_change(self, principal: Principal) -> None:
        principal.require(Permission.MANAGE_POLICIES)
        if not self._kept_here:
            raise InvalidInput(
                "OPA keeps the policies (policy.opa_url).", cure="Deploy them to OPA, or remove the setting."
            )

    def _entry(self, kind: str, principal: Principal, data: dict[str, Json]) -> Entry:
        return Entry(Record(kind, self._clock.now_us(), principal.user_id, principal.via, "", data))


def _refused(fault: ConfigError) -> dict[str, Json]:
    """How many faults and where they are: what they say quotes the rules, which are not for the ledger."""
    places = (_PLACE.match(problem) for problem in fault.problems[:_MAX_PROBLEMS])
    return {"problems": len(fault.problems), "places": [place[0] if place else "" for place in places]}
