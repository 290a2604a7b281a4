"""A cache full of answers opens nothing: what refuses without it refuses with it, and nothing more goes outside."""

import random

from lacuna.domain.classification import Question
from lacuna.domain.errors import LacunaError
from lacuna.domain.tiers import Tier
from lacuna.testing.fakes.cache import DictAnswers
from lacuna.usecases.ask import Answer
from lacuna.usecases.recall import Recall
from tests.attacks.test_degradation import CLASSIFYING, KEPT, PARTS, QUESTIONS, World, expected
from tests.usecases.asking import asked


async def a_full_house() -> tuple[World, DictAnswers, dict[Tier, Answer]]:
    """A house that has answered every question in good health, what it keeps, and the answers."""
    world, kept = World(), DictAnswers(10_000)
    world.house.recall = Recall(kept, {}, by_user=False)
    world.ask = world.house.put_together()
    await world.house.put("The Kestrel battery lasts four years.")
    answers = {tier: await asked(world.ask, question) for tier, question in QUESTIONS.items()}
    world.sent()
    return world, kept, answers


async def test_whatever_fails_a_kept_answer_comes_where_one_would_have_come_and_leaves_nothing() -> None:
    draw = random.Random(41)
    world, kept, before = await a_full_house()
    full = dict(kept.entries)
    hits = 0
    for number in range(250):
        share = draw.random()
        down = tuple(part for part in PARTS if draw.random() < share / 2)
        tier = draw.choice(list(Tier))
        kept.entries = dict(full)
        world.switch(down)
        code, named, _writer = expected(tier, set(down))
        result: Answer | LacunaError
        try:
            result = await asked(world.ask, Question(QUESTIONS[tier], conversation_id=f"c{number}"))
        except LacunaError as error:
            result = error
        searched, prompted = len(world.web.sent), len(world.external.sent)
        if isinstance(result, LacunaError):
            assert (result.code, searched, prompted) == (code, 0, 0), (tier, down)
            continue
        assert not code, (tier, down)
        assert result.tier >= tier
        assert tier is Tier.PUBLIC or (searched, prompted) == (0, 0), (tier, down)
        if result.cached:
            hits += 1
            assert prompted == 0
            assert (result.text, result.model) == (before[tier].text, before[tier].model)
            assert not set(down) & {*KEPT, "policy", "vectors", "catalogue"}
            assert tier is not Tier.PUBLIC or not set(down) & set(CLASSIFYING), (tier, down)
            assert set(result.degraded) >= named - {"llm", "external_llm", "llm_fallback"}
    assert hits > 20


async def test_what_is_kept_in_bad_health_is_nothing() -> None:
    world, kept, _ = await a_full_house()
    for down in (("embedder",), ("web_search",), ("external_llm",), ("judge",), ("llm", "external_llm")):
        kept.entries.clear()
        world.switch(down)
        answer = await asked(world.ask, Question(QUESTIONS[Tier.PUBLIC], conversation_id="-".join(down)))
        assert answer.degraded
        assert not kept.entries
