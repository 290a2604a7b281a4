"""A reranker without a model: the share of the question's words that a text has."""

from collections.abc import Sequence

from lacuna.domain.errors import LacunaError


def shared_words(question: str, text: str) -> float:
    """From 0 to 1."""
    asked = frozenset(question.casefold().split())
    return len(asked & frozenset(text.casefold().split())) / max(1, len(asked))


class SharedWordsReranker:
    """A `Reranker`, held to `lacuna.testing.contracts.reranker`. Set `broken` to have every call raise it."""

    name = "shared words"
    host = ""

    def __init__(self) -> None:
        self.broken: LacunaError | None = None

    async def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        if self.broken is not None:
            raise self.broken
        return [shared_words(question, text) for text in texts]

    async def check(self) -> None:
        await self.scores("ready", ["ready"])

    async def close(self) -> None:
        """Nothing is held."""
