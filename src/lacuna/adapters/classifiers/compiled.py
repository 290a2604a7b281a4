"""Terms made ready for search: dictionaries that are looked up by the words of a text.

Guarantees: every term is found under each way its words can be joined or parted, with the higher tier where two lists
have it and the looser condition where two entries do. The result is plain data, so it can be kept on disk (`load`,
`save`); a kept one that is not exactly what was saved for these terms is not used.

A term is one key: its words joined, in lower case ("projectapollo"). `joints` are the places where the words of a text
may be parted. `heads` maps every word a term can begin with, alone or joined with the ones behind it ("project",
"projectapollo"), to the lengths of the keys to try there. `stems` does the same for the first four characters, which
is what a text without word ends (camel case, Chinese) is searched by.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cache
from importlib import resources
from itertools import accumulate
from pathlib import Path
from typing import Final

import msgspec

from lacuna.adapters.classifiers import homonyms
from lacuna.adapters.classifiers.folding import fold
from lacuna.domain.errors import ConfigError
from lacuna.domain.terms import Match, Term, TermList, TermSet
from lacuna.domain.tiers import Tier

FORMAT: Final = "terms/2"
"""Changes with this module wherever the same terms could be compiled differently."""

SEPARATORS: Final = " \t\n\r_-./\\+"
"""What may stand between two words of a term, in any number."""

STEM: Final = 4
LONGEST: Final = 250
"""Characters of a key; a longer term is found by its first ones."""

_TO_SPACE = str.maketrans(dict.fromkeys(SEPARATORS, " "))
_PLAIN = re.compile(r"[a-z]+(?:[ _.-]+[a-z]+)*")
_WORDS = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])|(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@dataclass(frozen=True, slots=True)
class TermGroup:
    """What a match with one of a set's lists means."""

    kind: str
    rule: str
    tier: Tier


GROUPS: Final = (
    TermGroup("", "terms.public", Tier.PUBLIC),
    TermGroup("ORG.TERM", "terms.internal_terms", Tier.INTERNAL),
    TermGroup("ORG.CUSTOMER", "terms.customers", Tier.PROPRIETARY),
    TermGroup("ORG.PROJECT", "terms.projects", Tier.PROPRIETARY),
)
"""By number; where several lists have a term the highest number counts."""

PUBLIC: Final = GROUPS[0]
_LISTS: Final = ((TermList.INTERNAL_TERMS, 1), (TermList.CUSTOMERS, 2), (TermList.PROJECTS, 3))


class Condition(IntEnum):
    """When a match counts; the lower is the looser."""

    NONE = 0
    CAPITALS = 1
    HOMONYM = 2
    CONTEXT = 3


class CompiledTerms(msgspec.Struct, frozen=True):
    """The lookups. A value of `keys` is `joints << 4 | group << 2 | condition`, bit n of `joints` standing for a joint
    before character n of the key. `capitals` holds the spellings of keys that want them, words joined. `leads` are the
    numbers of characters that keys have before their first letter or digit."""

    keys: dict[str, int]
    heads: dict[str, bytes]
    stems: dict[str, bytes]
    capitals: dict[str, list[str]]
    leads: bytes


def digest(terms: TermSet) -> str:
    """Names the set, whatever the order of its terms, and everything else that its compiled form depends on,
    hexadecimal."""
    state = hashlib.sha256(f"{FORMAT} {unicodedata.unidata_version} {_data()}".encode())
    for name, entries in (
        *((each.value, terms.listed(each)) for each in TermList),
        ("public", map(Term, terms.public)),
    ):
        state.update(f"\2{name}".encode())
        written = sorted({"\1".join((term.match, term.name, *term.aliases)) for term in entries})
        state.update("".join(f"{each}\0" for each in written).encode("utf-8", "surrogatepass"))
    return state.hexdigest()


@cache
def _data() -> str:
    """Names the tables that folding and homonyms rely on."""
    state = hashlib.sha256(homonyms.RULES.encode())
    for name in ("confusables.txt", "homonyms.txt"):
        state.update((resources.files(__package__) / name).read_bytes())
    return state.hexdigest()


def compile_terms(terms: TermSet, onto: CompiledTerms | None = None) -> CompiledTerms:
    """The lookups for `terms`, and for those that are in `onto` already. Raises ConfigError for a term without a letter
    or digit."""
    compiling = _Compiling() if onto is None else _Compiling.begun(onto)
    for number, phrase in enumerate(terms.public, 1):
        compiling.add(phrase, Match.ALWAYS, 0, number)
    for listed, group in _LISTS:
        for number, term in enumerate(terms.listed(listed), 1):
            for spelling in term.spellings:
                compiling.add(spelling, term.match, group, number)
    return compiling.done()


@dataclass(slots=True)
class _Compiling:
    keys: dict[str, int] = field(default_factory=dict)
    heads: dict[str, bytes] = field(default_factory=dict)
    stems: dict[str, bytes] = field(default_factory=dict)
    capitals: dict[str, list[str]] = field(default_factory=dict)
    leads: set[int] = field(default_factory=lambda: {0})

    @classmethod
    def begun(cls, compiled: CompiledTerms) -> "_Compiling":
        capitals = {key: list(written) for key, written in compiled.capitals.items()}
        return cls(dict(compiled.keys), dict(compiled.heads), dict(compiled.stems), capitals, set(compiled.leads))

    def add(self, spelling: str, match: Match, group: int, number: int) -> None:
        parts = words(spelling)
        lowered = [part.lower() for part in parts]
        key = "".join(lowered)[:LONGEST]
        heads: Iterable[str]
        if key.isalnum() and len(key) < LONGEST:
            lead, heads = 0, accumulate(lowered)
        else:
            lead = next((place for place, character in enumerate(key) if character.isalnum()), -1)
            if lead < 0:
                raise ConfigError(
                    f"Entry {number} of {GROUPS[group].rule} has no letter or digit.",
                    cure="Remove it, or write the term out.",
                )
            self.leads.add(lead)
            heads = _heads(key, parts, lead)
        condition = _condition(match, group, key, parts)
        self._put(key, parts, group, condition)
        if condition is Condition.CAPITALS:
            self.capitals.setdefault(key, []).append("".join(parts)[:LONGEST])
        length = bytes((len(key),))
        for head in heads:
            _note(self.heads, head, length)
        _note(self.stems, key[:STEM], length)

    def _put(self, key: str, parts: list[str], group: int, condition: Condition) -> None:
        joints, place = 0, 0
        for part in parts[:-1]:
            place += len(part)
            joints |= 1 << place
        known = self.keys.get(key)
        if known is not None:
            joints |= known >> 4
            was, before = known >> 2 & 3, Condition(known & 3)
            # A phrase that shields does not free a term that is the same, nor does it loosen the term's condition.
            condition = before if group == 0 else condition if was == 0 else min(condition, before)
            group = max(group, was)
        self.keys[key] = joints << 4 | group << 2 | condition

    def done(self) -> CompiledTerms:
        return CompiledTerms(self.keys, self.heads, self.stems, self.capitals, bytes(sorted(self.leads)))


def searchable(spelling: str) -> bool:
    """Whether a letter or digit is left of a term once look-alikes and invisible characters are undone."""
    return any(map(str.isalnum, "".join(words(spelling))))


def words(spelling: str) -> list[str]:
    """The words of a term, folded, in the case it is written in."""
    if _PLAIN.fullmatch(spelling):
        return spelling.translate(_TO_SPACE).split()
    runs = fold(spelling).translate(_TO_SPACE).split()
    return [word for run in runs for word in _WORDS.split(run) if word]


def _condition(match: Match, group: int, key: str, parts: list[str]) -> Condition:
    if match is Match.ALWAYS:
        return Condition.NONE
    if match is Match.CONTEXT:
        return Condition.CONTEXT
    if match is Match.CASE_SENSITIVE:
        return Condition.CAPITALS
    # Words of the house ("confidential") are meant as words.
    homonym = group >= 2 and len(parts) == 1 and homonyms.is_common(key)
    return Condition.HOMONYM if homonym else Condition.NONE


def _heads(key: str, parts: list[str], lead: int) -> Iterator[str]:
    """The runs of letters and digits that a text can begin this key with."""
    first = next((n for n in range(lead, len(key)) if not key[n].isalnum()), len(key))
    for place in accumulate(map(len, parts)):
        if lead < place < first:
            yield key[lead:place]
    yield key[lead:first]


def _note(lengths: dict[str, bytes], begun: str, length: bytes) -> None:
    """Adds to the lengths of the keys that begin so."""
    known = lengths.get(begun)
    if known is None:
        lengths[begun] = length
    elif length not in known:
        lengths[begun] = known + length


def load(folder: Path, wanted: str) -> CompiledTerms | None:
    """What was saved in `folder` under the digest `wanted`, or None where it is missing, damaged or foreign."""
    try:
        raw = _file(folder, wanted).read_bytes()
    except OSError:
        return None
    seal, body = raw[:32], raw[32:]
    if hashlib.sha256(wanted.encode() + body).digest() != seal:
        return None
    try:
        return msgspec.msgpack.decode(body, type=CompiledTerms)
    except msgspec.DecodeError:
        return None


def save(folder: Path, name: str, compiled: CompiledTerms) -> None:
    """Keeps `compiled` under its terms' digest and removes what other terms left there. A folder that cannot be written
    only costs time at the next start, so no error is raised. The file holds the terms: only its owner may read it."""
    body = msgspec.msgpack.encode(compiled)
    path = _file(folder, name)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for old in folder.glob("terms-*.bin"):
            old.unlink(missing_ok=True)
        fresh = path.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_bytes(hashlib.sha256(name.encode() + body).digest() + body)
        fresh.replace(path)
    except OSError:
        return


def _file(folder: Path, name: str) -> Path:
    return folder / f"terms-{name[:32]}.bin"
