"""Life-cycle of policies: who may, what is kept, what the ledger says, and what never replaces what."""

import pytest

from lacuna.domain.errors import ConfigError, Forbidden, InvalidInput, LacunaError, NotFound
from lacuna.domain.identity import Principal, Role
from lacuna.domain.policy_set import PolicySet
from lacuna.domain.tiers import Tier
from lacuna.ports.storage import RecordFilter
from lacuna.testing.fakes.clock import FrozenClock
from lacuna.testing.fakes.keys import FixedKeys
from lacuna.testing.fakes.ledger import InMemoryLedger
from lacuna.testing.fakes.policies import InMemoryPolicies
from lacuna.usecases.follow_policies import AGAIN_AFTER, FollowPolicies
from lacuna.usecases.policies import CONFIGURATION, Policies

ADMIN = Principal("ada", "", frozenset(), Tier.PROPRIETARY, frozenset({Role.ADMIN}), "test")
USER = Principal("bob", "", frozenset(), Tier.PROPRIETARY, frozenset({Role.USER}), "test")
BASE = PolicySet.of({"lacuna/base.rego": "package base"}, {"settings": {"a": 1, "b": 2}})
BROKEN = "broken"


def own(text: str) -> PolicySet:
    return PolicySet.of({"policies/x.rego": f"package {text}"})


class World:
    """The use cases with everything around them in memory. A set that holds "broken" cannot be used."""

    def __init__(self, *, kept_here: bool = True) -> None:
        self.ledger = InMemoryLedger(FixedKeys())
        self.store = InMemoryPolicies(self.ledger)
        self.folder: PolicySet | None = None
        self.in_force: list[str] = []
        self.reported: list[str] = []
        self.follow = FollowPolicies(
            self.look, BASE, self.store, 0, self.use, lambda fault: self.reported.append(fault.code), self.seen
        )
        self.policies = Policies(
            self.store, self.follow, BASE, self.validate, self.ledger, FrozenClock(), kept_here=kept_here
        )

    def look(self) -> PolicySet | None:
        fresh, self.folder = self.folder, None
        return fresh

    def validate(self, policies: PolicySet) -> None:
        if any(BROKEN in text for _, text in policies.files):
            raise ConfigError("The policies cannot be used.", problems=("policies/x.rego:1:1: broken",))

    def use(self, policies: PolicySet) -> None:
        self.validate(policies)
        self.in_force.append(policies.version)

    async def seen(self, policies: PolicySet) -> None:
        await self.policies.seen(policies)

    async def recorded(self) -> list[str]:
        found = await self.ledger.find(RecordFilter(newest_first=False))
        return [stored.record().kind for stored in found]


@pytest.fixture
def world() -> World:
    return World()


async def test_what_is_deployed_is_in_force_with_the_shipped_policies_beneath_it(world: World) -> None:
    added = await world.policies.deploy(own("one"), "first", ADMIN)
    assert dict(added.policies.files).keys() == {"lacuna/base.rego", "policies/x.rego"}
    assert world.in_force == [added.version]
    now = await world.policies.in_force(ADMIN)
    assert (now.version, now.source, now.by) == (added.version, "deployed", "ada")
    assert await world.recorded() == ["policy.deployed"]


async def test_what_cannot_be_used_is_recorded_and_replaces_nothing(world: World) -> None:
    good = await world.policies.deploy(own("one"), "", ADMIN)
    assert (await world.policies.check(own(BROKEN), ADMIN)).problems == ("policies/x.rego:1:1: broken",)
    with pytest.raises(ConfigError):
        await world.policies.deploy(own(BROKEN), "", ADMIN)
    assert world.in_force == [good.version]
    assert (await world.policies.in_force(ADMIN)).version == good.version
    assert await world.recorded() == ["policy.deployed", "policy.refused"]


async def test_rolling_back_goes_to_what_was_before_or_to_what_is_named(world: World) -> None:
    with pytest.raises(NotFound):
        await world.policies.roll_back("", ADMIN)
    one = await world.policies.deploy(own("one"), "", ADMIN)
    two = await world.policies.deploy(own("two"), "", ADMIN)
    assert await world.policies.roll_back("", ADMIN) == one.version
    assert await world.policies.roll_back(two.version, ADMIN) == two.version
    assert await world.policies.roll_back(CONFIGURATION, ADMIN) == BASE.version
    assert world.in_force == [one.version, two.version, one.version, two.version, BASE.version]
    with pytest.raises(NotFound):
        await world.policies.roll_back("pol-none", ADMIN)


async def test_a_change_of_the_folder_counts_and_a_broken_one_is_tried_once(world: World) -> None:
    world.folder = BASE.joined(own("one"))
    await world.follow.look()
    good = world.follow.configured
    assert world.in_force == [good.version]
    assert await world.store.get(good.version) is not None
    world.folder = BASE.joined(own(BROKEN))
    for _ in range(3):
        with pytest.raises(ConfigError):
            await world.follow.look()
    with pytest.raises(LacunaError):
        await world.follow.check()
    assert world.reported == ["config_invalid"]
    assert (await world.policies.in_force(ADMIN)).version == good.version
    world.folder = good
    await world.follow.look()
    await world.follow.check()
    assert world.in_force == [good.version]


async def test_a_refused_set_is_tried_again_now_and_then(world: World) -> None:
    """A child that was killed while it compiled is no fault of the set."""
    tries = 0

    def use(policies: PolicySet) -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise ConfigError("The engine failed.")

    world.follow = FollowPolicies(world.look, BASE, world.store, 0, use, lambda fault: None, world.seen)
    world.folder = BASE.joined(own("one"))
    for _ in range(AGAIN_AFTER):
        with pytest.raises(ConfigError):
            await world.follow.look()
    assert tries == 1
    await world.follow.look()
    assert tries == 2
    await world.follow.check()


async def test_the_folder_waits_while_a_version_is_deployed(world: World) -> None:
    added = await world.policies.deploy(own("one"), "", ADMIN)
    world.folder = BASE.joined(own("two"))
    await world.follow.look()
    assert world.in_force == [added.version]
    await world.policies.roll_back(CONFIGURATION, ADMIN)
    assert world.in_force == [added.version, BASE.joined(own("two")).version]


async def test_policies_are_for_administrators(world: World) -> None:
    for call in (
        world.policies.in_force(USER),
        world.policies.versions(USER),
        world.policies.get("", USER),
        world.policies.check(own("one"), USER),
        world.policies.deploy(own("one"), "", USER),
        world.policies.roll_back("", USER),
    ):
        with pytest.raises(Forbidden):
            await call
    assert await world.recorded() == []


async def test_what_opa_keeps_is_not_deployed_here() -> None:
    world = World(kept_here=False)
    with pytest.raises(InvalidInput, match="OPA"):
        await world.policies.deploy(own("one"), "", ADMIN)


def test_data_of_ones_own_replaces_entries_one_by_one_and_files_do_not_collide() -> None:
    joined = BASE.joined(PolicySet.of({}, {"settings": {"b": 3}, "more": 1}))
    assert joined.data == '{"more": 1, "settings": {"a": 1, "b": 3}}'
    with pytest.raises(ConfigError):
        BASE.joined(PolicySet.of({"lacuna/base.rego": "package other"}))
    with pytest.raises(ConfigError):
        BASE.joined(PolicySet.of({}, {"settings": 7}))
