"""What a source holds becomes what is stored: moves, deletions, dry runs, and what happens when the process dies."""

import os
from pathlib import Path
from typing import Any

import pytest

from lacuna.adapters.sources.folder import FolderSource
from lacuna.domain.errors import Conflict, DependencyTimeout, DependencyUnavailable, Forbidden, InvalidInput
from lacuna.domain.identity import EVERYONE
from lacuna.domain.synchronising import Deletions
from lacuna.domain.tiers import Tier
from lacuna.ports.sources import Content, Item
from lacuna.testing.fakes.source_items import InMemorySourceRuns
from lacuna.testing.fakes.sources import InMemorySource
from lacuna.usecases.synchronise import Synchronise
from lacuna.usecases.take_in import TakeIn
from lacuna.usecases.upload import Declared, Outcome
from tests.usecases.interruption import Killed
from tests.usecases.test_ingest import ADMIN, ANN, World

DEFAULT = Deletions()


class Synchronised(World):
    """A world with a source whose items can be changed."""

    def __init__(self) -> None:
        super().__init__()
        self.runs = InMemorySourceRuns()
        self.source = InMemorySource({"a.md": b"# A\n\nabout pumps", "b.md": b"# B\n\nabout valves"})

    async def sync(self, source: Any = None, deletions: Deletions = DEFAULT, **said: Any) -> list[Outcome]:
        dry_run = said.pop("dry_run", False)
        run = self.synchronise.run(source or self.source, Declared(**said), ADMIN, deletions, dry_run=dry_run)
        return [outcome async for outcome in run]

    @property
    def synchronise(self) -> Synchronise:
        catalogue, items, ledger = map(self.switch.guard, (self.catalogue, self.items, self.ledger))
        return Synchronise(self.ingest, items, self.runs, catalogue, ledger, self.clock)

    async def statuses(self, **said: Any) -> dict[str, str]:
        return {outcome.source: outcome.status for outcome in await self.sync(**said)}

    async def documents(self) -> dict[str, str]:
        """Sources of all documents, with their ids."""
        return {document.source: document.document_id for document in await self.catalogue.page("", 100)}


@pytest.fixture
def world() -> Synchronised:
    return Synchronised()


async def test_new_changed_unchanged_and_gone(world: Synchronised) -> None:
    assert await world.statuses() == {"memory/a.md": "stored", "memory/b.md": "stored"}
    world.source.files["a.md"] = b"# A\n\nabout other pumps"
    world.source.files["c.md"] = b"# C\n\nabout seals"
    assert await world.statuses() == {"memory/a.md": "replaced", "memory/b.md": "unchanged", "memory/c.md": "stored"}
    del world.source.files["b.md"]
    assert (await world.statuses())["memory/b.md"] == "deleted"
    assert set(await world.documents()) == {"memory/a.md", "memory/c.md"}
    assert len(world.stored) == 2
    kinds = [(kind, data.get("reason")) for kind, data in await world.records()]
    assert ("document.deleted", "gone from its source") in kinds
    assert await world.statuses() == {"memory/a.md": "unchanged", "memory/c.md": "unchanged"}


async def test_an_unchanged_version_is_not_fetched_again(world: Synchronised) -> None:
    await world.sync()
    assert world.source.fetched == ["a.md", "b.md"]
    await world.sync()
    assert world.source.fetched == ["a.md", "b.md"]
    await world.sync(tier=Tier.PROPRIETARY)
    assert world.source.fetched == ["a.md", "b.md"] * 2


async def test_a_moved_item_keeps_its_document_and_what_people_set(world: Synchronised) -> None:
    before = {outcome.source: outcome for outcome in await world.sync()}
    moved = before["memory/b.md"].document_id
    await world.ingest.documents.change(moved, Tier.PROPRIETARY, frozenset({"sales"}), "Valves for all", ADMIN)
    world.source.files["sub/new.md"] = world.source.files.pop("b.md")
    outcomes = {outcome.source: outcome for outcome in await world.sync()}
    after = outcomes["memory/sub/new.md"]
    assert (after.status, after.document_id, after.note) == ("moved", moved, "was memory/b.md")
    assert (after.tier, after.groups, after.title) == (Tier.PROPRIETARY, frozenset({"sales"}), "Valves for all")
    assert "memory/b.md" not in outcomes
    (_, chunks) = world.stored[moved]
    assert {c.chunk.source for c in chunks} == {"memory/sub/new.md"}
    assert set((await world.statuses()).values()) == {"unchanged"}


async def test_what_the_new_name_of_a_moved_item_shows_counts(world: Synchronised) -> None:
    await world.sync(tier=Tier.PUBLIC)
    world.source.files["apollo/b.md"] = world.source.files.pop("b.md")
    outcomes = {outcome.source: outcome for outcome in await world.sync(tier=Tier.PUBLIC)}
    assert outcomes["memory/apollo/b.md"].tier is Tier.PROPRIETARY


async def test_a_new_item_where_a_moved_one_stood_is_a_document_of_its_own(world: Synchronised) -> None:
    await world.sync()
    first = (await world.documents())["memory/b.md"]
    world.source.files["z.md"] = world.source.files.pop("b.md")
    await world.sync()
    world.source.files["b.md"] = b"# New\n\nabout something else"
    outcomes = {outcome.source: outcome for outcome in await world.sync()}
    assert outcomes["memory/z.md"].document_id == first
    assert outcomes["memory/b.md"].status == "stored"
    assert outcomes["memory/b.md"].document_id != first
    world.source.files["y.md"] = world.source.files.pop("b.md")
    await world.sync()
    world.source.files["b.md"] = b"# Newer\n\nabout a third thing"
    ids = {outcome.document_id for outcome in await world.sync()}
    assert len(ids) == 4
    assert set((await world.statuses()).values()) == {"unchanged"}


async def test_copies_are_documents_of_their_own_and_only_one_takes_over_what_is_gone(world: Synchronised) -> None:
    await world.sync()
    first = await world.documents()
    text = world.source.files.pop("b.md")
    world.source.files |= {"c.md": text, "d.md": text, "copy.md": world.source.files["a.md"]}
    statuses = await world.statuses()
    assert statuses == {
        "memory/a.md": "unchanged",
        "memory/c.md": "moved",
        "memory/copy.md": "stored",
        "memory/d.md": "stored",
    }
    assert (await world.documents())["memory/c.md"] == first["memory/b.md"]
    assert len(world.stored) == 4


async def test_nothing_is_deleted_where_nothing_is_there_any_more(world: Synchronised) -> None:
    await world.sync()
    world.source.files.clear()
    with pytest.raises(InvalidInput, match="none of the 2") as refused:
        await world.sync()
    assert (refused.value.code, bool(refused.value.cure)) == ("deletions_refused", True)
    assert len(world.stored) == 2
    assert await world.statuses(deletions=Deletions(all_of_them=True)) == dict.fromkeys(
        ["memory/a.md", "memory/b.md"], "deleted"
    )
    assert world.stored == {}
    assert await world.sync() == []


async def test_no_more_is_deleted_than_allowed_and_the_rest_is_done(world: Synchronised) -> None:
    world.source.files |= {f"{n}.md": f"text {n}".encode() for n in range(8)}
    await world.sync()
    for name in ("a.md", "b.md", "0.md"):
        del world.source.files[name]
    world.source.files["new.md"] = b"a new one"
    with pytest.raises(InvalidInput, match="3 of the 10"):
        await world.sync(deletions=Deletions(percent=20))
    assert "memory/new.md" in await world.documents()
    assert len(world.stored) == 11
    record = [data for kind, data in await world.records() if kind == "source.synchronised"][-1]
    assert (record["kept_though_gone"], record["counts"]) == (3, {"stored": 1, "unchanged": 7})
    assert list((await world.statuses()).values()).count("deleted") == 3


async def test_a_source_that_cannot_be_listed_whole_deletes_nothing(world: Synchronised) -> None:
    await world.sync()
    del world.source.files["b.md"]
    world.source.unlisted = InvalidInput("This folder cannot be listed.")
    with pytest.raises(InvalidInput, match="listed whole"):
        await world.sync()
    world.source.unlisted = DependencyUnavailable("Gone.")
    world.source.raises = True
    with pytest.raises(DependencyUnavailable):
        await world.sync()
    assert len(world.stored) == 2


async def test_other_sources_and_uploads_are_left_alone(world: Synchronised) -> None:
    other = InMemorySource({"a.md": b"# A\n\nabout pumps"}, name="other")
    await world.put("uploaded", source="memory/a.md")
    await world.sync()
    await world.sync(other)
    del world.source.files["a.md"]
    await world.sync()
    assert len(world.stored) == 3
    assert {chunks[0].chunk.source for _, chunks in world.stored.values()} == {
        "memory/a.md",
        "memory/b.md",
        "other/a.md",
    }


async def test_a_file_known_to_two_folders_belongs_to_both(world: Synchronised, tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    for name in ("x.md", "y.md", "z.md"):
        (inner / name).write_text(f"text of {name}")
    await world.sync(FolderSource([tmp_path]))
    assert {outcome.status for outcome in await world.sync(FolderSource([inner]))} == {"unchanged"}
    (inner / "x.md").rename(tmp_path / "x.md")
    outcomes = await world.sync(FolderSource([tmp_path]))
    assert [outcome.status for outcome in outcomes].count("moved") == 1
    assert {outcome.status for outcome in await world.sync(FolderSource([inner]))} == {"unchanged"}
    assert len(world.stored) == 3
    (inner / "y.md").unlink()
    assert [o.status for o in await world.sync(FolderSource([inner]))] == ["unchanged", "deleted"]
    assert {o.status for o in await world.sync(FolderSource([tmp_path]))} == {"unchanged"}
    assert len(world.stored) == 2


async def test_files_ingested_by_name_before_are_taken_over(world: Synchronised, tmp_path: Path) -> None:
    (tmp_path / "x.md").write_text("text of x")
    (tmp_path / "y.md").write_text("text of y")
    by_name = TakeIn(world.ingest).run(FolderSource([tmp_path]), Declared(), ADMIN)
    first = {outcome.source: outcome.document_id async for outcome in by_name}
    assert {o.source: o.document_id for o in await world.sync(FolderSource([tmp_path]))} == first
    (tmp_path / "y.md").rename(tmp_path / "z.md")
    await world.sync(FolderSource([tmp_path]))
    again = TakeIn(world.ingest).run(FolderSource([tmp_path]), Declared(), ADMIN)
    assert [outcome.status async for outcome in again] == ["unchanged", "unchanged"]
    assert len(world.stored) == 2
    (tmp_path / "y.md").write_text("another text")
    once_more = TakeIn(world.ingest).run(FolderSource([tmp_path / "y.md"]), Declared(), ADMIN)
    assert [outcome.status async for outcome in once_more] == ["stored"]
    assert len(world.stored) == 3


async def test_a_dry_run_tells_tiers_and_leaves_everything_as_it_was(world: Synchronised) -> None:
    await world.sync()
    world.source.files["secret.md"] = b"about apollo"
    world.source.files["c.md"] = world.source.files.pop("b.md")
    world.source.files["a.md"] = b"confidential pumps"
    stored, records, embedded = dict(world.stored), await world.records(), len(world.embedder.texts)
    known = await world.items.of_source(world.ingest.identities.source(world.source.identity))
    outcomes = {o.source: (o.status, o.tier) for o in await world.sync(dry_run=True)}
    assert outcomes == {
        "memory/a.md": ("replaced", Tier.INTERNAL),
        "memory/c.md": ("moved", Tier.INTERNAL),
        "memory/secret.md": ("stored", Tier.PROPRIETARY),
    }
    del world.source.files["c.md"]
    assert ("memory/b.md", "deleted") in [(o.source, o.status) for o in await world.sync(dry_run=True)]
    assert (world.stored, await world.records(), len(world.embedder.texts)) == (stored, records, embedded)
    assert await world.items.of_source(world.ingest.identities.source(world.source.identity)) == known


async def test_a_dry_run_of_files_stores_nothing(world: Synchronised, tmp_path: Path) -> None:
    (tmp_path / "x.md").write_text("about apollo")
    (tmp_path / "y.bin").write_bytes(b"\x00\x01")
    run = TakeIn(world.ingest).run(FolderSource([tmp_path]), Declared(), ADMIN, dry_run=True)
    assert [(o.status, o.tier) async for o in run] == [("stored", Tier.PROPRIETARY), ("failed", None)]
    assert (world.stored, await world.records(), await world.items.of_source("")) == ({}, [], [])


async def test_only_who_manages_documents_may_synchronise(world: Synchronised) -> None:
    with pytest.raises(Forbidden):
        [o async for o in world.synchronise.run(world.source, Declared(), ANN, Deletions())]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(1, 20))
async def test_killed_at_any_write_the_next_run_completes_without_duplicates_or_gaps(at: int, after: bool) -> None:
    world = Synchronised()
    world.source.files |= {"c.md": b"text c", "d.md": b"text d", "e.md": b"text e"}
    first = {outcome.source: outcome.document_id for outcome in await world.sync()}
    await world.ingest.documents.change(first["memory/b.md"], Tier.PROPRIETARY, frozenset({"sales"}), None, ADMIN)
    files = world.source.files
    files["moved.md"] = files.pop("b.md")
    del files["d.md"]
    files |= {"a.md": b"a changed text", "new.md": b"a new text"}
    world.switch.arm(at, after=after)
    with pytest.raises(Killed):
        await world.sync()
    world.switch.disarm()
    world.ingest = world.again()
    await world.ingest.recover()
    await world.sync()
    assert set((await world.statuses()).values()) == {"unchanged"}
    documents = await world.documents()
    assert set(documents) == {f"memory/{name}" for name in files}
    assert set(world.stored) == set(documents.values())
    assert documents["memory/moved.md"] == first["memory/b.md"]
    kept = await world.ingest.documents.get(documents["memory/moved.md"], ADMIN)
    assert (kept.tier, kept.groups) == (Tier.PROPRIETARY, frozenset({"sales"}))
    assert world.stored[kept.document_id][1][0].chunk.source == "memory/moved.md"


async def test_a_fault_of_one_item_is_its_outcome_and_keeps_its_document(world: Synchronised) -> None:
    await world.sync()

    class Failing(InMemorySource):
        async def fetch(self, item: Item, max_bytes: int) -> Content:
            if item.filename == "b.md":
                raise DependencyUnavailable("The source broke off.")
            return await super().fetch(item, max_bytes)

    failing = Failing({"a.md": b"a changed text", "b.md": b"another changed text"})
    assert {o.source: o.status for o in await world.sync(failing)} == {
        "memory/a.md": "replaced",
        "memory/b.md": "failed",
    }
    assert len(world.stored) == 2
    assert EVERYONE in (await world.catalogue.page("", 1))[0].groups


@pytest.fixture
def folder(bound_by_permissions: Path) -> Path:
    root = bound_by_permissions / "docs"
    (root / "closed").mkdir(parents=True)
    (root / "x.md").write_text("text of x")
    return root


async def test_a_file_that_was_just_written_is_read_again_and_an_old_one_is_not(folder: Path) -> None:
    source = FolderSource([folder])
    (item,) = [item async for item in source.items()]
    assert (await source.fetch(item, 100)).version == ""
    os.utime(folder / "x.md", ns=(0, 0))
    (aged,) = [item async for item in source.items()]
    assert aged.version != item.version


async def test_a_folder_that_cannot_be_listed_is_told_and_counts_as_incomplete(folder: Path) -> None:
    (folder / "closed").chmod(0)
    items = [item async for item in FolderSource([folder]).items()]
    assert [(item.label, item.incomplete) for item in items] == [("docs/closed", True), ("docs/x.md", False)]


async def test_a_folder_that_is_not_there_counts_as_incomplete(tmp_path: Path) -> None:
    (item,) = [item async for item in FolderSource([tmp_path / "gone"]).items()]
    assert item.incomplete


async def test_a_source_that_fails_item_after_item_ends_the_run_and_deletes_nothing(world: Synchronised) -> None:
    await world.sync()

    class Down(InMemorySource):
        async def fetch(self, item: Item, max_bytes: int) -> Content:
            self.fetched.append(item.filename)
            raise DependencyTimeout("It did not answer.")

    down = Down({f"{n:03}.md": b"" for n in range(200)})
    with pytest.raises(DependencyTimeout):
        await world.sync(down, Deletions(all_of_them=True))
    assert len(down.fetched) < 40
    assert len(world.stored) == 2


async def test_what_was_refused_is_not_fetched_and_recorded_again_until_it_changes(world: Synchronised) -> None:
    world.source.files["a.md"] = b"\x00\x01"
    first = {o.source: o for o in await world.sync()}
    assert first["memory/a.md"].error is not None
    records = len(await world.records())
    again = {o.source: o for o in await world.sync()}
    error = again["memory/a.md"].error
    assert error is not None
    assert (error.code, bool(error.cure)) == ("refused_before", True)
    assert world.source.fetched == ["a.md", "b.md"]
    assert len(await world.records()) == records + 1
    world.ingest = world.again(pipeline="another")
    assert [o.error.code for o in await world.sync() if o.error] == ["unsupported_format"]
    world.source.files["a.md"] = b"about pumps"
    assert (await world.statuses())["memory/a.md"] == "stored"
    world.source.files["a.md"] = b"\x00\x02"
    assert (await world.statuses())["memory/a.md"] == "failed"
    assert len(world.stored) == 2


async def test_a_second_run_of_the_same_source_is_refused_and_changes_nothing(world: Synchronised) -> None:
    first = world.synchronise.run(world.source, Declared(), ADMIN, DEFAULT)
    assert (await anext(first)).status == "stored"
    with pytest.raises(Conflict) as refused:
        await world.sync()
    assert refused.value.code == "being_synchronised"
    other = InMemorySource({"c.md": b"# C\n\nabout seals"}, "other")
    assert [outcome.status for outcome in await world.sync(other)] == ["stored"]
    assert len(await world.sync(dry_run=True)) == 2
    assert [outcome.status async for outcome in first] == ["stored"]
    assert await world.statuses() == {"memory/a.md": "unchanged", "memory/b.md": "unchanged"}


async def test_a_run_that_is_given_up_leaves_its_source_free(world: Synchronised) -> None:
    first = world.synchronise.run(world.source, Declared(), ADMIN, DEFAULT)
    await anext(first)
    await first.aclose()
    assert set((await world.statuses()).values()) <= {"stored", "unchanged"}
