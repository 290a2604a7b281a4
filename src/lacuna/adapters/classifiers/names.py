"""Decides whether capitalised words are a person's name: by shape, by words that never are one, by known given names.

Guarantees: pure functions of a candidate in folded text, linear in its length. They are `validators`: the result is how
many of the candidate's first characters are the name, 0 if there is none. Leaves to the recognisers
(`recognisers.names`) what makes a name personal: the words around it. A name alone is no finding
(docs/adr/0012-names-without-a-model.md).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType

from lacuna.adapters.classifiers.folding import fold

_WORD = re.compile(r"[^\W\d_][^\s,;:()\"]*")
_MAX_WORDS = 6
_PARTICLES = frozenset(
    "abu af al av ben bin bint da dal de del della dem den der des di do dos du e el ibn la las le los ten ter van von "
    "vom y zu zum zur".split()
)
_TITLES = frozenset(
    fold(
        "mr mrs ms mx miss dr prof doctor herr herrn frau monsieur madame mademoiselle m mme mlle mr sr sra srta senor "
        "senora don dona senhor senhora sig sigra sig.ra signor signora signore dott dott.ssa ing dhr mevr mevrouw "
        "meneer heer pan pani panu pana pane hr fru bay bayan sayin domnul doamna dl dna gospodin господин господина "
        "госпожа госпожи госпоже г-н г-жа пан пані κυριος κυριε κυρια"
    )
    .lower()
    .split()
)
_SURNAMES_TOO = frozenset(
    "banks best blue church day english field fields france green hall king lane law long major march may miles north "
    "page park post power press price prince street top town west white word young".split()
)
"""Words that are no name by themselves, but may follow a known given name."""


_Run = list[re.Match[str]]


def at_start(candidate: str) -> int:
    """A name that the candidate begins with: a title and a word or more, a full name, or one known given name."""
    titles = 0
    words = list(_WORD.finditer(candidate))[:_MAX_WORDS]
    while titles < len(words) and _is_before_name(words[titles].group(), titled=titles > 0):
        titles += 1
    run = next(_runs(words[titles:], from_first=True), [])
    if not run or not (titles or len(run) > 1 or is_given_name(run[0].group())):
        return 0
    return _end(run) if len(_bare(run[0].group())) > 1 or len(run) > 1 else 0


def _is_before_name(word: str, *, titled: bool) -> bool:
    """A title, or a particle of the name behind one."""
    bare = _bare(word)
    return bare.lower() in _TITLES or (titled and bare.islower() and bare in _PARTICLES)


def addressee(candidate: str) -> int:
    """A title and a name, or a full name, and nothing else: whom a letter greets."""
    end = at_start(candidate)
    plain = len(_WORD.findall(candidate)) > 1
    return end if plain and end >= len(candidate.rstrip(" .")) else 0


def at_end(candidate: str) -> int:
    """A full name or one known given name that the candidate ends with: whose something is."""
    runs = list(_runs(list(_WORD.finditer(candidate))))
    if not runs or _end(runs[-1]) < len(candidate):
        return 0
    run = runs[-1]
    return len(candidate) if len(run) > 1 or is_given_name(run[0].group()) else 0


def known(candidate: str) -> int:
    """Two words or more that may be names, one of the first two a known given name, anywhere in the candidate."""
    for run in _runs(list(_WORD.finditer(candidate))):
        if len(run) > 1 and any(is_given_name(word.group()) for word in run[:2]):
            return _end(run)
    return 0


def is_given_name(word: str) -> bool:
    """Whether a folded word, or its first part before a hyphen, is a known given name, in any case."""
    lowered = _bare(word).lower()
    names = _given_names()
    return lowered in names or ("-" in lowered and lowered.partition("-")[0] in names)


def _runs(words: list[re.Match[str]], *, from_first: bool = False) -> Iterator[_Run]:
    """The longest runs of words that may all be names. A particle counts between two of them only."""
    run: _Run = []
    particles: _Run = []
    for word in words:
        bare = _bare(word.group())
        lowered = bare.lower()
        if run and bare.islower() and lowered in _PARTICLES:
            particles.append(word)
        elif _may_be_name(bare, lowered, run):
            run += [*particles, word]
            particles = []
        else:
            if run:
                yield run
            if from_first:
                return
            run, particles = [], []
    if run:
        yield run


def _may_be_name(bare: str, lowered: str, run: _Run) -> bool:
    if not bare or (bare.islower() and bare.isascii()) or _spelt_oddly(bare) or lowered in _TITLES:
        return False
    if lowered not in _not_names():
        return True
    return lowered in _SURNAMES_TOO and bool(run) and is_given_name(run[-1].group())


def _end(run: _Run) -> int:
    return run[-1].start() + len(_bare(run[-1].group()))


def _bare(word: str) -> str:
    return word.removesuffix("'s").rstrip(".'-!?")


def _spelt_oddly(word: str) -> bool:
    """iPhone, GmbH, HTTPServer: capitals inside a word, save after Mc, O' and their like."""
    if word.isupper() or "-" in word or "'" in word:
        return False
    rest = re.sub(r"^(?:Mc|Mac|De|Di|Du|La|Le|Van|Von|Fitz)(?=[A-Z])", "", word)
    return any(character.isupper() for character in rest[1:])


@cache
def _given_names() -> frozenset[str]:
    return frozenset(word for line in _lines("given_names.txt") for word in line[1:] if len(word) > 2)


@cache
def _not_names() -> frozenset[str]:
    return frozenset(word for line in _lines("not_names.txt") for word in line)


def _lines(file: str) -> Iterator[list[str]]:
    """The words of each line of a data file, folded, comments left out."""
    for line in (resources.files(__package__) / file).read_text("utf-8").splitlines():
        if not line.startswith("#"):
            yield fold(line).lower().split()


NAME_CHECKS: Mapping[str, Callable[[str], int]] = MappingProxyType(
    {"addressee": addressee, "known_name": known, "name_at_end": at_end, "name_at_start": at_start}
)
"""By the names that recognisers use."""
