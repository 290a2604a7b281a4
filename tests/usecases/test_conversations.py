"""A conversation's tier never falls, whatever the client does with its id and its history."""

import asyncio
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lacuna.domain.classification import Question, Strategy, Turn
from lacuna.domain.identity import Principal
from lacuna.domain.policy import Source
from lacuna.domain.tiers import Tier
from lacuna.testing.fakes.classifier import WordLayer
from lacuna.testing.fakes.clock import CountingIds, FrozenClock
from lacuna.testing.fakes.conversation import InMemoryConversations
from lacuna.testing.fakes.keys import FixedKeys
from lacuna.testing.fakes.ledger import InMemoryLedger
from lacuna.testing.fakes.policy import TablePolicy
from lacuna.testing.fakes.telemetry import CountingTelemetry
from lacuna.usecases.classify import Classify, Routing
from lacuna.usecases.conversations import LONGER, Conversations

ANN = Principal("ann", "", frozenset(), Tier.PROPRIETARY, frozenset(), "test")
BEN = Principal("ben", "", frozenset(), Tier.PROPRIETARY, frozenset(), "test")
LONG_ANSWER = "The pilot customer pays forty-one euros a sensor."


@pytest.fixture
def conversations() -> Conversations:
    return Conversations(InMemoryConversations(), FixedKeys())


async def test_an_id_is_its_users_own(conversations: Conversations) -> None:
    await conversations.bind(Question("a", conversation_id="c"), ANN, Tier.PROPRIETARY)
    assert await conversations.known(Question("b", conversation_id="c"), ANN) is Tier.PROPRIETARY
    assert await conversations.known(Question("b", conversation_id="c"), BEN) is Tier.PUBLIC


async def test_a_history_is_known_without_its_id(conversations: Conversations) -> None:
    first = Question("a", conversation_id="c")
    await conversations.bind(first, ANN, Tier.INTERNAL)
    await conversations.bind_answer(first, ANN, "yes", Tier.PROPRIETARY)
    for forged in (None, "other"):
        known = conversations.known
        assert await known(Question("b", (Turn("user", "a"),), forged), ANN) is Tier.INTERNAL
        assert (
            await known(Question("b", (Turn("user", "a"), Turn("assistant", "yes")), forged), ANN) is Tier.PROPRIETARY
        )
        assert (
            await known(Question("b", (Turn("system", " a "), Turn("user", "yes\n")), forged), ANN) is Tier.PROPRIETARY
        )


async def test_a_history_without_its_beginning_is_known_by_its_longer_turns(conversations: Conversations) -> None:
    first = Question("What would they pay if we asked them?", (Turn("user", "secret"),))
    await conversations.bind(first, ANN, Tier.PROPRIETARY)
    assert len(first.text) >= LONGER
    assert await conversations.known(Question("b", (Turn("user", first.text),)), ANN) is Tier.PROPRIETARY
    assert await conversations.known(Question("b", (Turn("user", first.text),)), BEN) is Tier.PUBLIC


async def test_an_answer_has_its_tier_in_whosever_history(conversations: Conversations) -> None:
    await conversations.bind_answer(Question("a"), ANN, LONG_ANSWER, Tier.PROPRIETARY)
    assert await conversations.known(Question("b", (Turn("assistant", LONG_ANSWER),)), BEN) is Tier.PROPRIETARY


async def test_short_turns_alone_say_nothing(conversations: Conversations) -> None:
    first = Question("yes", (Turn("user", "secret"),))
    await conversations.bind(first, ANN, Tier.PROPRIETARY)
    await conversations.bind_answer(first, ANN, "no", Tier.PROPRIETARY)
    assert await conversations.known(Question("b", (Turn("user", "yes"), Turn("assistant", "no"))), ANN) is Tier.PUBLIC


@dataclass
class Thread:
    """A conversation as it really was: the oracle."""

    name: str
    turns: list[tuple[str, str, Tier]] = field(default_factory=list)

    @property
    def tier(self) -> Tier:
        return max((tier for _, _, tier in self.turns), default=Tier.PUBLIC)


SAID = st.sampled_from(
    ["hello", "and then?", "apollo", "the rotation ledger of last year", "what is the capital of it?"]
)
ANSWERED = st.sampled_from(
    [("yes", Tier.PUBLIC), ("They pay forty-one euros.", Tier.PROPRIETARY), ("no", Tier.INTERNAL)]
)
ID = st.sampled_from(["own", "dropped", "forged", "another's"])
HISTORY = st.sampled_from(["whole", "none"])
STEP = st.tuples(st.integers(0, 2), SAID, ANSWERED, ID, HISTORY)


@settings(max_examples=150, deadline=None)
@given(st.lists(STEP, min_size=1, max_size=12))
def test_a_conversations_tier_never_falls(
    program: list[tuple[int, str, tuple[str, Tier], str, str]],
) -> None:
    """Whatever of a thread is sent along, or named by its id, has at least the tier that it had."""

    async def run() -> None:
        classify = _classify()
        threads = [Thread(f"thread-{n}") for n in range(3)]
        ids: dict[str, Tier] = {}
        for number, said, (answer, answer_tier), named, history in program:
            thread = threads[number]
            conversation_id = {
                "own": thread.name,
                "dropped": None,
                "forged": f"forged-{len(ids)}",
                "another's": threads[(number + 1) % 3].name,
            }[named]
            sent = [Turn(role, text) for role, text, _ in thread.turns] if history == "whole" else []
            question = Question(said, tuple(sent), conversation_id)
            decided = (await classify.one(question, ANN)).classification.tier
            known = ids.get(conversation_id or "", Tier.PUBLIC)
            assert decided >= max(known, thread.tier if sent else Tier.PUBLIC)
            reached = max(decided, answer_tier)
            await classify.answered(question, ANN, answer, reached)
            if conversation_id is not None:
                ids[conversation_id] = max(known, reached)
            if history == "none":
                thread.turns = []
            thread.turns += [("user", said, decided), ("assistant", answer, reached)]

    asyncio.run(run())


def _classify() -> Classify:
    keys = FixedKeys()
    return Classify(
        layers=[WordLayer({"apollo": Tier.PROPRIETARY, "ledger": Tier.INTERNAL}, 1.0)],
        policy=TablePolicy({tier: frozenset({Source.LOCAL_RAG}) for tier in Tier}, "test"),
        routing=Routing({tier: frozenset({Source.LOCAL_RAG}) for tier in Tier}, frozenset({Source.LOCAL_RAG})),
        strategy=Strategy.BALANCED,
        cache=None,
        taint=InMemoryConversations(),
        ledger=InMemoryLedger(keys),
        keys=keys,
        clock=FrozenClock(),
        ids=CountingIds(),
        telemetry=CountingTelemetry(),
    )
