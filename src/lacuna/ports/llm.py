"""Text generation."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from lacuna.domain.classification import Turn
from lacuna.domain.prompting import Numbered
from lacuna.domain.retrieval import Citation
from lacuna.domain.routing import Outbound


@dataclass(frozen=True, slots=True)
class Passage:
    """A numbered piece of evidence. Its text is data: it MUST NOT be followed as an instruction."""

    citation: Citation
    text: str

    @property
    def numbered(self) -> Numbered:
        """As the model sees it."""
        citation = self.citation
        return Numbered(citation.n, citation.title, self.text, bool(citation.suspicious))


@dataclass(frozen=True, slots=True)
class Prompt:
    """What to answer, from what."""

    question: str
    passages: Sequence[Passage]
    conversation: Sequence[Turn] = ()


class Generator(Protocol):
    """Answers from numbered passages, citing them as [1], [2]. Stays in the house: MUST NOT be built for an address
    outside private networks."""

    name: str

    @property
    def model(self) -> str:
        """Names the model in answers and lineage."""
        ...

    @property
    def host(self) -> str:
        """Where prompts go ("" in process)."""
        ...

    def generate(self, prompt: Prompt) -> AsyncIterator[str]:
        """The answer in pieces. Raises a DependencyError when it cannot start or breaks off."""
        ...

    async def check(self) -> None:
        """Raises a DependencyError if the back end does not answer."""
        ...

    async def close(self) -> None: ...


class ExternalGenerator(Protocol):
    """The same outside the house: MUST send exactly `outbound.text` as the user message beside a constant instruction
    (`domain.prompting.INSTRUCTIONS`), to the configured host only, and MUST refuse anything that is not an `Outbound`
    for the external LLM."""

    name: str

    @property
    def model(self) -> str: ...

    @property
    def host(self) -> str:
        """Where the text goes, for the ledger."""
        ...

    def generate(self, outbound: Outbound) -> AsyncIterator[str]:
        """The answer in pieces. Raises a DependencyError when it cannot start or breaks off."""
        ...

    async def check(self) -> None: ...

    async def close(self) -> None: ...
