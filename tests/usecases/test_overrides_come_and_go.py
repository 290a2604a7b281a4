"""Questions in conversations while overrides are granted, withdrawn and expire: what no order of events may lead to."""

import asyncio
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from lacuna.domain.classification import Question, Strategy
from lacuna.domain.errors import Conflict
from lacuna.domain.identity import Principal, Role
from lacuna.domain.overrides import DAY_US
from lacuna.domain.policy import Source
from lacuna.domain.tiers import Tier
from lacuna.testing.fakes.cache import DictCache
from lacuna.testing.fakes.classifier import WordLayer
from lacuna.testing.fakes.clock import CountingIds, FrozenClock
from lacuna.testing.fakes.conversation import InMemoryConversations
from lacuna.testing.fakes.keys import FixedKeys
from lacuna.testing.fakes.ledger import InMemoryLedger
from lacuna.testing.fakes.overrides import InMemoryOverrides
from lacuna.testing.fakes.policy import TablePolicy
from lacuna.testing.fakes.telemetry import CountingTelemetry
from lacuna.usecases.classify import Classify, Routing
from lacuna.usecases.overrides import Wanted
from lacuna.wiring.overrides import override_parts

ADA = Principal("ada", "", frozenset(), Tier.PROPRIETARY, frozenset({Role.ADMIN}), "test")
TEXTS = {
    "a heron": Tier.PROPRIETARY,
    "a stork": Tier.INTERNAL,
    "a swan": Tier.PUBLIC,
    "a heron swims": Tier.PROPRIETARY,
}
LAYER = WordLayer({"heron": Tier.PROPRIETARY, "stork": Tier.INTERNAL}, evidence=1.0)


@dataclass(frozen=True)
class Ask:
    text: str
    conversation: str | None


@dataclass(frozen=True)
class Make:
    text: str
    tier: Tier
    days: int


@dataclass(frozen=True)
class Withdraw:
    number: int


@dataclass(frozen=True)
class Wait:
    days: int


texts = st.sampled_from(sorted(TEXTS))
events = st.lists(
    st.one_of(
        st.builds(Ask, texts, st.sampled_from([None, "one", "two"])),
        st.builds(Make, texts, st.sampled_from([Tier.PUBLIC, Tier.PROPRIETARY]), st.integers(1, 3)),
        st.builds(Withdraw, st.integers(0, 3)),
        st.builds(Wait, st.integers(1, 2)),
    ),
    max_size=20,
)


@settings(max_examples=60, deadline=None)
@given(events)
def test_a_text_has_the_tier_that_is_in_force_and_a_conversation_never_falls(happened: list[object]) -> None:
    asyncio.run(_play(happened))


async def _play(happened: list[object]) -> None:
    keys, clock, ids = FixedKeys(), FrozenClock(), CountingIds()
    ledger = InMemoryLedger(keys)
    parts = await override_parts(InMemoryOverrides(ledger), ledger, keys, clock, ids, 90)
    table = {tier: frozenset({Source.LOCAL_RAG}) for tier in Tier}
    classify = Classify(
        layers=[LAYER],
        policy=TablePolicy(table),
        routing=Routing(table, frozenset({Source.LOCAL_RAG})),
        strategy=Strategy.CONSERVATIVE,
        cache=DictCache(),
        taint=InMemoryConversations(),
        ledger=ledger,
        keys=keys,
        clock=clock,
        ids=ids,
        telemetry=CountingTelemetry(),
        overrides=parts.in_force,
    )
    made: list[tuple[str, Make, int]] = []
    gone: set[str] = set()
    highest = {"one": Tier.PUBLIC, "two": Tier.PUBLIC}
    for event in happened:
        now = clock.now_us()
        if isinstance(event, Wait):
            clock.advance(event.days * DAY_US)
        elif isinstance(event, Make):
            wanted = Wanted(event.tier, "because", text=event.text, days=event.days)
            override = await parts.overrides.make(wanted, ADA)
            made.append((override.override_id, event, now + event.days * DAY_US))
        elif isinstance(event, Withdraw) and event.number < len(made):
            override_id, _, until = made[event.number]
            try:
                await parts.overrides.withdraw(override_id, "", ADA)
            except Conflict:
                assert override_id in gone or until <= now
            gone.add(override_id)
        elif isinstance(event, Ask):
            counting = {m.tier for i, m, until in made if i not in gone and until > now and m.text == event.text}
            alone = TEXTS[event.text]
            if Tier.PROPRIETARY in counting:
                alone = Tier.PROPRIETARY
            elif counting:
                alone = Tier.PUBLIC
            decided = await classify.one(Question(event.text, conversation_id=event.conversation), ADA)
            if event.conversation is not None:
                highest[event.conversation] = alone = max(alone, highest[event.conversation])
            assert decided.classification.tier is alone
