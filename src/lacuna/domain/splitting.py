"""A question of its own, derived from one that may not leave the house: when there may be one, and what it must not
say (split view: local facts stay in, a general question goes out).

Promise: a derived text that passes `shared` holds general words only, none of them from a place where something was
found, no number, and nothing of the conversation that is not in the question. That makes it no more than a candidate:
whether it leaves is decided by its own classification, its own plan and `routing.release`, as for any other text.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from lacuna.domain.classification import Classification, Finding
from lacuna.domain.routing import Plan
from lacuna.domain.tiers import Tier

MAX_WORDS: Final = 16
"""Of a derived question."""

FUNCTION_WORDS: Final = frozenset(
    "a an and are as at be between by can did do does for from has have how in into is it its may more most must no not"
    " of on or per should than that the their there these they this those to under was were what when where which who"
    " why will with without".split()
)
"""Words that hold a question together and say nothing."""

_ABOUT_WORDS: Final = ("CONTEXT.",)
"""Kinds of findings without a place that are about what goes along with a question, not about the question."""

_WORD: Final = re.compile(r"[^\W_]+(?:[-'’.&+/][^\W_]+)*[+#]*")
_PARTS: Final = re.compile(r"[-'’.&+/]")
_QUOTED: Final = re.compile(r"[\"“”„«»‹›`][^\"“”„«»‹›`]{1,500}[\"“”„«»‹›`]|(?<!\w)['‘‚][^'’]{2,500}['’](?!\w)")


@dataclass(frozen=True, slots=True)
class Word:
    """A word in a text: as written, folded, and where it stands."""

    written: str
    folded: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Folded words that everybody uses in public, and which of them are names that may be written with a capital."""

    words: frozenset[str]
    names: frozenset[str]

    def holds(self, word: Word) -> bool:
        """Whether a word is general; of a compound every part has to be. One with a capital is a name, also at the
        beginning of a sentence, and no general one unless it stands among the names."""
        if not word.written.islower():
            return word.folded in self.names
        return self._knows(word.folded) or all(map(self._knows, _PARTS.split(word.folded)))

    def _knows(self, word: str) -> bool:
        return word in self.words or word.removesuffix("s") in self.words


@dataclass(frozen=True, slots=True)
class Original:
    """What a derived question is held against: the question with what was found in it, and what goes along with it
    (turns, project, file names)."""

    text: str
    findings: tuple[Finding, ...] = ()
    beside: tuple[str, ...] = ()

    @property
    def closed(self) -> tuple[tuple[int, int], ...]:
        """The places of which no word may go: where something above PUBLIC was found, and what is quoted."""
        found = [(f.start, f.end) for f in self.findings if f.tier > Tier.PUBLIC and f.start is not None]
        places = [(start, end) for start, end in found if end is not None]
        return (*places, *(match.span() for match in _QUOTED.finditer(self.text)))


def may_split(enabled: bool, classification: Classification, plan: Plan, allowed: bool) -> bool:
    """Whether a question of its own may be derived from this one: switched on, allowed by policy, planned without a
    failed layer, and above PUBLIC (what is PUBLIC goes as it is). Not where the whole of it was found PROPRIETARY:
    nothing could be taken out of that."""
    return (
        enabled
        and allowed
        and not plan.denied
        and not classification.degraded
        and max(classification.tier, plan.tier) is not Tier.PUBLIC
        and not any(_about_all(finding) for finding in classification.findings)
    )


def shared(original: Original, derived: str, general: Vocabulary) -> tuple[str, ...]:
    """What `derived` says that it must not, in words without content; empty where it says nothing of the kind."""
    said = words(derived)
    closed = {word.folded for word in words(original.text) if within(word, original.closed)}
    parts = {part for word in closed for part in parted(word)} - FUNCTION_WORDS
    asked = {part for word in words(original.text) for part in parted(word.folded)}
    beside = {part for text in original.beside for word in words(text) for part in parted(word.folded)}
    content = [word for word in said if word.folded not in FUNCTION_WORDS]
    pieces = {part for word in content for part in parted(word.folded)} - FUNCTION_WORDS
    names = {part for word in words(original.text) if _is_name(word, general) for part in parted(word.folded)}
    faults = {
        "nothing": not content,
        "too long": len(said) > MAX_WORDS,
        "a number": any(character.isdigit() for character in derived),
        "a word that is not general": not all(map(general.holds, content)),
        "a name": bool(pieces & names),
        "a word of what was found": bool(pieces & parts),
        "a word of the conversation": bool(pieces & (beside - asked)),
    }
    return tuple(name for name, present in faults.items() if present)


def apart(faults: Sequence[str]) -> bool:
    """Whether a derived text with these faults (`shared`) is far enough from the original."""
    return not faults


def words(text: str) -> list[Word]:
    """The words of a text, in order."""
    return [Word(m.group(), folded(m.group()), *m.span()) for m in _WORD.finditer(text)]


def parted(word: str) -> Sequence[str]:
    """A folded word and the parts of a compound, each also without its plural's ending."""
    pieces = [word, *_PARTS.split(word)]
    return [form for piece in pieces for form in (piece, piece.removesuffix("s")) if form]


def folded(word: str) -> str:
    """A word as words are compared: lower case, without marks and compatibility forms."""
    bare = unicodedata.normalize("NFKD", word.casefold())
    return "".join(c for c in bare if not unicodedata.category(c).startswith("M"))


def within(word: Word, places: Iterable[tuple[int, int]]) -> bool:
    """Whether any of the word lies in one of the places."""
    return any(word.start < end and start < word.end for start, end in places)


def _is_name(word: Word, general: Vocabulary) -> bool:
    """Whether the question writes a word like a name; function words begin sentences."""
    named = not word.written.islower() and word.written[:1].isalpha()
    return named and word.folded not in FUNCTION_WORDS and word.folded not in general.names


def _about_all(finding: Finding) -> bool:
    return finding.tier is Tier.PROPRIETARY and finding.start is None and not finding.kind.startswith(_ABOUT_WORDS)
