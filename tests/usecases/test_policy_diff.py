"""Differences and back-tests: who may, what is refused, and that one at a time is made."""

import asyncio
import threading

import pytest

from lacuna.adapters.policy.rego import RegoPolicy
from lacuna.config.policies import shipped
from lacuna.domain.errors import Forbidden, InvalidInput, Overloaded
from lacuna.domain.policy_set import PolicySet
from lacuna.testing.fakes.clock import FrozenClock
from lacuna.testing.fakes.keys import FixedKeys
from lacuna.usecases.policy_diff import PolicyDiff
from tests.usecases.test_policies import ADMIN, USER, World


class Slow:
    """Makes engines once it is let."""

    def __init__(self) -> None:
        self.may = threading.Event()
        self.asked = threading.Event()

    def engine(self, policies: PolicySet) -> RegoPolicy:
        self.asked.set()
        assert self.may.wait(60)
        return RegoPolicy(policies)


def past(slow: Slow) -> PolicyDiff:
    world = World()
    return PolicyDiff(world.policies, world.ledger, FixedKeys(), FrozenClock(), slow.engine)


async def test_one_replay_at_a_time_and_the_next_one_after_it() -> None:
    slow = Slow()
    diff = past(slow)
    first = asyncio.create_task(diff.backtest(shipped(), ADMIN, 1))
    await asyncio.to_thread(slow.asked.wait, 60)
    with pytest.raises(Overloaded):
        await diff.against(shipped(), ADMIN)
    slow.may.set()
    assert (await first).past.replayed == 0
    assert (await diff.against(shipped(), ADMIN)).version == shipped().version


async def test_who_may_not_and_what_is_out_of_bounds_is_refused_before_anything_is_made() -> None:
    slow = Slow()
    diff = past(slow)
    with pytest.raises(Forbidden):
        await diff.backtest(shipped(), USER, 1)
    for days in (0, 3_661):
        with pytest.raises(InvalidInput):
            await diff.backtest(shipped(), ADMIN, days)
    with pytest.raises(InvalidInput):
        await diff.against(shipped(), ADMIN, last=-1)
    assert not slow.asked.is_set()
