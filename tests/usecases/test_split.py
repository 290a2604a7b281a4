"""Who is asked to derive a question that may leave."""

from dataclasses import replace

import pytest

from lacuna.domain.policy import Obligation, ObligationKind, PolicyDecision, PolicyInput
from lacuna.domain.splitting import Original
from lacuna.testing.fakes.policy import TablePolicy
from tests.usecases.asking import EVERYWHERE, House, asked, web_of


class OnlyApproved(TablePolicy):
    """Wants approved models for every answer."""

    async def decide(self, asked: PolicyInput) -> PolicyDecision:
        obligation = Obligation(ObligationKind.APPROVED_MODELS_ONLY, "models", "")
        return replace(await super().decide(asked), obligations=(obligation,))


class Proposes:
    """A model of the house that proposes the same for every question."""

    name = "llm"

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def derive(self, original: Original) -> str:
        self.asked.append(original.text)
        return "how long do batteries last"

    async def close(self) -> None: ...


@pytest.mark.parametrize("approved", [False, True])
async def test_a_model_that_is_not_approved_derives_nothing_where_policy_wants_approved_ones(approved: bool) -> None:
    model = Proposes()
    unapproved = () if approved else ("llm",)
    web = web_of("Four years.")
    house = House(policy=OnlyApproved(EVERYWHERE), web=web, derivers=[model], unapproved=unapproved)
    await asked(house.put_together(), "How long do the batteries of staging last?")
    assert len(model.asked) == approved
    assert web.sent == (["how long do batteries last"] if approved else [])
