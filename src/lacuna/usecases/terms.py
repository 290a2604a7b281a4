"""List, add, import and remove the organisation's terms.

Promise: administrators only; every change is in the ledger in the same transaction, without the term's text; a change
is in force in this process when the call returns, and in the others within a second (usecases/follow_terms.py). Terms
of the configuration file are listed and left alone.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from lacuna.domain.audit import Json, Record
from lacuna.domain.errors import InvalidInput, NotFound, TooLarge
from lacuna.domain.identity import Permission, Principal
from lacuna.domain.terms import MAX_ALIASES, StoredTerm, Term, TermList, TermSet, fault_of, form_of
from lacuna.ports.clock import Clock, Ids
from lacuna.ports.secrets import KeyRing
from lacuna.ports.storage import Entry
from lacuna.ports.terms import TermStore
from lacuna.usecases.follow_terms import FollowTerms

MAX_IMPORT: Final = 100_000
"""Terms of one import."""

_NAMED_IN_ONE_RECORD: Final = 1_000
_FILE: Final = "file:"


@dataclass(frozen=True, slots=True)
class ListedTerm:
    """A term and where it is kept: `source` is "file" or "database". Terms of the file have no time and no author."""

    term_id: str
    term: Term
    source: str
    added_by: str = ""
    added_at: int | None = None


@dataclass(frozen=True, slots=True)
class TermPage:
    """A page of terms; `next` continues it."""

    terms: tuple[ListedTerm, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did."""

    added: int
    replaced: int
    unchanged: int


class Terms:
    """See the module. `searchable` tells whether anything is left of a term once look-alikes and invisible characters
    are undone."""

    def __init__(
        self,
        store: TermStore,
        follow: FollowTerms,
        searchable: Callable[[str], bool],
        keys: KeyRing,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._store = store
        self._follow = follow
        self._searchable = searchable
        self._keys = keys
        self._clock = clock
        self._ids = ids

    async def page(self, listed: TermList, after: str, limit: int, principal: Principal) -> TermPage:
        """The terms of a list by id, those of the file first. Raises Forbidden."""
        principal.require(Permission.MANAGE_TERMS)
        found: list[ListedTerm] = []
        if after == "" or after.startswith(_FILE):
            configured = list(self._follow.configured.listed(listed))
            first = _number(after)
            numbered = enumerate(configured[first : first + limit + 1], first + 1)
            found = [ListedTerm(f"{_FILE}{number:06}", term, "file") for number, term in numbered]
        if len(found) <= limit:
            rest = await self._store.page(listed, "" if after.startswith(_FILE) else after, limit + 1 - len(found))
            found += [_listed(stored) for stored in rest]
        return TermPage(tuple(found[:limit]), found[limit - 1].term_id if len(found) > limit else None)

    async def add(self, listed: TermList, term: Term, principal: Principal) -> tuple[ListedTerm, bool]:
        """The term as stored, and whether it is new: one of the same form is replaced. Raises Forbidden, InvalidInput,
        TooLarge or StorageError."""
        principal.require(Permission.MANAGE_TERMS)
        sound = self._sound(term, "term")
        known = await self._store.named(listed, sound.name)
        if known is not None and known.term == sound:
            return _listed(known), False
        stored = self._stored(listed, sound, principal, known)
        action = "added" if known is None else "replaced"
        more: dict[str, Json] = {"aliases": len(sound.aliases), "match": sound.match.value}
        await self._store.change([stored], [], [self._entry(action, listed, [sound.name], principal, more)])
        await self._follow.look()
        return _listed(stored), known is None

    async def load(self, listed: TermList, terms: Sequence[Term], principal: Principal) -> Imported:
        """Adds many at once: all of them or none. Raises as `add` does."""
        principal.require(Permission.MANAGE_TERMS)
        if len(terms) > MAX_IMPORT:
            raise TooLarge(f"The import has {len(terms)} terms; the limit is {MAX_IMPORT}.", cure="Import it in parts.")
        _, everything = await self._store.everything()
        put, entries, done = await asyncio.to_thread(self._compared, listed, terms, everything, principal)
        if put:
            await self._store.change(put, [], entries)
            await self._follow.look()
        return done

    async def remove(self, listed: TermList, term_id: str, principal: Principal) -> None:
        """Raises Forbidden, NotFound, or InvalidInput for a term of the file."""
        principal.require(Permission.MANAGE_TERMS)
        if term_id.startswith(_FILE):
            raise InvalidInput(
                "This term stands in proprietary_terms.yaml.", cure="Remove it there; the change counts at once."
            )
        stored = await self._store.get(term_id)
        if stored is None or stored.listed is not listed:
            raise NotFound("There is no such term.", cure="List the terms for their ids.")
        await self._removed(stored, principal)

    async def remove_named(self, listed: TermList, name: str, principal: Principal) -> None:
        """The same by name, in any spelling."""
        principal.require(Permission.MANAGE_TERMS)
        stored = await self._store.named(listed, name.strip())
        if stored is None:
            raise NotFound(
                f"The database has no such term under {listed}.",
                cure="List the terms; those of proprietary_terms.yaml are removed in that file.",
            )
        await self._removed(stored, principal)

    def _compared(
        self, listed: TermList, terms: Sequence[Term], everything: TermSet, principal: Principal
    ) -> tuple[list[StoredTerm], list[Entry], Imported]:
        """What an import has to store and record. Takes seconds for many terms."""
        wanted = {form_of(term.name): term for term in (self._sound(t, f"term {n}") for n, t in enumerate(terms, 1))}
        known = {form_of(term.name): term for term in everything.listed(listed)}
        fresh = {form: term for form, term in wanted.items() if known.get(form) != term}
        put = [self._stored(listed, term, principal) for term in fresh.values()]
        names = [term.name for term in fresh.values()]
        parts = [names[n : n + _NAMED_IN_ONE_RECORD] for n in range(0, len(names), _NAMED_IN_ONE_RECORD)]
        entries = [self._entry("imported", listed, part, principal) for part in parts]
        replaced = sum(form in known for form in fresh)
        return put, entries, Imported(len(fresh) - replaced, replaced, len(wanted) - len(fresh))

    async def _removed(self, stored: StoredTerm, principal: Principal) -> None:
        entry = self._entry("removed", stored.listed, [stored.term.name], principal)
        await self._store.change([], [stored.term_id], [entry])
        await self._follow.look()

    def _stored(
        self, listed: TermList, term: Term, principal: Principal, known: StoredTerm | None = None
    ) -> StoredTerm:
        term_id = self._ids.new("trm") if known is None else known.term_id
        return StoredTerm(term_id, listed, term, principal.user_id, self._clock.now_us())

    def _sound(self, term: Term, what: str) -> Term:
        """The term without blanks around it. Raises InvalidInput that does not repeat it."""
        if len(term.aliases) > MAX_ALIASES:
            raise TooLarge(f"The {what} has {len(term.aliases)} aliases; the limit is {MAX_ALIASES}.")
        spellings = [spelling.strip() for spelling in term.spellings]
        for number, spelling in enumerate(spellings):
            fault = fault_of(spelling)
            if not fault and not self._searchable(spelling):
                fault = "holds nothing that could be searched for"
            if fault:
                place = "name" if number == 0 else f"alias {number}"
                raise InvalidInput(f"The {place} of the {what} {fault}.", cure="Write the term out.")
        return replace(term, name=spellings[0], aliases=tuple(spellings[1:]))

    def _entry(
        self,
        action: str,
        listed: TermList,
        names: Sequence[str],
        principal: Principal,
        more: dict[str, Json] | None = None,
    ) -> Entry:
        data: dict[str, Json] = {
            "action": action,
            "list": listed.value,
            "count": len(names),
            "term_hmacs": [self._keys.hmac(f"term\0{listed.value}\0{form_of(name)}") for name in names],
            "hmac_key": self._keys.hmac_key_id,
            **(more or {}),
        }
        return Entry(Record("terms.changed", self._clock.now_us(), principal.user_id, principal.via, "", data))


def _listed(stored: StoredTerm) -> ListedTerm:
    return ListedTerm(stored.term_id, stored.term, "database", stored.added_by, stored.added_at)


def _number(term_id: str) -> int:
    digits = term_id.removeprefix(_FILE)
    if digits and not (digits.isascii() and digits.isdigit()):
        raise InvalidInput("The cursor is not one that a page of terms gave.", cure="Use `next` of the page before.")
    return int(digits or 0)
