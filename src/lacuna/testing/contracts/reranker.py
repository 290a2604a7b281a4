"""What every `Reranker` does. Subclass with a fixture `reranker` that judges by shared words, as the doubles do."""

import math

from lacuna.ports.reranker import Reranker

TEXTS = (
    "lunch is served at noon",
    "the valve opens at six bar",
    "",
    "a valve \u2013 \u4fdd\u5b88 \U0001f600",
    "x " * 5_000,
)


class RerankerContract:
    async def test_it_gives_one_finite_score_a_text_in_their_order(self, reranker: Reranker) -> None:
        scores = await reranker.scores("when does the valve open", TEXTS)
        assert len(scores) == len(TEXTS)
        assert all(math.isfinite(score) for score in scores)
        assert scores[1] == max(scores)
        backwards = await reranker.scores("when does the valve open", TEXTS[::-1])
        assert backwards == scores[::-1]

    async def test_no_texts_have_no_scores(self, reranker: Reranker) -> None:
        assert await reranker.scores("anything", []) == []

    async def test_it_names_itself_and_can_be_checked(self, reranker: Reranker) -> None:
        assert reranker.name
        await reranker.check()
