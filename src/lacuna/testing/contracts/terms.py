"""What every `TermStore` does. Subclass with fixtures `store` (an empty one) and `ledger` (the one it appends to)."""

import pytest

from lacuna.domain.audit import Record
from lacuna.domain.errors import InvalidInput
from lacuna.domain.terms import Match, StoredTerm, Term, TermList, TermSet
from lacuna.ports.storage import Entry, Ledger, RecordFilter
from lacuna.ports.terms import TermStore

ENTRY = Entry(Record("terms.changed", 1, "admin", "cli", "", {"action": "added"}))


def stored(
    number: int,
    name: str,
    listed: TermList = TermList.PROJECTS,
    *,
    aliases: tuple[str, ...] = (),
    match: Match = Match.AUTOMATIC,
) -> StoredTerm:
    """A term whose id sorts by `number`."""
    return StoredTerm(f"trm_{number:03}", listed, Term(name, aliases, match), "admin", 17)


class TermStoreContract:
    async def test_a_store_begins_empty(self, store: TermStore) -> None:
        assert await store.everything() == (await store.version(), TermSet())
        assert await store.page(TermList.PROJECTS, "", 10) == []
        assert await store.get("trm_001") is None
        assert await store.named(TermList.PROJECTS, "apollo") is None

    async def test_what_is_put_is_read_back(self, store: TermStore) -> None:
        apollo = stored(1, "Project Äpollo", aliases=("moon 机", "PA-7"), match=Match.CONTEXT)
        acme = stored(2, "Acme", TermList.CUSTOMERS)
        await store.change([apollo, acme], [], [ENTRY])
        assert await store.get("trm_001") == apollo
        assert await store.page(TermList.CUSTOMERS, "", 10) == [acme]
        _, terms = await store.everything()
        assert terms == TermSet(projects=(apollo.term,), customers=(acme.term,))

    async def test_every_change_raises_the_version(self, store: TermStore) -> None:
        seen = [await store.version()]
        await store.change([stored(1, "apollo")], [], [ENTRY])
        seen.append(await store.version())
        await store.change([], ["trm_001"], [ENTRY])
        seen.append((await store.everything())[0])
        assert seen == sorted(set(seen))

    async def test_a_term_of_the_same_form_replaces_the_one_there(self, store: TermStore) -> None:
        await store.change([stored(1, "Project Apollo")], [], [ENTRY])
        await store.change([stored(2, "project_apollo", match=Match.ALWAYS)], [], [ENTRY])
        assert await store.page(TermList.PROJECTS, "", 10) == [stored(1, "project_apollo", match=Match.ALWAYS)]
        assert await store.named(TermList.PROJECTS, "PROJECT-APOLLO") == stored(1, "project_apollo", match=Match.ALWAYS)
        assert await store.named(TermList.CUSTOMERS, "project_apollo") is None

    async def test_lists_have_terms_of_their_own(self, store: TermStore) -> None:
        await store.change([stored(1, "apollo"), stored(2, "apollo", TermList.INTERNAL_TERMS)], [], [ENTRY])
        assert await store.page(TermList.PROJECTS, "", 10) == [stored(1, "apollo")]
        _, terms = await store.everything()
        assert len(terms) == 2

    async def test_pages_continue_where_they_ended(self, store: TermStore) -> None:
        await store.change([stored(number, f"name {number}") for number in range(150)], [], [ENTRY])
        first = await store.page(TermList.PROJECTS, "", 100)
        rest = await store.page(TermList.PROJECTS, first[-1].term_id, 100)
        assert [each.term_id for each in first + rest] == [f"trm_{number:03}" for number in range(150)]

    async def test_removed_terms_are_gone(self, store: TermStore) -> None:
        await store.change([stored(number, f"name {number}") for number in range(100)], [], [ENTRY])
        await store.change([], [f"trm_{number:03}" for number in range(99)] + ["unknown"], [ENTRY])
        assert await store.page(TermList.PROJECTS, "", 10) == [stored(99, "name 99")]

    async def test_a_change_and_its_record_are_one(self, store: TermStore, ledger: Ledger) -> None:
        before = len(await ledger.find(RecordFilter(kind="terms.changed")))
        await store.change([stored(1, "apollo")], [], [ENTRY, ENTRY])
        assert len(await ledger.find(RecordFilter(kind="terms.changed"))) == before + 2
        version = await store.version()
        bad = Entry(Record("no.such.kind", 1, "admin", "cli", "", {}))
        with pytest.raises(InvalidInput):
            await store.change([stored(2, "ares")], ["trm_001"], [bad])
        assert await store.version() == version
        assert await store.get("trm_001") is not None
        assert await store.get("trm_002") is None
