"""Organisation terms: found in every spelling, never inside another word, in time linear in the text.

Guarantees: a term matches whatever joins its words (`project_apollo`, `Project Apollo`, `project-apollo`,
`project.apollo`, `ProjectApollo`, `projectapollo`), in any case, and through everything that `folding` undoes. Its
ends must be word ends: a place next to a non-letter, a camel hump, a change of script, or any place in a script that
is written without spaces. Of overlapping terms the longest counts. The cost hardly depends on the number of terms.

How: each term is indexed with its words joined and separated (Aho-Corasick); the text is scanned once, in lower case,
with each run of separators as one space; boundaries are judged afterwards, on the folded text. All overlapping matches
are taken first: leftmost-longest alone loses a short term inside a longer one that ends within a word.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product

from ahocorasick_rs import AhoCorasick

from lacuna.adapters.classifiers.folding import fold
from lacuna.domain.errors import ConfigError
from lacuna.domain.tiers import Tier

_SEPARATORS = " \t\n\r_-./\\+"
_TO_SPACE = str.maketrans(dict.fromkeys(_SEPARATORS, " "))
_RUN = re.compile("[^" + re.escape(_SEPARATORS) + "]+")
_WORDS = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])|(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_ALL_COMBINATIONS_UP_TO = 3
"""Joints up to which every mixture of joined and separated words is indexed; beyond it, all joined and all separated.
"""

_UNSPACED = frozenset(
    {"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN", "BOPOMOFO"}
)
_MAX_MATCHES = 1_000


@dataclass(frozen=True, slots=True)
class TermSet:
    """What an organisation calls its own. `projects` and `customers` are PROPRIETARY, `internal_terms` (its name,
    words and markings of its own) INTERNAL. `public` lists longer phrases in which a term means something else ("Nova
    Scotia" for a project Nova): a term inside one of them does not count."""

    projects: tuple[str, ...] = ()
    customers: tuple[str, ...] = ()
    internal_terms: tuple[str, ...] = ()
    public: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TermGroup:
    """What a match with one of a set's lists means."""

    kind: str
    rule: str
    tier: Tier


PROJECT = TermGroup("ORG.PROJECT", "terms.projects", Tier.PROPRIETARY)
CUSTOMER = TermGroup("ORG.CUSTOMER", "terms.customers", Tier.PROPRIETARY)
TERM = TermGroup("ORG.TERM", "terms.internal_terms", Tier.INTERNAL)
_PUBLIC = TermGroup("", "terms.public", Tier.PUBLIC)


@dataclass(frozen=True, slots=True)
class TermMatch:
    """A term in a folded text: characters `start` to `end`, exclusive."""

    start: int
    end: int
    group: TermGroup


@dataclass(frozen=True, slots=True)
class TermIndex:
    """The automaton over all spellings. Immutable; safe under threads."""

    _automaton: AhoCorasick | None
    _groups: tuple[TermGroup, ...] = field(repr=False)

    @classmethod
    def build(cls, terms: TermSet) -> "TermIndex":
        """Raises ConfigError for a term without a letter or digit."""
        spellings: dict[str, TermGroup] = {}
        lists = (
            (_PUBLIC, terms.public),
            (TERM, terms.internal_terms),
            (CUSTOMER, terms.customers),
            (PROJECT, terms.projects),
        )
        for group, entries in lists:
            for number, entry in enumerate(entries, start=1):
                words = _split(entry)
                if not words:
                    raise ConfigError(
                        f"Entry {number} of {group.rule} has no letter or digit.",
                        cure="Remove it, or write the term out.",
                    )
                spellings.update(dict.fromkeys(_spellings(words), group))
        automaton = AhoCorasick(list(spellings)) if spellings else None
        return cls(automaton, tuple(spellings.values()))

    def find(self, folded: str) -> list[TermMatch]:
        """The terms of a folded text, in order, none inside another."""
        if self._automaton is None:
            return []
        scanned = " ".join(folded.lower().translate(_TO_SPACE).split())
        hits = self._automaton.find_matches_as_indexes(scanned, overlapping=True)
        if not hits:
            return []
        return self._longest(self._bounded(folded, hits))

    def _bounded(self, folded: str, hits: list[tuple[int, int, int]]) -> Iterator[tuple[int, int, TermGroup]]:
        starts, shifts = _alignment(folded)
        for number, first, last in hits:
            start = first + shifts[bisect_right(starts, first) - 1]
            end = last - 1 + shifts[bisect_right(starts, last - 1) - 1] + 1
            if _starts_word(folded, start) and _ends_word(folded, end):
                yield start, end, self._groups[number]

    def _longest(self, matches: Iterator[tuple[int, int, TermGroup]]) -> list[TermMatch]:
        kept: list[TermMatch] = []
        reached = 0
        for start, end, group in sorted(matches, key=lambda m: (m[0], -m[1])):
            if end <= reached:
                continue
            reached = end
            if group is not _PUBLIC:
                kept.append(TermMatch(start, end, group))
                if len(kept) == _MAX_MATCHES:
                    break
        return kept


def _split(entry: str) -> list[str]:
    """The words of a term, folded and in lower case."""
    runs = _RUN.findall(fold(entry))
    words = [word.lower() for run in runs for word in _WORDS.split(run) if word]
    return words if any(c.isalnum() for word in words for c in word) else []


def _spellings(words: list[str]) -> set[str]:
    joints = len(words) - 1
    choices = product(" ", repeat=joints) if joints > _ALL_COMBINATIONS_UP_TO else product(("", " "), repeat=joints)
    found = {"".join(word + joint for word, joint in zip(words, (*choice, ""), strict=True)) for choice in choices}
    return found | {"".join(words)}


def _alignment(folded: str) -> tuple[list[int], list[int]]:
    """Where each word starts in the scanned form, and what to add there to get back to the folded text."""
    starts: list[int] = []
    shifts: list[int] = []
    position = 0
    for run in _RUN.finditer(folded):
        starts.append(position)
        shifts.append(run.start() - position)
        position += run.end() - run.start() + 1
    return starts, shifts


def _starts_word(text: str, index: int) -> bool:
    if index == 0:
        return True
    before, first = text[index - 1], text[index]
    if not before.isalnum() or not first.isalnum():
        return True
    if before.isdigit():
        return first.isupper()
    return _hump(text, index) or _scripts_part(before, first)


def _ends_word(text: str, index: int) -> bool:
    if index == len(text):
        return True
    last, after = text[index - 1], text[index]
    if not last.isalnum() or not after.isalnum():
        return True
    if after.isdigit():
        return not last.isdigit()
    if last.isdigit():
        return after.isupper()
    return _hump(text, index) or _scripts_part(last, after) or (_script(last) == "HANGUL" == _script(after))


def _hump(text: str, index: int) -> bool:
    """A camel hump: aB, or the last capital of a run that starts a word (XMLParser)."""
    if not text[index].isupper():
        return False
    return text[index - 1].islower() or (index + 1 < len(text) and text[index + 1].islower())


def _scripts_part(before: str, after: str) -> bool:
    if before.isascii() and after.isascii():
        return False
    left, right = _script(before), _script(after)
    return left != right or left in _UNSPACED


@lru_cache(maxsize=4096)
def _script(character: str) -> str:
    """The first word of the character's Unicode name, which names its script: LATIN, CYRILLIC, CJK, HANGUL."""
    return unicodedata.name(character, "?").split()[0]
