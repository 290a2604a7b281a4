"""What an organisation calls its own: projects, customers, words of the house.

Promises that a `Term` that passed `fault_of` can be searched for. How terms are written in the wild is the classifier's
business (adapters/classifiers), where they are kept that of config and storage.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

MIN_LENGTH: Final = 2
MAX_LENGTH: Final = 200
MAX_ALIASES: Final = 100

_SEPARATORS: Final = re.compile(r"[\s_./-]+")


class TermList(StrEnum):
    """The lists that terms stand in. Projects and customers are PROPRIETARY, internal terms INTERNAL."""

    PROJECTS = "projects"
    CUSTOMERS = "customers"
    INTERNAL_TERMS = "internal_terms"


class Match(StrEnum):
    """When a term counts.

    automatic: `always`, but a project or customer that is one common word ("Echo") does not count in small letters
    behind an article ("an echo"), unless a context word is near. always: in every spelling. context: only near a word
    such as "project" or "customer". case_sensitive: only with the capitals of the entry, or all in capitals.
    """

    AUTOMATIC = "automatic"
    ALWAYS = "always"
    CONTEXT = "context"
    CASE_SENSITIVE = "case_sensitive"


@dataclass(frozen=True, slots=True)
class Term:
    """A name and the other names of the same thing."""

    name: str
    aliases: tuple[str, ...] = ()
    match: Match = Match.AUTOMATIC

    @property
    def spellings(self) -> tuple[str, ...]:
        return (self.name, *self.aliases)


@dataclass(frozen=True, slots=True)
class TermSet:
    """Everything an organisation protects by name. A plain text is a term without aliases. `public` lists longer
    phrases in which a term means something else ("Nova Scotia" for a project Nova): inside one it does not count."""

    projects: tuple[Term | str, ...] = ()
    customers: tuple[Term | str, ...] = ()
    internal_terms: tuple[Term | str, ...] = ()
    public: tuple[str, ...] = ()

    @classmethod
    def of(cls, lists: Mapping[TermList, Iterable[Term]], public: Iterable[str] = ()) -> "TermSet":
        """The set with these lists; those left out are empty."""
        projects, customers, internal = (tuple(lists.get(each, ())) for each in TermList)
        return cls(projects, customers, internal, tuple(public))

    def __len__(self) -> int:
        return len(self.projects) + len(self.customers) + len(self.internal_terms)

    def listed(self, wanted: TermList) -> Iterator[Term]:
        """The terms of one list."""
        for entry in getattr(self, wanted.value):
            yield Term(entry) if isinstance(entry, str) else entry

    def without(self, other: "TermSet") -> "TermSet":
        """What is in this set and not in the other."""
        lists = {each: set(other.listed(each)) for each in TermList}
        mine = {each: [term for term in self.listed(each) if term not in lists[each]] for each in TermList}
        return TermSet.of(mine, dict.fromkeys(self.public).keys() - set(other.public))

    def joined(self, other: "TermSet") -> "TermSet":
        """Both sets; neither takes anything away from the other."""
        return TermSet(
            self.projects + other.projects,
            self.customers + other.customers,
            self.internal_terms + other.internal_terms,
            self.public + other.public,
        )


def fault_of(text: str) -> str:
    """Why `text` cannot be a term, or "" if it can."""
    if not text:
        return "is empty"
    if len(text) < MIN_LENGTH:
        return f"is shorter than {MIN_LENGTH} characters and would match everywhere"
    if len(text) > MAX_LENGTH:
        return f"is longer than {MAX_LENGTH} characters"
    if not text.isprintable():
        return "holds a line break or control character"
    if not text[0].isalnum() and not any(map(str.isalnum, text)):
        return "holds no letter or digit"
    return ""


def form_of(text: str) -> str:
    """What two spellings of one term have in common: letters without case and separators."""
    return _SEPARATORS.sub("", text.casefold())


def forms_of(texts: Sequence[str]) -> list[str]:
    """`form_of` each of `texts`, which hold no control characters."""
    return _SEPARATORS.sub("", "\0".join(texts).casefold()).split("\0") if texts else []


@dataclass(frozen=True, slots=True)
class StoredTerm:
    """A term that an administrator added while Lacuna runs. `added_at` is in microseconds since the epoch."""

    term_id: str
    listed: TermList
    term: Term
    added_by: str
    added_at: int
