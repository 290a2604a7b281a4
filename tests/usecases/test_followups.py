"""Follow-up questions find what they refer to, and send out nothing but what was asked."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from lacuna.domain.classification import Question, Turn
from lacuna.domain.errors import DependencyUnavailable
from lacuna.domain.policy import Obligation, ObligationKind, PolicyDecision, PolicyInput
from lacuna.domain.tiers import Tier
from lacuna.testing.fakes.policy import TablePolicy
from lacuna.testing.fakes.telemetry import CountingTelemetry
from lacuna.usecases.rewrite import Rewrite
from tests.usecases.asking import EVERYWHERE, House, a_house_of, asked, inside, web_of

BEFORE = (Turn("user", "Tell me about the Kestrel sensor."), Turn("assistant", "It measures humidity."))


async def test_a_follow_up_finds_the_documents_of_what_it_refers_to() -> None:
    _, ask = await a_house_of(
        "Kestrel sensor: the battery lasts four years.",
        "Merlin sensor: the battery lasts one year.",
        "The battery of Heron lasts and lasts.",
    )
    answer = await asked(ask, Question("How long does its battery last?", BEFORE), top_k=1)
    assert answer.searched == "How long does its battery last? Kestrel sensor"
    assert answer.citations[0].document_id == "doc0"


async def test_a_question_that_stands_for_itself_is_searched_for_as_it_is() -> None:
    _, ask = await a_house_of("Kestrel sensor: the battery lasts four years.")
    assert (await asked(ask, Question("How long does the Merlin battery last?", BEFORE))).searched == ""


async def test_the_rewritten_question_never_leaves_the_house() -> None:
    house, ask = await a_house_of("Kestrel sensor.", web=web_of("Four years."), local=[inside()])
    answer = await asked(ask, Question("How long does its battery last?", BEFORE))
    assert answer.searched
    assert house.web.sent == ["How long does its battery last?"]


async def test_a_sensitive_history_keeps_a_harmless_follow_up_inside() -> None:
    house = House(web=web_of("Four years."), local=[inside()])
    ask = house.put_together()
    secret = (Turn("user", "Tell me about Apollo and its sensor."),)
    answer = await asked(ask, Question("How long does its battery last?", secret))
    assert answer.tier is Tier.PROPRIETARY
    assert house.web.sent == []


class Says:
    """A model of the house that makes the same of every question."""

    name = "llm"

    def __init__(self, said: str | Exception) -> None:
        self.said = said
        self.asked: list[str] = []

    async def rewrite(self, question: str, conversation: Sequence[Turn]) -> str:
        self.asked.append(question)
        if isinstance(self.said, Exception):
            raise self.said
        return self.said

    async def close(self) -> None: ...


class OnlyApproved(TablePolicy):
    """Wants approved models for every answer."""

    async def decide(self, asked: PolicyInput) -> PolicyDecision:
        obligation = Obligation(ObligationKind.APPROVED_MODELS_ONLY, "models", "")
        return replace(await super().decide(asked), obligations=(obligation,))


WORDS = "How long does its battery last? Kestrel sensor"


@pytest.mark.parametrize(
    ("said", "searched", "degraded"),
    [
        ("How long does the Kestrel sensor battery last?", "How long does the Kestrel sensor battery last?", ()),
        ("How long does the Merlin battery last?", WORDS, ("rewriting",)),
        (DependencyUnavailable("gone"), WORDS, ("rewriting",)),
    ],
)
async def test_what_the_local_model_makes_of_a_follow_up_counts_if_it_keeps_to_what_was_said(
    said: str | Exception, searched: str, degraded: tuple[str, ...]
) -> None:
    model = Says(said)
    house, ask = await a_house_of(
        "Kestrel sensor: the battery lasts four years.",
        web=web_of("Four years."),
        local=[inside()],
        rewrite=Rewrite(CountingTelemetry(), model),
    )
    answer = await asked(ask, Question("How long does its battery last?", BEFORE))
    assert (answer.searched, answer.degraded) == (searched, degraded)
    assert house.web.sent == ["How long does its battery last?"]
    await asked(ask, Question("Who runs the login service at the northern site today?", BEFORE))
    await asked(ask, "How long does its battery last?")
    assert len(model.asked) == 1


@pytest.mark.parametrize("approved", [False, True])
async def test_a_model_that_is_not_approved_is_not_asked_where_policy_wants_approved_ones(approved: bool) -> None:
    model = Says("How long does the Kestrel sensor battery last?")
    rewrite = Rewrite(CountingTelemetry(), model, approved=approved)
    house = House(policy=OnlyApproved(EVERYWHERE), local=[inside()], rewrite=rewrite)
    answer = await asked(house.put_together(), Question("How long does its battery last?", BEFORE))
    assert answer.searched == (model.said if approved else WORDS)
    assert len(model.asked) == approved
