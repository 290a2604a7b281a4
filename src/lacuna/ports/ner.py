"""Named entities: persons, places and other things that a model recognises by what they mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

PERSON: Final = "PII.PERSON"
PERSONAL_PREFIX: Final = "PII."
"""Kinds that are personal data. Anything else ("OTHER.LOCATION", "OTHER.ORG") is sensitive by itself to nobody."""


@dataclass(frozen=True, slots=True)
class Entity:
    """One entity: a finding's kind, characters `start` to `end` (exclusive) of the text, and how sure the model is, in
    (0, 1]. Never holds the text."""

    kind: str
    start: int
    end: int
    score: float


class EntityRecogniser(Protocol):
    """MUST look at the whole text whatever its length, MUST give spans in code points of the text as it came, each kind
    and span once, in order of place, and MUST raise a LacunaError rather than return nothing when it could not do its
    work. MUST NOT keep, log, send or download anything: a model that is not on this machine is a ConfigError when the
    recogniser is built. MUST be safe to call from several threads at once."""

    name: str

    @property
    def version(self) -> str:
        """Package, model and settings: changes whenever the same text could get other entities."""
        ...

    def entities(self, text: str) -> Sequence[Entity]:
        """The entities of `text`."""
        ...
