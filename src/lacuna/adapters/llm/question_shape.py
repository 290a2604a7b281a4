"""What kind of thing a question asks for, by its question words: a number, a time, a name, a way to do something.

Hints for ranking, never filters: a question in a language that is not listed asks for nothing in particular.
"""

import re
from dataclasses import dataclass
from typing import Final

from lacuna.domain.lexis import folded

_ASKS_NUMBER: Final = re.compile(
    r"\b(how (?:many|much|long|far|old|big|fast|often|high|large)|wie ?viele?|wie (?:lange|oft|hoch|gross|weit|teuer)"
    r"|combien|cuant[oa]s?|quant[oiae]|quantos?|hoeveel|сколько)\b|多少|几"
)
_ASKS_TIME: Final = re.compile(
    r"\b(when|what (?:year|date|time|day)|wann|quand|cuando|quando|wanneer|когда)\b|いつ|何時|何时"
)
_ASKS_NAME: Final = re.compile(r"\b(who|whom|wer|wem|wen|qui|quien(?:es)?|chi|quem|wie is|кто)\b|誰|谁")
_ASKS_WAY: Final = re.compile(
    r"\b(how (?:do|to|can|should|would)|what (?:do|can|must|should) (?:i|we|you|one) do|steps?|procedure"
    r"|wie (?:kann|muss|soll|wird|geht)|was (?:tun|muss|soll)|comment|que faire|como|come si|hoe)\b|如何|怎么"
)

_NUMBER: Final = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn"
    r"|elf|zwölf|deux|trois|quatre|cinq|sept|huit|neuf|dix|dos|tres|cuatro|cinco|siete|ocho|nueve|diez)\b",
    re.IGNORECASE,
)
_TIME: Final = re.compile(
    r"\b(?:\d{4}|\d{1,2}[:.]\d{2}|\d{1,2}[./]\d{1,2})\b|\d\s?(?:h|min|days?|hours?|Tage?|Uhr|jours?)\b"
    r"|\d\.? [^\W\d]{3,9}\b"
)
_NAME: Final = re.compile(r"[^\W\d_a-z]\w+\s+[^\W\d_a-z]\w+|@")
_NEXT_PART: Final = re.compile(
    r"[?？;]\s*|[,，]?\s+(?:and|und|et|y|e|en|и)\s+(?=(?:how|what|when|where|which|who|whom|whose|why|was|wann|warum|welche"
    r"|welcher|welches|wer|wie|wo|combien|comment|où|pourquoi|qu|quand|quel|quelle|qui|como|cuando|cuánto|qué|quién)\b)",
    re.IGNORECASE,
)
MAX_PARTS: Final = 3


@dataclass(frozen=True, slots=True)
class QuestionShape:
    """`signs`: patterns of which a fitting statement has one; `asks_way`: whether steps are asked for."""

    signs: tuple[re.Pattern[str], ...]
    asks_way: bool


def shape_of(question: str) -> QuestionShape:
    text = folded(question)
    kinds = ((_ASKS_NUMBER, _NUMBER), (_ASKS_TIME, _TIME), (_ASKS_NAME, _NAME))
    signs = tuple(sign for asks, sign in kinds if asks.search(text))
    return QuestionShape(signs, bool(_ASKS_WAY.search(text)))


def parts_of(question: str) -> list[str]:
    """The questions in a question: "What is X, and how does it Y?" has two. At least one, at most MAX_PARTS."""
    parts = [part for part in _NEXT_PART.split(question, maxsplit=MAX_PARTS - 1) if part.strip()]
    return parts or [question]
