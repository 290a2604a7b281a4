"""Overrides and feedback: who may, what is kept, what the ledger says, and when something counts."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from lacuna.domain.audit import Json, Record
from lacuna.domain.classification import Finding, Layer, LayerResult, Strategy
from lacuna.domain.errors import Conflict, Forbidden, InvalidInput, NotFound, StorageFull, TooLarge
from lacuna.domain.identity import Principal, Role
from lacuna.domain.overrides import DAY_US, Effect, OverrideKind, State
from lacuna.domain.tiers import Tier
from lacuna.ports.storage import Entry, RecordFilter
from lacuna.testing.fakes.clock import CountingIds, FrozenClock
from lacuna.testing.fakes.keys import FixedKeys
from lacuna.testing.fakes.ledger import InMemoryLedger
from lacuna.testing.fakes.overrides import InMemoryOverrides
from lacuna.usecases.feedback import MAX_LEARNED, Outcome, Said
from lacuna.usecases.overrides import Wanted
from lacuna.wiring.overrides import OverrideParts, override_parts

ADA = Principal("ada", "", frozenset(), Tier.PROPRIETARY, frozenset({Role.ADMIN}), "test")
BOB = Principal("bob", "", frozenset(), Tier.PROPRIETARY, frozenset({Role.USER}), "test")
EVE = Principal("eve", "", frozenset(), Tier.PROPRIETARY, frozenset({Role.USER}), "test")
TEXT = "when does the heron fair open"
LOWER = Wanted(Tier.PUBLIC, "it is on our web site", text=TEXT, days=30)


class World:
    """The use cases with everything around them in memory, and one decision of Bob's, `dec_1`."""

    def __init__(self) -> None:
        self.keys = FixedKeys()
        self.ledger = InMemoryLedger(self.keys)
        self.store = InMemoryOverrides(self.ledger)
        self.clock = FrozenClock()
        self.ids = CountingIds()
        self.learned: list[list[tuple[str, Tier]]] = []

    async def opened(self) -> OverrideParts:
        parts = await override_parts(self.store, self.ledger, self.keys, self.clock, self.ids, 90)
        parts.learn_with(lambda labels: self.learned.append(list(labels)))
        return parts

    async def decide(self, decision: str = "dec_1", tier: str = "PROPRIETARY", kind: str = "ORG.TERM") -> None:
        data: dict[str, Json] = {
            "text_hmac": self.keys.hmac(TEXT),
            "hmac_key": self.keys.hmac_key_id,
            "tier": tier,
            "strategy": "balanced",
            "findings": [],
            "finding_counts": {kind: 1},
            "tier_counts": {tier: {kind: 1}},
        }
        await self.ledger.append(Entry(Record("decision.classify", 1, "bob", "test", decision, data)))

    async def records(self, kind: str) -> list[dict[str, Any]]:
        found = await self.ledger.find(RecordFilter(kind=kind, newest_first=False))
        return [dict(stored.record().data) for stored in found]


@pytest.fixture
async def world() -> World:
    made = World()
    await made.decide()
    return made


@pytest.fixture
async def parts(world: World) -> OverrideParts:
    return await world.opened()


def tier(parts: OverrideParts, text: str = TEXT) -> Tier:
    found = LayerResult(
        Layer.HEURISTIC, (Finding("ORG.TERM", "terms", Layer.HEURISTIC, Tier.PROPRIETARY, 0.9, 14, 19),)
    )
    return parts.in_force().classify(text, [found], Strategy.BALANCED, "rs").tier


async def test_what_a_steward_makes_counts_until_its_moment_and_not_longer(world: World, parts: OverrideParts) -> None:
    version = parts.in_force().version
    made = await parts.overrides.make(LOWER, ADA)
    assert (made.state, made.decided_by, made.expires) == (State.GRANTED, "ada", world.clock.now_us() + 30 * DAY_US)
    assert tier(parts) is Tier.PUBLIC
    assert parts.in_force().version != version
    world.clock.advance(30 * DAY_US - 1)
    assert tier(parts) is Tier.PUBLIC
    world.clock.advance(1)
    assert tier(parts) is Tier.PROPRIETARY
    assert parts.in_force().version == version
    page = await parts.overrides.page(None, "", 10, ADA)
    assert [o.state for o in page.overrides] == [State.EXPIRED]
    await parts.follow.look()
    await parts.overrides.page(None, "", 10, ADA)
    assert [r["override"] for r in await world.records("override.expired")] == [made.override_id]


async def test_a_process_that_follows_records_the_end_of_what_it_counted(world: World, parts: OverrideParts) -> None:
    await parts.overrides.make(LOWER, ADA)
    other = await world.opened()
    world.clock.advance(30 * DAY_US)
    await asyncio.gather(parts.follow.look(), other.follow.look())
    assert len(await world.records("override.expired")) == 1
    assert (await world.store.everything())[1].overrides == ()


async def test_a_request_that_expires_loses_its_text(world: World, parts: OverrideParts) -> None:
    await parts.feedback.give(Said("dec_1", Tier.PUBLIC, "known", TEXT, days=2), BOB)
    world.clock.advance(2 * DAY_US)
    await parts.follow.look()
    assert [o.state for o in await world.store.page(None, "", 10)] == [State.EXPIRED]
    assert TEXT not in repr(vars(world.store))


async def test_another_process_follows(world: World, parts: OverrideParts) -> None:
    other = await world.opened()
    made = await parts.overrides.make(LOWER, ADA)
    assert tier(other) is Tier.PROPRIETARY
    await other.follow.look()
    assert tier(other) is Tier.PUBLIC
    await parts.overrides.withdraw(made.override_id, "not any more", ADA)
    assert tier(parts) is Tier.PROPRIETARY
    await other.follow.look()
    assert tier(other) is Tier.PROPRIETARY


async def test_only_stewards_act(parts: OverrideParts) -> None:
    for call in (
        parts.overrides.page(None, "", 10, BOB),
        parts.overrides.make(LOWER, BOB),
        parts.overrides.grant("ovr_1", None, "", BOB),
        parts.overrides.refuse("ovr_1", "", BOB),
        parts.overrides.withdraw("ovr_1", "", BOB),
    ):
        with pytest.raises(Forbidden):
            await call


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"days": None}, "no expiry"),
        ({"days": 91}, "more than 90 days"),
        ({"reason": "  "}, "reason"),
        ({"text": " \n"}, "empty"),
        ({"pattern": "a+b"}, "exactly one"),
        ({"text": None}, "exactly one"),
        ({"tier": Tier.INTERNAL}, "`effect`"),
        ({"effect": Effect.RAISE}, "raised to PUBLIC"),
        ({"text": None, "pattern": "(heron"}, "character 1"),
        ({"text": None, "pattern": r"heron(?=s)"}, "look-around"),
        ({"text": None, "pattern": ".*"}, "empty text"),
        ({"text": None, "pattern": r"(?s).+"}, "everywhere"),
        ({"text": None, "pattern": r"\w"}, "everywhere"),
        ({"text": None, "pattern": ""}, "is empty"),
    ],
)
async def test_what_cannot_be_an_override_is_refused(
    world: World, parts: OverrideParts, change: dict[str, Any], fault: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await parts.overrides.make(replace(LOWER, **change), ADA)
    assert fault in str(refused.value)
    assert await world.store.version() == 0


async def test_raising_needs_no_expiry(parts: OverrideParts) -> None:
    await parts.overrides.make(Wanted(Tier.PROPRIETARY, "new project", pattern="(?i)heron"), ADA)
    clean = LayerResult(Layer.HEURISTIC, (), 1.0, "cue")
    for text in ("the HERON", "the h\u0435ron", "the he\u200bron"):
        assert parts.in_force().classify(text, [clean], Strategy.BALANCED, "rs").tier is Tier.PROPRIETARY
    assert parts.in_force().classify("the stork", [clean], Strategy.BALANCED, "rs").tier is Tier.PUBLIC
    assert parts.in_force().classify("half \ud800 pair", [clean], Strategy.BALANCED, "rs").tier is Tier.PUBLIC


async def test_requests_wait_and_are_decided_once(world: World, parts: OverrideParts) -> None:
    asked = await parts.overrides.make(replace(LOWER, granted=False, days=None), ADA)
    assert (asked.state, tier(parts)) == (State.REQUESTED, Tier.PROPRIETARY)
    with pytest.raises(InvalidInput, match="no expiry"):
        await parts.overrides.grant(asked.override_id, None, "", ADA)
    outcomes = await asyncio.gather(
        parts.overrides.grant(asked.override_id, 7, "fine", ADA),
        parts.overrides.grant(asked.override_id, 8, "fine", ADA),
        parts.overrides.refuse(asked.override_id, "no", ADA),
        return_exceptions=True,
    )
    assert sorted(type(o).__name__ for o in outcomes) == ["Conflict", "Conflict", "Override"]
    assert tier(parts) is Tier.PUBLIC
    with pytest.raises(Conflict):
        await parts.overrides.grant(asked.override_id, 7, "", ADA)
    with pytest.raises(NotFound):
        await parts.overrides.grant("ovr_none", 7, "", ADA)
    assert len(await world.records("override.granted")) == 1


async def test_a_refused_or_expired_request_cannot_be_granted(world: World, parts: OverrideParts) -> None:
    first = await parts.overrides.make(replace(LOWER, granted=False), ADA)
    await parts.overrides.refuse(first.override_id, "it is not", ADA)
    second = await parts.overrides.make(replace(LOWER, granted=False), ADA)
    assert second.override_id != first.override_id
    world.clock.advance(31 * DAY_US)
    for asked in (first, second):
        with pytest.raises(Conflict):
            await parts.overrides.grant(asked.override_id, 5, "", ADA)
    with pytest.raises(Conflict):
        await parts.overrides.withdraw(first.override_id, "", ADA)


async def test_the_ledger_has_every_act_and_no_text(world: World, parts: OverrideParts) -> None:
    asked = await parts.overrides.make(replace(LOWER, granted=False), ADA)
    await parts.overrides.grant(asked.override_id, None, "seen on the web", ADA)
    await parts.overrides.withdraw(asked.override_id, "gone from the web", ADA)
    await parts.overrides.make(Wanted(Tier.PROPRIETARY, "secret", pattern="heron [0-9]+"), ADA)
    await parts.feedback.give(Said("dec_1", Tier.PUBLIC, "it is known", TEXT), BOB)
    requested = await world.records("override.requested")
    assert requested[0]["key_hmac"] == requested[2]["key_hmac"] == world.keys.hmac(TEXT)
    assert requested[0]["reason_hmac"] == world.keys.hmac("override reason\0it is on our web site")
    assert requested[0]["hmac_key"] == world.keys.hmac_key_id
    assert [len(await world.records(f"override.{act}")) for act in ("granted", "withdrawn")] == [2, 1]
    assert (await world.records("label.recorded"))[0]["text_kept"] is True
    everything = repr([stored async for stored in world.ledger.read()])
    assert not any(word in everything for word in ("heron", "web", "known", "secret"))


async def test_a_change_that_cannot_be_stored_is_none(world: World, parts: OverrideParts) -> None:
    world.store.fail_with = StorageFull("full")
    with pytest.raises(StorageFull):
        await parts.overrides.make(LOWER, ADA)
    assert tier(parts) is Tier.PROPRIETARY


async def test_an_override_of_a_decision_is_about_its_text(world: World, parts: OverrideParts) -> None:
    made = await parts.overrides.make(Wanted(Tier.INTERNAL, "only internal", decision_id="dec_1", days=3), ADA)
    assert (made.kind, made.effect, made.key) == (OverrideKind.DECISION, Effect.LOWER, world.keys.hmac(TEXT))
    assert tier(parts) is Tier.INTERNAL
    with pytest.raises(NotFound):
        await parts.overrides.make(Wanted(Tier.PUBLIC, "r", decision_id="dec_2", days=3), ADA)


async def test_a_user_asks_and_a_steward_grants_with_what_is_learned(world: World, parts: OverrideParts) -> None:
    received = await parts.feedback.give(Said("dec_1", Tier.PUBLIC, "it is known", TEXT), BOB)
    assert (received.outcome, received.decided, received.learned) == (Outcome.REQUESTED, Tier.PROPRIETARY, False)
    assert "once the request is granted" in received.notes[0]
    assert received.override is not None
    assert (tier(parts), world.learned) == (Tier.PROPRIETARY, [])
    await parts.overrides.grant(received.override.override_id, 10, "", ADA)
    assert (tier(parts), world.learned) == (Tier.PUBLIC, [[(TEXT, Tier.PUBLIC)]])
    world.clock.advance(10 * DAY_US)
    await parts.follow.look()
    assert world.learned[-1] == []


async def test_a_steward_may_apply_at_once(world: World, parts: OverrideParts) -> None:
    received = await parts.feedback.give(Said("dec_1", Tier.PUBLIC, "known", TEXT, days=5, apply=True), ADA)
    assert (received.outcome, received.learned, received.notes) == (Outcome.GRANTED, True, ())
    assert (tier(parts), world.learned) == (Tier.PUBLIC, [[(TEXT, Tier.PUBLIC)]])
    with pytest.raises(Forbidden):
        await parts.feedback.give(Said("dec_1", Tier.PUBLIC, "known", days=5, apply=True), BOB)


async def test_without_the_text_nothing_is_learned_and_the_answer_says_so(parts: OverrideParts) -> None:
    received = await parts.feedback.give(Said("dec_1", Tier.INTERNAL, "no", days=5, apply=True), ADA)
    assert (received.learned, tier(parts)) == (False, Tier.INTERNAL)
    assert "Nothing is learned" in received.notes[0]


async def test_another_text_than_the_decided_one_is_refused(world: World, parts: OverrideParts) -> None:
    with pytest.raises(InvalidInput, match="not the text"):
        await parts.feedback.give(Said("dec_1", Tier.PUBLIC, "r", TEXT + "?"), BOB)
    long = "x" * (MAX_LEARNED + 1)
    data: dict[str, Json] = {"text_hmac": world.keys.hmac(long), "hmac_key": world.keys.hmac_key_id, "tier": "INTERNAL"}
    await world.ledger.append(Entry(Record("decision.classify", 1, "bob", "test", "dec_long", data)))
    with pytest.raises(TooLarge):
        await parts.feedback.give(Said("dec_long", Tier.PUBLIC, "r", long), BOB)
    data = {"text_hmac": "00", "hmac_key": "older", "tier": "INTERNAL"}
    await world.ledger.append(Entry(Record("decision.classify", 1, "bob", "test", "dec_old", data)))
    with pytest.raises(InvalidInput, match="not known"):
        await parts.feedback.give(Said("dec_old", Tier.PUBLIC, "r"), BOB)


async def test_decisions_of_others_are_unknown_ones(parts: OverrideParts) -> None:
    messages = []
    for decision in ("dec_1", "dec_2"):
        with pytest.raises(NotFound) as unknown:
            await parts.feedback.give(Said(decision, Tier.PUBLIC, "r"), EVE)
        messages.append(str(unknown.value).replace(decision, "dec"))
    assert messages[0] == messages[1]
    assert (await parts.feedback.give(Said("dec_1", Tier.PUBLIC, "r"), ADA)).outcome is Outcome.REQUESTED


async def test_the_same_request_again_is_the_same(world: World, parts: OverrideParts) -> None:
    first = await parts.feedback.give(Said("dec_1", Tier.PUBLIC, "r"), BOB)
    again = await parts.feedback.give(Said("dec_1", Tier.PUBLIC, "please", TEXT), BOB)
    assert first.override is not None
    assert again.override == first.override
    assert "still open" in again.notes[0]
    assert len(await world.records("override.requested")) == 1


async def test_who_agrees_is_recorded_and_only_a_steward_teaches(world: World, parts: OverrideParts) -> None:
    received = await parts.feedback.give(Said("dec_1", Tier.PROPRIETARY, "right", TEXT), BOB)
    assert (received.outcome, received.learned, received.override) == (Outcome.RECORDED, False, None)
    assert world.learned == []
    received = await parts.feedback.give(Said("dec_1", Tier.PROPRIETARY, "right", TEXT), ADA)
    assert received.learned
    assert world.learned == [[(TEXT, Tier.PROPRIETARY)]]
    assert [r["text_kept"] for r in await world.records("label.recorded")] == [False, True]


async def test_the_answer_names_what_no_override_lowers(world: World, parts: OverrideParts) -> None:
    await world.decide("dec_context", kind="CONTEXT.CONVERSATION")
    received = await parts.feedback.give(Said("dec_context", Tier.PUBLIC, "r"), BOB)
    assert "CONTEXT.CONVERSATION" in received.notes[0]
