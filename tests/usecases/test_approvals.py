"""One operation of one person, approved by somebody else, for a while."""

from dataclasses import replace

import pytest

from lacuna.domain.approvals import HOUR_US, WAITS_US, Approval, State
from lacuna.domain.errors import Conflict, Forbidden, NotFound
from lacuna.domain.identity import Principal, Role
from lacuna.domain.policy import Destination, Obligation, ObligationKind, PolicyInput
from lacuna.domain.tiers import Tier
from lacuna.ports.storage import RecordFilter
from lacuna.testing.fakes.approvals import InMemoryApprovals
from lacuna.testing.fakes.clock import CountingIds, FrozenClock
from lacuna.testing.fakes.keys import FixedKeys
from lacuna.testing.fakes.ledger import InMemoryLedger
from lacuna.usecases.approvals import Approvals, Subject

NEEDS = Obligation(ObligationKind.APPROVAL, "r", "it matters", ("board",), 8)


def person(name: str, *groups: str, role: Role = Role.USER) -> Principal:
    return Principal(name, "", frozenset(groups), Tier.INTERNAL, frozenset({role}), "test")


BOB, ANN, EVE = person("bob", "board"), person("ann", "board"), person("eve", "sales")
FACTS = PolicyInput("export", Tier.INTERNAL, (), "bob", (), Tier.INTERNAL, None, (), at=60)
WANTED = Subject(BOB, "export", "INTERNAL", (FACTS,), ("text",), ("dataset:a/b",))


class Desk:
    """The use case over fakes, with a clock to move."""

    def __init__(self) -> None:
        keys = FixedKeys()
        self.ledger, self.clock = InMemoryLedger(keys), FrozenClock()
        self.use = Approvals(InMemoryApprovals(self.ledger), self.ledger, keys, self.clock, CountingIds())

    async def asked(self, subject: Subject = WANTED) -> Approval:
        [found] = await self.use.request([NEEDS], subject, "dec_1")
        return found

    async def passes(self, subject: Subject = WANTED, obligation: Obligation = NEEDS) -> bool:
        return bool(await self.use.approved([obligation], subject))

    async def kinds(self) -> list[str]:
        return [stored.record().kind for stored in await self.ledger.find(RecordFilter(newest_first=False))]


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def test_what_is_granted_passes_until_it_ends_by_itself(desk: Desk) -> None:
    asked = await desk.asked()
    assert not await desk.passes()
    granted = await desk.use.grant(asked.approval_id, "fine", ANN)
    assert granted.expires == desk.clock.now_us() + 8 * HOUR_US
    desk.clock.advance(8 * HOUR_US - 1)
    assert await desk.passes()
    desk.clock.advance(1)
    assert not await desk.passes()
    assert (await desk.use.page(None, "", 10, ANN)).approvals[0].state is State.EXPIRED
    assert await desk.kinds() == ["approval.requested", "approval.granted", "approval.expired"]


@pytest.mark.parametrize(
    "other",
    [
        replace(WANTED, principal=EVE),
        replace(WANTED, action="read"),
        replace(WANTED, texts=("other text",)),
        replace(WANTED, asked=(replace(FACTS, tier=Tier.PROPRIETARY),)),
        replace(WANTED, asked=(replace(FACTS, destination=Destination("elsewhere")),)),
        replace(WANTED, asked=(replace(FACTS, purpose="fun"),)),
        replace(WANTED, asked=(replace(FACTS, findings=(("PII.EMAIL", 1),)),)),
    ],
)
async def test_nothing_else_passes_with_it(desk: Desk, other: Subject) -> None:
    await desk.use.grant((await desk.asked()).approval_id, "", ANN)
    assert await desk.passes()
    assert not await desk.passes(other)
    assert not await desk.passes(obligation=replace(NEEDS, values=("others",)))


async def test_the_moment_of_asking_does_not_matter(desk: Desk) -> None:
    await desk.use.grant((await desk.asked()).approval_id, "", ANN)
    assert await desk.passes(replace(WANTED, asked=(replace(FACTS, at=6000),)))


async def test_the_same_is_asked_for_once(desk: Desk) -> None:
    assert await desk.asked() == await desk.asked()
    assert await desk.kinds() == ["approval.requested"]


async def test_a_refusal_is_final_and_can_be_asked_for_again(desk: Desk) -> None:
    asked = await desk.asked()
    await desk.use.refuse(asked.approval_id, "no", ANN)
    assert not await desk.passes()
    with pytest.raises(Conflict):
        await desk.use.grant(asked.approval_id, "", ANN)
    assert (await desk.asked()).approval_id != asked.approval_id


async def test_a_request_that_nobody_decides_ends(desk: Desk) -> None:
    asked = await desk.asked()
    desk.clock.advance(WAITS_US)
    with pytest.raises(Conflict):
        await desk.use.grant(asked.approval_id, "", ANN)


async def test_nobody_decides_an_own_request_but_an_administrator(desk: Desk) -> None:
    asked = await desk.asked()
    with pytest.raises(Forbidden):
        await desk.use.grant(asked.approval_id, "", BOB)
    with pytest.raises(NotFound):
        await desk.use.grant(asked.approval_id, "", EVE)
    with pytest.raises(NotFound):
        await desk.use.grant("apr_none", "", ANN)
    root = person("root", role=Role.ADMIN)
    assert (await desk.use.grant(asked.approval_id, "", root)).decided_by == "root"


async def test_requests_are_shown_to_those_they_concern(desk: Desk) -> None:
    await desk.asked()
    for number in range(3):
        await desk.asked(replace(WANTED, principal=EVE, texts=(str(number),)))
    assert len((await desk.use.page(None, "", 10, ANN)).approvals) == 4
    assert len((await desk.use.page(None, "", 10, EVE)).approvals) == 3
    assert (await desk.use.page(None, "", 10, person("joe"))).approvals == ()
    first = await desk.use.page(None, "", 2, EVE)
    assert first.next is not None
    assert len((await desk.use.page(None, first.next, 2, EVE)).approvals) == 1


async def test_no_text_is_recorded(desk: Desk) -> None:
    asked = await desk.asked(replace(WANTED, texts=("a very secret text",)))
    granted = await desk.use.grant(asked.approval_id, "a secret remark", ANN)
    await desk.use.used([granted], "dec_2", BOB)
    everything = [str(stored.body) async for stored in desk.ledger.read()]
    assert len(everything) == 3
    assert "secret" not in "".join(everything)
