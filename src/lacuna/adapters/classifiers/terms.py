"""Organisation terms: found in every spelling, never inside another word, in time linear in the text.

Guarantees: a term matches whatever joins its words (`project_apollo`, `Project Apollo`, `project-apollo`,
`project.apollo`, `ProjectApollo`, `projectapollo`), in any case, and through everything that `folding` undoes. Its
ends must be word ends (`boundaries`). Of overlapping terms the longest counts. The cost hardly depends on the number of
terms.

How: the words of the text are looked up among the words that a term can begin with (`compiled`); most texts are done
after that. Where one is found, the keys that begin with it are compared with the text without its separators, and word
ends, joints and the term's condition are judged on the text as it stands.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from lacuna.adapters.classifiers import homonyms
from lacuna.adapters.classifiers.boundaries import ends_word, starts_word
from lacuna.adapters.classifiers.compiled import (
    GROUPS,
    PUBLIC,
    SEPARATORS,
    CompiledTerms,
    Condition,
    TermGroup,
    compile_terms,
    digest,
    load,
    save,
)
from lacuna.adapters.classifiers.decoding import rot13
from lacuna.adapters.classifiers.stem_filter import HeadFilter, StemFilter
from lacuna.domain.terms import TermSet

__all__ = ["TermIndex", "TermMatch", "TermSet"]

_MAX_MATCHES = 1_000
_SEARCHED_ONE_BY_ONE = 40
"""More different words are looked for in one pass over the text."""

_WORTH_KEEPING = 2_000
"""Fewer terms are compiled faster than they are read from a disk."""

_DROP = str.maketrans(dict.fromkeys(SEPARATORS))
_SEPARATORS = SEPARATORS.encode("ascii")
_RUN = re.compile(r"[^\W_]+")
_IS_SEPARATOR = np.array([chr(code) in SEPARATORS for code in range(128)])
"""By character; those beyond ASCII count as the last one, which is none."""

_ASCII = bytes(range(128))
_LOWER_WORDS = bytes(code if chr(code).isalnum() else 32 for code in _ASCII).lower() + bytes(128)
"""Letters to lower case, everything that is no letter or digit to a blank."""
_ROTATION = rot13("".join(map(chr, _ASCII))).encode("ascii") + bytes(128)
_CLASSES = bytes(ord("0" if chr(code).isdigit() else "A" if chr(code).isupper() else "a") for code in _ASCII)
_CLASSES = bytes(kind if chr(code).isalnum() else 32 for code, kind in zip(_ASCII, _CLASSES, strict=True)) + bytes(128)


@dataclass(frozen=True, slots=True)
class TermMatch:
    """A term in a folded text: characters `start` to `end`, exclusive."""

    start: int
    end: int
    group: TermGroup


class TermIndex:
    """The search for one set of terms. Immutable; safe under threads."""

    def __init__(self, terms: TermSet, compiled: CompiledTerms, version: str) -> None:
        self.version = version
        """Names the terms and how they are compiled."""
        self._terms = terms
        self._compiled = compiled
        self._heads = compiled.heads.keys()
        self._head_filter = HeadFilter(self._heads)

    @classmethod
    def build(cls, terms: TermSet, cache: Path | None = None) -> "TermIndex":
        """The index for `terms`, from the folder `cache` where it was built before. Raises ConfigError for a term
        without a letter or digit."""
        version = digest(terms)
        if cache is not None and len(terms) >= _WORTH_KEEPING and (compiled := load(cache, version)) is not None:
            return cls(terms, compiled, version)
        built = cls(terms, compile_terms(terms), version)
        built.keep(cache)
        return built

    def towards(self, terms: TermSet) -> Iterator["TermIndex"]:
        """Indexes to use one after the other: soon one that knows all of `terms`, then, where some of the present ones
        are no longer among them, one that knows nothing else. Neither is kept."""
        more, gone = terms.without(self._terms), self._terms.without(terms)
        extends = more != TermSet() and len(more) <= len(self._terms)
        if extends:
            known = self._terms.joined(more)
            yield TermIndex(known, compile_terms(more, self._compiled), digest(known))
        if gone != TermSet() or (more != TermSet() and not extends):
            yield TermIndex(terms, compile_terms(terms), digest(terms))

    def keep(self, cache: Path | None) -> None:
        """Keeps what was built in the folder `cache` for the next start."""
        if cache is not None and len(self._terms) >= _WORTH_KEEPING:
            save(cache, self.version, self._compiled)

    def is_silent(self, folded: str) -> bool:
        """True where neither a folded text nor the same rotated by thirteen can hold a term: one look instead of two
        searches."""
        if not self._heads:
            return True
        if folded.isascii():
            raw = folded.encode("ascii")
            if not self._head_filter.is_silent(raw):
                return False
            if not _has_inner_ends(raw):
                return True
        return self._stem_filter.is_silent(_joined(folded.lower()))

    @cached_property
    def _stem_filter(self) -> StemFilter:
        return StemFilter(self._compiled.keys, self._compiled.stems)

    def find(self, folded: str) -> list[TermMatch]:
        """The terms of a folded text, in order, none inside another."""
        if not self._heads:
            return []
        if folded.isascii():
            raw = folded.encode("ascii")
            words = raw.translate(_LOWER_WORDS).decode("ascii").split()
            several = _has_inner_ends(raw)
        else:
            words, several = _RUN.findall(folded.lower()), True
        begun = not self._heads.isdisjoint(words)
        if not begun and not several:
            return []
        text = _Text(folded)
        candidates: Iterator[tuple[int, int]] = iter(())
        if begun:
            candidates = self._at_heads(text, self._heads & words)
        if several:
            candidates = chain(candidates, self._at_places(text))
        return self._longest(self._matches(text, candidates))

    def _matches(self, text: "_Text", candidates: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int, TermGroup]]:
        keys = self._compiled.keys
        for start, length in candidates:
            key = text.joined[start : start + length]
            value = keys.get(key)
            if value is None or len(key) < length:
                continue
            first, last = text.place(start), text.place(start + length - 1) + 1
            if not (starts_word(text.folded, first) and ends_word(text.folded, last)):
                continue
            if not text.parted_only_at(start, length, value >> 4):
                continue
            if self._counts(text.folded, first, last, key, value & 3):
                yield first, last, GROUPS[value >> 2 & 3]

    def _at_heads(self, text: "_Text", begun: Collection[str]) -> Iterator[tuple[int, int]]:
        """Where in the joined text a key may stand, and how long it is: at the words that keys begin with."""
        heads, leads = self._compiled.heads, self._compiled.leads
        for word, place in text.occurrences(begun):
            at = text.offset(place)
            yield from ((at - lead, length) for lead in leads if lead <= at for length in heads[word])

    def _at_places(self, text: "_Text") -> Iterator[tuple[int, int]]:
        """Where a key may stand in the joined text and how long it is, whatever the words around it."""
        joined, stems = text.joined, self._compiled.stems
        for place, size in self._stem_filter.places(joined):
            stem = joined[place : place + size]
            yield from ((place, length) for length in stems.get(stem, ()))

    def _counts(self, folded: str, start: int, end: int, key: str, condition: int) -> bool:
        if condition == Condition.NONE:
            return True
        written = folded[start:end]
        if condition == Condition.CAPITALS:
            plain = written.translate(_DROP)
            return plain.isupper() or plain in self._compiled.capitals.get(key, ())
        if condition == Condition.HOMONYM and (
            homonyms.is_capitalised(written) or not homonyms.has_article(folded, start)
        ):
            return True
        return homonyms.has_context(folded, start, end)

    def _longest(self, matches: Iterable[tuple[int, int, TermGroup]]) -> list[TermMatch]:
        kept: list[TermMatch] = []
        reached = 0
        for start, end, group in sorted(matches, key=lambda m: (m[0], -m[1])):
            if end <= reached:
                continue
            reached = end
            if group is not PUBLIC:
                kept.append(TermMatch(start, end, group))
                if len(kept) == _MAX_MATCHES:
                    break
        return kept


def _has_inner_ends(raw: bytes) -> bool:
    """Whether a word can begin or end within a run of letters and digits, told by the classes of neighbours."""
    classes = raw.translate(_CLASSES)
    if b"0" in classes and (b"a0" in classes or b"A0" in classes or b"0A" in classes):
        return True
    return b"A" in classes and (b"aA" in classes or b"AAa" in classes)


def _joined(lower: str) -> str:
    """A text without separators."""
    if lower.isascii():
        return lower.encode("ascii").translate(None, _SEPARATORS).decode("ascii")
    for separator in SEPARATORS:
        lower = lower.replace(separator, "")
    return lower


def _codes(text: str) -> npt.NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def _kept_places(codes: npt.NDArray[np.uint32]) -> npt.NDArray[np.intp]:
    """Where no separator stands."""
    return np.flatnonzero(~_IS_SEPARATOR[np.minimum(codes, 127)])


class _Text:
    """A folded text, the same in lower case without separators, and the way from one to the other."""

    def __init__(self, folded: str) -> None:
        self.folded = folded
        self.lower = folded.lower()
        self.joined = _joined(self.lower)

    @cached_property
    def _kept(self) -> npt.NDArray[np.intp]:
        """For each character of the joined text its place in the folded one."""
        return _kept_places(_codes(self.folded))

    def occurrences(self, words: Collection[str]) -> Iterator[tuple[str, int]]:
        """Where these runs of letters and digits stand."""
        lower = self.lower
        if len(words) > _SEARCHED_ONE_BY_ONE:
            yield from ((run.group(), run.start()) for run in _RUN.finditer(lower) if run.group() in words)
            return
        for word in words:
            place = lower.find(word)
            while place >= 0:
                end = place + len(word)
                if not (lower[place - 1 : place].isalnum() or lower[end : end + 1].isalnum()):
                    yield word, place
                place = lower.find(word, end)

    def place(self, offset: int) -> int:
        """The character of the folded text that stands at `offset` in the joined one."""
        return int(self._kept[offset])

    def offset(self, place: int) -> int:
        """The other way; `place` is no separator."""
        return int(np.searchsorted(self._kept, place))

    def parted_only_at(self, start: int, length: int, joints: int) -> bool:
        """Whether the characters `start` to `start + length` of the joined text are parted at joints only."""
        places = self._kept[start : start + length].tolist()
        return all(after == before + 1 or joints >> n & 1 for n, (before, after) in enumerate(pairwise(places), 1))
