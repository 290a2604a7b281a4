"""Generators that say what they are told to say, and remember what they were asked."""

from collections.abc import AsyncIterator, Sequence

from lacuna.domain.errors import DependencyError
from lacuna.domain.policy import Source
from lacuna.domain.released import released_text
from lacuna.domain.routing import Outbound
from lacuna.ports.llm import Prompt


class _Script:
    """What both say: `pieces`, and then `failure`, where one is given."""

    name = "scripted"

    def __init__(self, pieces: Sequence[str] = ("It is so", " [1]."), failure: DependencyError | None = None) -> None:
        self.pieces = tuple(pieces)
        self.failure = failure

    @property
    def model(self) -> str:
        return "scripted"

    async def check(self) -> None:
        if self.failure is not None:
            raise self.failure

    async def close(self) -> None:
        """Holds nothing."""

    async def _say(self) -> AsyncIterator[str]:
        for piece in self.pieces:
            yield piece
        if self.failure is not None:
            raise self.failure


class ScriptedGenerator(_Script):
    """A Generator that answers every prompt alike; `prompts` are those it was given."""

    host = ""

    def __init__(self, pieces: Sequence[str] = ("It is so", " [1]."), failure: DependencyError | None = None) -> None:
        super().__init__(pieces, failure)
        self.prompts: list[Prompt] = []

    async def generate(self, prompt: Prompt) -> AsyncIterator[str]:
        self.prompts.append(prompt)
        async for piece in self._say():
            yield piece


class ScriptedExternalGenerator(_Script):
    """An ExternalGenerator that answers every text alike; `sent` are the texts that would have left the house."""

    host = "llm.example"

    def __init__(self, pieces: Sequence[str] = ("It is so", " [1]."), failure: DependencyError | None = None) -> None:
        super().__init__(pieces, failure)
        self.sent: list[str] = []

    async def generate(self, outbound: Outbound) -> AsyncIterator[str]:
        self.sent.append(released_text(outbound, Source.EXTERNAL_LLM))
        async for piece in self._say():
            yield piece
