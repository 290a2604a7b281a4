"""Terms in a dictionary."""

from collections.abc import Sequence
from dataclasses import replace

from lacuna.domain.errors import LacunaError
from lacuna.domain.terms import StoredTerm, TermList, TermSet, form_of
from lacuna.ports.storage import Entry, Ledger


class InMemoryTerms:
    """A `TermStore`, held to `lacuna.testing.contracts.terms`. `fail_with` makes the next change fail."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._terms: dict[str, StoredTerm] = {}
        self._version = 0
        self.fail_with: LacunaError | None = None

    async def version(self) -> int:
        return self._version

    async def everything(self) -> tuple[int, TermSet]:
        lists = {each: [s.term for s in self._terms.values() if s.listed is each] for each in TermList}
        return self._version, TermSet.of(lists)

    async def page(self, listed: TermList, after: str, limit: int) -> list[StoredTerm]:
        return [self._terms[i] for i in sorted(self._terms) if i > after and self._terms[i].listed is listed][:limit]

    async def get(self, term_id: str) -> StoredTerm | None:
        return self._terms.get(term_id)

    async def named(self, listed: TermList, name: str) -> StoredTerm | None:
        same = (s for s in self._terms.values() if s.listed is listed and form_of(s.term.name) == form_of(name))
        return next(same, None)

    async def change(self, put: Sequence[StoredTerm], removed: Sequence[str], entries: Sequence[Entry]) -> None:
        if self.fail_with is not None:
            fault, self.fail_with = self.fail_with, None
            raise fault
        await self._ledger.append(*entries)
        for term_id in removed:
            self._terms.pop(term_id, None)
        for stored in put:
            known = await self.named(stored.listed, stored.term.name)
            term_id = stored.term_id if known is None else known.term_id
            self._terms[term_id] = replace(stored, term_id=term_id)
        self._version += 1
