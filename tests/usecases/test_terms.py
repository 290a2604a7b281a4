"""Administrators' terms: who may, what is kept, what the ledger says, and when it counts."""

from typing import Any

import pytest

from lacuna.domain.errors import ConfigError, Forbidden, InvalidInput, LacunaError, NotFound, StorageFull, TooLarge
from lacuna.domain.identity import Principal, Role
from lacuna.domain.terms import Match, Term, TermList, TermSet
from lacuna.domain.tiers import Tier
from lacuna.ports.storage import RecordFilter
from lacuna.testing.fakes.clock import CountingIds, FrozenClock
from lacuna.testing.fakes.keys import FixedKeys
from lacuna.testing.fakes.ledger import InMemoryLedger
from lacuna.testing.fakes.terms import InMemoryTerms
from lacuna.usecases.follow_terms import FollowTerms
from lacuna.usecases.terms import MAX_IMPORT, Imported, Terms

ADMIN = Principal("ada", "", frozenset(), Tier.PROPRIETARY, frozenset({Role.ADMIN}), "test")
USER = Principal("bob", "", frozenset(), Tier.PROPRIETARY, frozenset({Role.USER}), "test")
FILE = TermSet(projects=(Term("apollo"), Term("ares")), customers=(Term("Acme"),))


class World:
    """The use cases with everything around them in memory. `file` is what the next look at the file gives."""

    def __init__(self) -> None:
        self.keys = FixedKeys()
        self.ledger = InMemoryLedger(self.keys)
        self.store = InMemoryTerms(self.ledger)
        self.file: TermSet | LacunaError | None = None
        self.in_force: list[TermSet] = []
        self.refuses: LacunaError | None = None
        self.reported: list[str] = []
        self.follow = FollowTerms(
            self.look_at_file, FILE, self.store, 0, self.apply, lambda fault: self.reported.append(fault.code)
        )
        self.terms = Terms(
            self.store, self.follow, lambda text: text != "\u3164\u3164", self.keys, FrozenClock(), CountingIds()
        )

    def look_at_file(self) -> TermSet | None:
        if isinstance(self.file, LacunaError):
            raise self.file
        fresh, self.file = self.file, None
        return fresh

    def apply(self, terms: TermSet) -> None:
        if self.refuses is not None:
            raise self.refuses
        self.in_force.append(terms)

    async def changes(self) -> list[dict[str, Any]]:
        found = await self.ledger.find(RecordFilter(kind="terms.changed", newest_first=False))
        return [dict(stored.record().data) for stored in found]


@pytest.fixture
def world() -> World:
    return World()


async def test_an_added_term_is_in_force_when_the_call_returns(world: World) -> None:
    added, new = await world.terms.add(TermList.PROJECTS, Term(" Zarquon ", ("Blue Moon",)), ADMIN)
    assert new
    assert (added.source, added.added_by, added.term) == ("database", "ada", Term("Zarquon", ("Blue Moon",)))
    assert world.in_force == [FILE.joined(TermSet(projects=(Term("Zarquon", ("Blue Moon",)),)))]


async def test_the_ledger_names_the_change_and_not_the_term(world: World) -> None:
    await world.terms.add(TermList.PROJECTS, Term("Zarquon", ("Blue Moon",), Match.ALWAYS), ADMIN)
    await world.terms.add(TermList.PROJECTS, Term("zarquon"), ADMIN)
    await world.terms.load(TermList.CUSTOMERS, [Term("Wexford"), Term("Hill Inc.")], ADMIN)
    await world.terms.remove_named(TermList.CUSTOMERS, "wexford", ADMIN)
    changes = await world.changes()
    assert [(c["action"], c["list"], c["count"]) for c in changes] == [
        ("added", "projects", 1),
        ("replaced", "projects", 1),
        ("imported", "customers", 2),
        ("removed", "customers", 1),
    ]
    assert changes[0]["term_hmacs"] == changes[1]["term_hmacs"] == [world.keys.hmac("term\0projects\0zarquon")]
    assert changes[3]["term_hmacs"] == changes[2]["term_hmacs"][:1]
    assert changes[0]["hmac_key"] == world.keys.hmac_key_id
    everything = repr([stored async for stored in world.ledger.read()])
    assert not any(word in everything.lower() for word in ("zarquon", "wexford", "blue moon", "hill"))


async def test_the_same_again_changes_nothing(world: World) -> None:
    first, _ = await world.terms.add(TermList.PROJECTS, Term("Zarquon"), ADMIN)
    again, new = await world.terms.add(TermList.PROJECTS, Term("Zarquon"), ADMIN)
    assert (again, new) == (first, False)
    assert len(await world.changes()) == 1


async def test_a_page_has_the_files_terms_first(world: World) -> None:
    for name in ("c", "d", "e"):
        await world.terms.add(TermList.PROJECTS, Term(f"name {name}"), ADMIN)
    names, after = [], ""
    for _ in range(3):
        page = await world.terms.page(TermList.PROJECTS, after, 2, ADMIN)
        names += [(each.term.name, each.source) for each in page.terms]
        after = page.next or ""
    assert names == [
        ("apollo", "file"),
        ("ares", "file"),
        ("name c", "database"),
        ("name d", "database"),
        ("name e", "database"),
    ]
    assert after == ""
    with pytest.raises(InvalidInput):
        await world.terms.page(TermList.PROJECTS, "file:x", 2, ADMIN)


async def test_terms_are_for_administrators(world: World) -> None:
    for call in (
        world.terms.page(TermList.PROJECTS, "", 10, USER),
        world.terms.add(TermList.PROJECTS, Term("Zarquon"), USER),
        world.terms.load(TermList.PROJECTS, [Term("Zarquon")], USER),
        world.terms.remove(TermList.PROJECTS, "trm_1", USER),
        world.terms.remove_named(TermList.PROJECTS, "apollo", USER),
    ):
        with pytest.raises(Forbidden):
            await call
    assert await world.changes() == []


@pytest.mark.parametrize("name", ["", " ", "x", "x" * 201, "a\nb", "--", "\u3164\u3164"])
async def test_what_cannot_be_searched_for_is_refused(world: World, name: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        await world.terms.add(TermList.PROJECTS, Term("fine", (name,)), ADMIN)
    assert "alias 1 of the term" in str(caught.value)
    with pytest.raises(InvalidInput):
        await world.terms.load(TermList.PROJECTS, [Term("fine"), Term(name)], ADMIN)
    assert await world.store.version() == 0


async def test_an_import_is_bounded_and_counts_what_it_did(world: World) -> None:
    with pytest.raises(TooLarge):
        await world.terms.load(TermList.PROJECTS, [Term("name")] * (MAX_IMPORT + 1), ADMIN)
    with pytest.raises(TooLarge):
        await world.terms.add(TermList.PROJECTS, Term("name", ("alias",) * 101), ADMIN)
    await world.terms.add(TermList.PROJECTS, Term("name 1"), ADMIN)
    await world.terms.add(TermList.PROJECTS, Term("name 2"), ADMIN)
    wanted = [Term("name 1"), Term("Name 2"), *(Term(f"more {number}") for number in range(1_500))]
    assert await world.terms.load(TermList.PROJECTS, wanted, ADMIN) == Imported(1_500, 1, 1)
    assert await world.terms.load(TermList.PROJECTS, wanted, ADMIN) == Imported(0, 0, 1_502)
    imported = [c for c in await world.changes() if c["action"] == "imported"]
    assert [c["count"] for c in imported] == [1_000, 501]


async def test_only_terms_of_the_database_can_be_removed(world: World) -> None:
    added, _ = await world.terms.add(TermList.PROJECTS, Term("Zarquon"), ADMIN)
    with pytest.raises(InvalidInput, match=r"proprietary_terms\.yaml"):
        await world.terms.remove(TermList.PROJECTS, "file:000001", ADMIN)
    with pytest.raises(NotFound):
        await world.terms.remove(TermList.CUSTOMERS, added.term_id, ADMIN)
    with pytest.raises(NotFound):
        await world.terms.remove_named(TermList.PROJECTS, "apollo", ADMIN)
    await world.terms.remove(TermList.PROJECTS, added.term_id, ADMIN)
    assert world.in_force[-1] == FILE


async def test_a_change_that_cannot_be_stored_is_none(world: World) -> None:
    world.store.fail_with = StorageFull("full")
    with pytest.raises(StorageFull):
        await world.terms.add(TermList.PROJECTS, Term("Zarquon"), ADMIN)
    assert world.in_force == []


async def test_changes_of_file_and_database_are_followed(world: World) -> None:
    await world.follow.look()
    assert world.in_force == []
    world.file = TermSet(projects=(Term("apollo"),))
    await world.follow.look()
    await world.follow.look()
    assert world.in_force == [TermSet(projects=(Term("apollo"),))]
    assert world.follow.configured == world.in_force[0]
    await world.follow.check()


async def test_a_file_with_faults_keeps_what_was_in_force_and_is_reported_once(world: World) -> None:
    world.file = ConfigError("bad line")
    await world.follow.look()
    await world.follow.look()
    assert world.reported == ["config_invalid"]
    with pytest.raises(ConfigError):
        await world.follow.check()
    await world.terms.add(TermList.PROJECTS, Term("Zarquon"), ADMIN)
    assert world.in_force == [FILE.joined(TermSet(projects=(Term("Zarquon"),)))]
    world.file = None
    await world.follow.look()
    await world.follow.check()


async def test_what_could_not_be_put_into_force_is_tried_again(world: World) -> None:
    world.refuses = ConfigError("no")
    world.file = TermSet(projects=(Term("nova"),))
    with pytest.raises(ConfigError):
        await world.follow.look()
    with pytest.raises(ConfigError):
        await world.follow.check()
    world.refuses = None
    await world.follow.look()
    assert world.in_force == [TermSet(projects=(Term("nova"),))]
    await world.follow.check()
