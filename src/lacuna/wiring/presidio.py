"""The plug-in `presidio`: Microsoft Presidio's analyzer as a layer of its own, with kinds that the house chooses."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from lacuna.ports.classifier import ClassifierLayer
from lacuna.ports.ner import PERSONAL_PREFIX
from lacuna.ports.plugins import OptionFault, read_options
from lacuna.wiring.catalog import back_end

_KIND = re.compile(r"PII\.[A-Z][A-Z0-9_]{0,39}")


@dataclass(frozen=True, slots=True)
class PresidioOptions:
    """`model` is a spaCy model on this machine, or "patterns" for none; `entities` gives Presidio's entities the kind
    of their findings, or nothing to pass them over; `names` as in docs/names.md."""

    language: str = "en"
    model: str = "patterns"
    threshold: float = 0.5
    names: Literal["personal", "every"] = "personal"
    entities: Mapping[str, str | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 0.0 < self.threshold <= 1.0:
            raise OptionFault("threshold", "must be more than 0 and at most 1")
        for entity, kind in self.entities.items():
            if kind is not None and not _KIND.fullmatch(kind):
                raise OptionFault(f"entities.{entity}", f'must be empty or begin with "{PERSONAL_PREFIX}"')


def build(options: Mapping[str, object], /) -> ClassifierLayer:
    """The layer. Raises ConfigError where Presidio or the model is not installed; nothing is downloaded."""
    wanted = read_options(options, PresidioOptions)
    recogniser = back_end("ner", "presidio")(
        wanted.model, language=wanted.language, threshold=wanted.threshold, kinds=wanted.entities
    )
    layer: ClassifierLayer = back_end("classifier", "ner")(recogniser, every_name=wanted.names == "every")
    return layer
