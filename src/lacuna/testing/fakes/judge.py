"""A judge that answers what it is told to."""

from lacuna.domain.classification import LayerResult, Question
from lacuna.domain.errors import LacunaError
from lacuna.domain.judging import verdict
from lacuna.domain.tiers import Tier


class FixedJudge:
    """Says `tier` of every question, or raises `failure`. `asked` counts the questions."""

    name = "llm"

    def __init__(self, tier: Tier = Tier.PUBLIC, failure: LacunaError | None = None) -> None:
        self._tier = tier
        self._failure = failure
        self.asked = 0

    @property
    def version(self) -> str:
        return f"fixed/{self._tier}"

    async def judge(self, question: Question) -> LayerResult:
        self.asked += 1
        if self._failure is not None:
            raise self._failure
        return verdict("unclear", self._tier)

    async def check(self) -> None:
        if self._failure is not None:
            raise self._failure

    async def close(self) -> None:
        """Holds nothing."""
