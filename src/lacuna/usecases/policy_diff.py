"""What a change of policies would do: to their text, and to the decisions of the past.

Promise: for those who may read policies; who asked, and what, is not told. A set that cannot be used is refused before
anything is made again. How decisions are made again is that of usecases/policy_replay.py.
"""

import asyncio
import difflib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from lacuna.domain.errors import InvalidInput, Overloaded
from lacuna.domain.identity import Principal
from lacuna.domain.policy_set import PolicySet
from lacuna.ports.clock import Clock
from lacuna.ports.secrets import KeyRing
from lacuna.ports.storage import Ledger
from lacuna.usecases.policies import Policies
from lacuna.usecases.policy_replay import Candidate, Replay, Replayed

MAX_REPLAYED: Final = 100_000
MAX_BACKTESTED: Final = 1_000_000
MAX_DAYS: Final = 3_660
_DAY_US: Final = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Difference:
    """`files` are unified diffs by path; `past` is what the decisions of the past would be."""

    version: str
    files: dict[str, str]
    past: Replayed


@dataclass(frozen=True, slots=True)
class Backtest:
    """What a set makes of the decisions since a time (microseconds); `audit_only` are its rules without effect."""

    version: str
    since: int
    audit_only: tuple[str, ...]
    past: Replayed


class PolicyDiff:
    """See the module. `engine_of` makes an engine for a set, or raises ConfigError; it blocks."""

    def __init__(
        self,
        policies: Policies,
        ledger: Ledger,
        keys: KeyRing,
        clock: Clock,
        engine_of: Callable[[PolicySet], Candidate],
    ) -> None:
        self._policies = policies
        self._ledger = ledger
        self._keys = keys
        self._clock = clock
        self._engine_of = engine_of
        self._under_way = False

    async def against(
        self, candidate: PolicySet, principal: Principal, last: int = 10_000, since: int | None = None
    ) -> Difference:
        """The difference between what is in force and the candidate, a whole set: its text, and the newest `last`
        decisions since a time (microseconds). Raises Forbidden, InvalidInput, Overloaded while others are made again,
        and ConfigError for a set that cannot be used."""
        if not 0 <= last <= MAX_REPLAYED:
            raise InvalidInput(f"last is outside 0 to {MAX_REPLAYED}.")
        current = await self._policies.get("", principal)
        past = await self._replayed(candidate, current, last, since)
        return Difference(candidate.version, _textual(current, candidate), past)

    async def backtest(self, candidate: PolicySet, principal: Principal, days: int) -> Backtest:
        """Every decision of the last days, made again by the candidate. Raises the same."""
        if not 1 <= days <= MAX_DAYS:
            raise InvalidInput(f"days is outside 1 to {MAX_DAYS}.")
        current = await self._policies.get("", principal)
        since = self._clock.now_us() - days * _DAY_US
        past = await self._replayed(candidate, current, MAX_BACKTESTED, since)
        return Backtest(candidate.version, since, candidate.audit_only, past)

    async def _replayed(self, candidate: PolicySet, current: PolicySet, last: int, since: int | None) -> Replayed:
        if self._under_way:
            raise Overloaded("Decisions are made again already.", cure="Wait until that has ended.")
        self._under_way = True
        try:
            return await self._made_again(candidate, current, last, since)
        finally:
            self._under_way = False

    async def _made_again(self, candidate: PolicySet, current: PolicySet, last: int, since: int | None) -> Replayed:
        engine = await asyncio.to_thread(self._engine_of, candidate)
        try:
            names = candidate.texts | current.texts
            return await Replay(self._ledger, engine, names, self._keys.hmacs).run(last, since)
        finally:
            await engine.close()


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
