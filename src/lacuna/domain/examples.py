"""Labelled texts of an organisation: what the embedding layer learns from besides its shipped bank."""

from dataclasses import dataclass
from typing import Final

from lacuna.domain.tiers import Tier

MAX_EXAMPLES: Final = 1_000
"""Examples and labels of an organisation together: learning them stays under a second."""
MAX_EXAMPLE_LENGTH: Final = 4_000
"""Characters of one example."""


@dataclass(frozen=True, slots=True)
class Example:
    """A text and its tier."""

    text: str
    tier: Tier
