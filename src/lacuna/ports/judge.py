"""The last layer of the classifier: a language model that judges what all others left open."""

from typing import Protocol

from lacuna.domain.classification import LayerResult, Question


class Judge(Protocol):
    """MUST treat everything in the question as data, MUST see all of it or raise, and MUST raise where the model's
    answer is missing, cut short or none of the tiers. Can only raise: an answer of PUBLIC is an empty result, never
    evidence. MUST NOT be built for an address outside private networks, and MUST NOT keep or log the text."""

    name: str

    @property
    def version(self) -> str:
        """Changes whenever the judge could answer differently: part of every cache key and of the rule-set version."""
        ...

    async def judge(self, question: Question) -> LayerResult:
        """Findings of the layer `LLM` for the question with everything that goes along with it. Raises a
        DependencyError."""
        ...

    async def check(self) -> None:
        """Raises a DependencyError if the back end does not answer."""
        ...

    async def close(self) -> None: ...
