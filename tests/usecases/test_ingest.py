"""Documents in: tiers, rights, what happens again, and what happens when a step fails or the process dies."""

import asyncio
import json
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lacuna.adapters.parsers.chunker import Chunker
from lacuna.adapters.sources.folder import FolderSource
from lacuna.domain.classification import Classification, Finding, Layer, LayerResult, Strategy, classify, failure
from lacuna.domain.errors import (
    Forbidden,
    InvalidInput,
    LacunaError,
    NotFound,
    OutboundRefused,
    StorageFull,
    TierConflict,
    TooLarge,
    UnreadableDocument,
    UnsupportedFormat,
)
from lacuna.domain.identity import EVERYONE, Principal, Role
from lacuna.domain.lineage import Direction
from lacuna.domain.tiers import Tier
from lacuna.ports.embeddings import Vectors
from lacuna.ports.vectors import IndexedChunk
from lacuna.testing.fakes.catalogue import InMemoryCatalogue
from lacuna.testing.fakes.clock import CountingIds, FrozenClock
from lacuna.testing.fakes.embedder import HashingEmbedder
from lacuna.testing.fakes.keys import FixedKeys
from lacuna.testing.fakes.ledger import InMemoryLedger
from lacuna.testing.fakes.parser import PlainTextParser
from lacuna.testing.fakes.source_items import InMemorySourceItems
from lacuna.testing.fakes.vectors import InMemoryVectorStore
from lacuna.usecases.ingest import Ingest
from lacuna.usecases.take_in import TakeIn
from lacuna.usecases.upload import Declared, Outcome, Upload
from tests.usecases.interruption import Killed, Switch

FOUND = {
    "apollo": ("ORG.PROJECT", Tier.PROPRIETARY),
    "confidential": ("ORG.TERM", Tier.INTERNAL),
}
ADMIN = Principal("admin", "", frozenset(), Tier.PROPRIETARY, frozenset({Role.ADMIN}), "test", reads_all_groups=True)
ANN = Principal("ann", "", frozenset({"sales"}), Tier.PROPRIETARY, frozenset({Role.USER}), "test")
BOB = Principal("bob", "", frozenset({"sales"}), Tier.INTERNAL, frozenset({Role.USER}), "test")


class Words:
    """A classifier that knows two words."""

    def __init__(self, strategy: Strategy = Strategy.BALANCED) -> None:
        self.strategy = strategy
        self.seen: list[str] = []

    def __call__(self, text: str) -> Classification:
        self.seen.append(text)
        findings = []
        for word, (kind, tier) in FOUND.items():
            start = text.lower().find(word)
            if start >= 0:
                findings.append(Finding(kind, word, Layer.HEURISTIC, tier, 1.0, start, start + len(word)))
        return classify(text, [LayerResult(Layer.HEURISTIC, tuple(findings))], self.strategy, "rules-1")


class RememberingEmbedder(HashingEmbedder):
    """Keeps the texts it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.texts.extend(texts)
        return super().embed(texts)


class World:
    """An ingest with everything around it in memory, its writes under a switch."""

    def __init__(self, **changed: Any) -> None:
        self.keys = FixedKeys()
        self.ledger = InMemoryLedger(self.keys)
        self.catalogue = InMemoryCatalogue()
        self.store = InMemoryVectorStore()
        self.items = InMemorySourceItems()
        self.parser = PlainTextParser()
        self.classify = Words()
        self.embedder = RememberingEmbedder()
        self.switch = Switch()
        self.ids = CountingIds()
        self.clock = FrozenClock()
        self.ingest = self.again(**changed)

    def again(self, **changed: Any) -> Ingest:
        """The process started anew on the same stores."""
        given: dict[str, Any] = {
            "parser": self.parser,
            "chunk": Chunker(),
            "classify": self.classify,
            "ruleset": lambda: "rules-1",
            "strategy": self.classify.strategy,
            "embedder": self.embedder,
            "store": self.switch.guard(self.store),
            "catalogue": self.switch.guard(self.catalogue),
            "items": self.switch.guard(self.items),
            "ledger": self.switch.guard(self.ledger),
            "keys": self.keys,
            "clock": self.clock,
            "ids": self.ids,
            "max_file_bytes": 10_000,
            "recovery_grace_s": 0.0,
        }
        return Ingest(**(given | changed))

    @property
    def stored(self) -> dict[str, tuple[str, tuple[IndexedChunk, ...]]]:
        """Fingerprint and passages of each document in the vector store."""
        return self.store.shelf.documents

    async def put(self, text: str, principal: Principal = ADMIN, **said: Any) -> Outcome:
        return await self.ingest.document(Upload(text=text, **({"source": "guide.md"} | said)), principal)

    async def records(self) -> list[tuple[str, dict[str, Any]]]:
        return [(stored.record().kind, dict(stored.record().data)) async for stored in self.ledger.read()]


@pytest.fixture
def world() -> World:
    return World()


async def test_a_document_is_stored_with_its_passages_vectors_record_and_lineage(world: World) -> None:
    outcome = await world.put("# Guide\n\n" + "All about pumps and their limits. " * 80, tier=Tier.INTERNAL)
    assert (outcome.status, outcome.title, outcome.tier) == ("stored", "Guide", Tier.INTERNAL)
    assert outcome.groups == {EVERYONE}
    document = await world.ingest.documents.get(outcome.document_id, ADMIN)
    fingerprint, chunks = world.stored[outcome.document_id]
    assert document.chunks == len(chunks) == outcome.chunks > 1
    assert fingerprint == world.embedder.fingerprint
    assert [c.chunk.ordinal for c in chunks] == list(range(len(chunks)))
    assert {c.chunk.tier for c in chunks} == {Tier.INTERNAL}
    assert world.embedder.texts[0].startswith("Guide. ")
    (record,) = await world.records()
    assert record[0] == "document.ingested"
    assert (record[1]["tier"], record[1]["found"], record[1]["chunks"]) == ("INTERNAL", "PUBLIC", len(chunks))
    graph = await world.ledger.lineage(chunks[-1].chunk.chunk_id, Direction.UPSTREAM, 3, 100)
    assert outcome.document_id in {node.node_id for node in graph.nodes}


async def test_the_ledger_holds_no_text_title_or_source(world: World) -> None:
    await world.put("# Pumpenhandbuch\n\nGeheime Zeile.", source="ordner/handbuch.md")
    with pytest.raises(UnsupportedFormat):
        await world.ingest.document(Upload(data=b"\x00\x01", filename="handbuch.bin"), ADMIN)
    written = json.dumps(await world.records())
    for word in ("Pumpenhandbuch", "Geheime", "ordner", "handbuch"):
        assert word not in written


@pytest.mark.parametrize(
    ("text", "declared", "tier", "found", "overruled"),
    [
        ("about pumps", None, Tier.INTERNAL, Tier.PUBLIC, False),
        ("about pumps", Tier.PUBLIC, Tier.PUBLIC, Tier.PUBLIC, False),
        ("about pumps", Tier.PROPRIETARY, Tier.PROPRIETARY, Tier.PUBLIC, False),
        ("confidential", Tier.PUBLIC, Tier.INTERNAL, Tier.INTERNAL, True),
        ("confidential", None, Tier.INTERNAL, Tier.INTERNAL, False),
        ("about Apollo", Tier.INTERNAL, Tier.PROPRIETARY, Tier.PROPRIETARY, True),
        ("about Apollo", Tier.PROPRIETARY, Tier.PROPRIETARY, Tier.PROPRIETARY, False),
    ],
)
async def test_what_was_found_is_never_lowered_by_what_was_declared(
    world: World, text: str, declared: Tier | None, tier: Tier, found: Tier, overruled: bool
) -> None:
    outcome = await world.put(text, tier=declared)
    assert (outcome.tier, outcome.found_tier, outcome.overruled) == (tier, found, overruled)


async def test_without_findings_or_declaration_the_strategy_decides() -> None:
    world = World()
    world.classify.strategy = Strategy.AGGRESSIVE
    assert (await world.put("about pumps")).tier is Tier.PUBLIC


async def test_one_passage_decides_for_the_document_and_keeps_its_own_tier(world: World) -> None:
    text = "\n\n".join(f"# Part {n}\n\n" + ("Apollo " if n == 3 else "pumps ") * 150 for n in range(5))
    outcome = await world.put(text, tier=Tier.PUBLIC)
    _, chunks = world.stored[outcome.document_id]
    assert outcome.tier is Tier.PROPRIETARY
    assert {c.chunk.tier for c in chunks} == {Tier.PROPRIETARY}
    assert {c.chunk.own_tier for c in chunks} == {Tier.INTERNAL, Tier.PROPRIETARY}
    assert outcome.findings["ORG.PROJECT"] >= 1
    assert "ORG.PROJECT" in outcome.tags


async def test_what_only_the_hidden_parts_title_or_source_show_counts() -> None:
    class Hiding(PlainTextParser):
        async def parse(self, data: bytes, filename: str) -> Any:
            return replace(await super().parse(data, filename), everything="comment: Apollo")

    assert (await World(parser=Hiding()).put("pumps", tier=Tier.PUBLIC)).tier is Tier.PROPRIETARY
    assert (await World().put("pumps", tier=Tier.PUBLIC, title="Apollo plan")).tier is Tier.PROPRIETARY
    assert (await World().put("pumps", tier=Tier.PUBLIC, source="apollo/a.md")).tier is Tier.PROPRIETARY


async def test_an_unchanged_upload_writes_nothing(world: World) -> None:
    first = await world.put("about pumps", tier=Tier.PUBLIC)
    world.switch.arm(1)
    again = await world.put("about pumps", tier=Tier.PUBLIC)
    assert (again.status, again.document_id, again.tier) == ("unchanged", first.document_id, Tier.PUBLIC)
    assert world.parser.read_count == 1


@pytest.mark.parametrize("said", [{"tier": Tier.INTERNAL}, {"groups": frozenset({"x"})}, {"title": "New"}])
async def test_a_new_declaration_is_a_new_version(world: World, said: dict[str, Any]) -> None:
    await world.put("about pumps", tier=Tier.PUBLIC)
    assert (await world.put("about pumps", **({"tier": Tier.PUBLIC} | said))).status == "replaced"


async def test_a_new_ruleset_strategy_model_or_passage_size_ingests_again(world: World) -> None:
    await world.put("about pumps")
    world.ingest = world.again(ruleset=lambda: "rules-2")
    assert (await world.put("about pumps")).status == "replaced"
    world.classify.strategy = Strategy.CONSERVATIVE
    world.ingest = world.again(ruleset=lambda: "rules-2")
    assert (await world.put("about pumps")).status == "replaced"
    world.ingest = world.again(ruleset=lambda: "rules-2", embedder=None)
    assert (await world.put("about pumps")).status == "replaced"
    world.ingest = world.again(ruleset=lambda: "rules-2", embedder=None, pipeline="100 tokens")
    assert (await world.put("about pumps")).status == "replaced"
    assert (await world.put("about pumps")).status == "unchanged"


async def test_a_failed_layer_counts_as_proprietary_until_the_document_is_ingested_again(world: World) -> None:
    class Failing(Words):
        def __call__(self, text: str) -> Classification:
            found = (
                LayerResult(Layer.FAILURE, (failure("words", "dependency_timeout"),))
                if text
                else LayerResult(Layer.HEURISTIC)
            )
            return classify(text, [found], self.strategy, "rules-1")

    world.ingest = world.again(classify=Failing())
    assert (await world.put("about pumps", tier=Tier.PUBLIC)).tier is Tier.PROPRIETARY
    world.ingest = world.again()
    assert (await world.put("about pumps", tier=Tier.PUBLIC)).tier is Tier.PUBLIC


async def test_the_same_file_named_differently_is_unchanged(world: World, folder: Path) -> None:
    (first,) = await outcomes(world, folder / "b.md")
    again = next(o for o in await outcomes(world, folder.parent) if o.source.endswith("b.md"))
    assert (again.status, again.document_id) == ("unchanged", first.document_id)


async def test_a_new_version_takes_the_place_of_the_old_one(world: World) -> None:
    first = await world.put("old words")
    second = await world.put("new words")
    assert (second.status, second.document_id) == ("replaced", first.document_id)
    (stored,) = world.stored.values()
    assert [c.chunk.text for c in stored[1]] == ["new words"]


async def test_saying_nothing_neither_lowers_nor_opens(world: World) -> None:
    await world.put("about pumps", tier=Tier.PROPRIETARY, groups=frozenset({"legal"}))
    again = await world.put("about new pumps")
    assert (again.tier, again.groups) == (Tier.PROPRIETARY, frozenset({"legal"}))


async def test_what_a_person_changed_survives_the_same_upload_with_new_content(world: World) -> None:
    said: dict[str, Any] = {"tier": Tier.INTERNAL, "groups": frozenset({"staff"})}
    first = await world.put("about pumps", **said)
    await world.ingest.documents.change(first.document_id, Tier.PROPRIETARY, frozenset({"legal"}), "Renamed", ADMIN)
    assert (await world.put("about pumps", **said)).status == "unchanged"
    again = await world.put("about new pumps", **said)
    assert (again.tier, again.groups, again.title) == (Tier.PROPRIETARY, frozenset({"legal"}), "Renamed")
    lowered = await world.put("about new pumps", tier=Tier.PUBLIC, groups=frozenset({"staff"}))
    assert (lowered.tier, lowered.groups) == (Tier.PUBLIC, frozenset({"staff"}))


async def test_removing_what_was_found_lets_the_tier_fall(world: World) -> None:
    await world.put("about Apollo", tier=Tier.PUBLIC)
    assert (await world.put("about pumps", tier=Tier.PUBLIC)).tier is Tier.PUBLIC


async def test_documents_of_the_same_source_by_different_people_do_not_meet(world: World) -> None:
    anns = await world.put("mine", ANN, tier=Tier.PUBLIC)
    bobs = await world.put("mine", BOB, tier=Tier.PUBLIC)
    assert anns.document_id != bobs.document_id


async def test_an_explicit_id_of_somebody_else_is_refused(world: World) -> None:
    await world.put("mine", ANN, document_id="handbook", tier=Tier.PUBLIC)
    with pytest.raises(Forbidden):
        await world.put("not mine", BOB, document_id="handbook")
    assert (await world.put("by an administrator", document_id="handbook")).status == "replaced"
    assert (await world.ingest.documents.get("handbook", ADMIN)).owner == "ann"


@pytest.mark.parametrize(
    "upload",
    [
        Upload(),
        Upload(data=b"x", text="x"),
        Upload(text="lone \ud800 surrogate"),
        Upload(text="x", title="two\nlines"),
        Upload(text="x", title="x" * 501),
        Upload(text="x", document_id="a b"),
        Upload(text="x", document_id="dec_" + "0" * 32),
        Upload(text="x", groups=frozenset({""})),
    ],
)
async def test_unusable_uploads_are_refused(world: World, upload: Upload) -> None:
    with pytest.raises(InvalidInput) as refused:
        await world.ingest.document(upload, ADMIN)
    assert refused.value.cure
    assert await world.catalogue.page("", 10) == []


async def test_groups_of_others_cannot_be_named(world: World) -> None:
    with pytest.raises(Forbidden):
        await world.put("x", ANN, groups=frozenset({"board"}))
    assert (await world.put("x", ANN, groups=frozenset({"sales", EVERYONE}))).status == "stored"


@pytest.mark.parametrize(
    ("upload", "error"),
    [
        (Upload(data=bytes(20_000)), TooLarge),
        (Upload(data=b"\x00\x01"), UnsupportedFormat),
        (Upload(text=" \n"), UnreadableDocument),
    ],
)
async def test_refused_documents_are_recorded_and_store_nothing(
    world: World, upload: Upload, error: type[LacunaError]
) -> None:
    with pytest.raises(error):
        await world.ingest.document(upload, ADMIN)
    ((kind, data),) = await world.records()
    assert (kind, data["code"]) == ("document.refused", error.code)
    assert world.stored == {}


async def test_equal_passages_are_classified_and_embedded_once() -> None:
    world = World(max_file_bytes=100_000)
    outcome = await world.put("--\n" * 20_000, source="dashes.txt")
    assert outcome.chunks > 50
    assert len(world.embedder.texts) < 5
    assert len(world.classify.seen) < 8
    (_, chunks) = world.stored[outcome.document_id]
    assert len({chunk.chunk.chunk_id for chunk in chunks}) == outcome.chunks


async def test_a_document_of_too_many_passages_is_refused() -> None:
    world = World(max_chunks=50, max_file_bytes=100_000)
    with pytest.raises(TooLarge, match="at most 50"):
        await world.put("--\n" * 20_000)
    assert world.stored == {}
    assert [kind for kind, _ in await world.records()] == ["document.refused"]


async def test_an_embedder_that_is_not_local_is_refused() -> None:
    with pytest.raises(OutboundRefused):
        World(embedder=HashingEmbedder(local=False))


async def test_readers_see_what_they_may_read_and_nothing_else(world: World) -> None:
    public = await world.put("a", tier=Tier.PUBLIC, source="a")
    sales = await world.put("b", tier=Tier.INTERNAL, groups=frozenset({"sales"}), source="b")
    secret = await world.put("c", tier=Tier.PROPRIETARY, groups=frozenset({"sales"}), source="c")
    legal = await world.put("d", tier=Tier.INTERNAL, groups=frozenset({"legal"}), source="d")
    page = await world.ingest.documents.page("", 10, BOB)
    assert {document.document_id for document in page.documents} == {public.document_id, sales.document_id}
    assert page.next is None
    for hidden in (secret, legal):
        with pytest.raises(NotFound):
            await world.ingest.documents.get(hidden.document_id, BOB)
        with pytest.raises(NotFound):
            await world.ingest.documents.delete(hidden.document_id, BOB)


async def test_pages_continue_where_they_ended(world: World) -> None:
    ids = sorted([(await world.put(f"text {n}", source=f"s{n}", tier=Tier.PUBLIC)).document_id for n in range(5)])
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = await world.ingest.documents.page(cursor, 2, BOB)
        seen += [document.document_id for document in page.documents]
        cursor = page.next
    assert seen == ids


async def test_a_change_reaches_catalogue_passages_and_ledger(world: World) -> None:
    outcome = await world.put("about pumps", ANN, tier=Tier.INTERNAL)
    await world.ingest.documents.change(outcome.document_id, Tier.PROPRIETARY, frozenset({"sales"}), None, ANN)
    _, chunks = world.stored[outcome.document_id]
    assert {(c.chunk.tier, c.chunk.groups) for c in chunks} == {(Tier.PROPRIETARY, frozenset({"sales"}))}
    assert (await world.ingest.documents.get(outcome.document_id, ANN)).tier is Tier.PROPRIETARY
    kind, data = (await world.records())[-1]
    assert (kind, data["tier"], data["tier_before"]) == ("document.changed", "PROPRIETARY", "INTERNAL")


async def test_a_declared_tier_can_be_lowered_to_what_was_found_and_no_further(world: World) -> None:
    outcome = await world.put("confidential", tier=Tier.PROPRIETARY)
    changed = await world.ingest.documents.change(outcome.document_id, Tier.INTERNAL, None, None, ADMIN)
    assert changed.tier is Tier.INTERNAL
    with pytest.raises(TierConflict):
        await world.ingest.documents.change(outcome.document_id, Tier.PUBLIC, None, None, ADMIN)


async def test_a_telling_title_raises_the_tier(world: World) -> None:
    outcome = await world.put("about pumps", tier=Tier.PUBLIC)
    changed = await world.ingest.documents.change(outcome.document_id, None, None, "Apollo", ADMIN)
    assert (changed.tier, changed.found_tier) == (Tier.PROPRIETARY, Tier.PROPRIETARY)


async def test_only_the_owner_or_an_administrator_changes_or_deletes(world: World) -> None:
    outcome = await world.put("about pumps", ANN, tier=Tier.PUBLIC)
    with pytest.raises(Forbidden):
        await world.ingest.documents.change(outcome.document_id, Tier.INTERNAL, None, None, BOB)
    with pytest.raises(Forbidden):
        await world.ingest.documents.delete(outcome.document_id, BOB)
    await world.ingest.documents.delete(outcome.document_id, ANN)
    assert world.stored == {}
    with pytest.raises(NotFound):
        await world.ingest.documents.get(outcome.document_id, ANN)
    assert (await world.records())[-1][0] == "document.deleted"


async def run_killed(world: World, at: int, *, after: bool, text: str) -> bool:
    """Whether the ingest was acknowledged before write number `at` killed it."""
    world.switch.arm(at, after=after)
    try:
        await world.put(text, tier=Tier.PUBLIC)
    except Killed:
        return False
    finally:
        world.switch.disarm()
    return True


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(1, 6))
async def test_killed_at_any_write_a_new_document_is_whole_or_invisible_and_completes(at: int, after: bool) -> None:
    world = World()
    acknowledged = await run_killed(world, at, after=after, text="about pumps")
    visible = await world.catalogue.page("", 10)
    if visible:
        assert visible[0].document_id in world.stored
        assert "document.ingested" in [kind for kind, _ in await world.records()]
    assert visible or not acknowledged
    world.ingest = world.again()
    assert (await world.put("about pumps", tier=Tier.PUBLIC)).status in {"stored", "unchanged"}
    assert len(world.stored) == len(await world.catalogue.page("", 10)) == 1
    assert await world.ingest.recover() == 0


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(1, 5))
async def test_killed_at_any_write_a_new_version_is_recorded_before_it_is_seen(at: int, after: bool) -> None:
    world = World()
    await world.put("old pumps", tier=Tier.PUBLIC)
    await run_killed(world, at, after=after, text="new pumps")
    ((_, chunks),) = world.stored.values()
    recorded = [kind for kind, _ in await world.records()].count("document.ingested")
    assert chunks[0].chunk.text == "old pumps" or recorded == 2
    assert len(await world.catalogue.page("", 10)) == 1
    world.ingest = world.again()
    await world.put("new pumps", tier=Tier.PUBLIC)
    ((_, chunks),) = world.stored.values()
    assert [c.chunk.text for c in chunks] == ["new pumps"]
    assert (await world.put("new pumps", tier=Tier.PUBLIC)).status == "unchanged"


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(1, 5))
async def test_killed_at_any_write_a_deletion_is_completed_by_recovery(at: int, after: bool) -> None:
    world = World()
    outcome = await world.put("about pumps", tier=Tier.PUBLIC)
    world.switch.arm(at, after=after)
    with pytest.raises(Killed):
        await world.ingest.documents.delete(outcome.document_id, ADMIN)
    world.switch.disarm()
    untouched = at == 1 and not after
    world.ingest = world.again()
    await world.ingest.recover()
    assert bool(await world.catalogue.page("", 10)) == untouched
    assert bool(world.stored) == untouched
    assert await world.catalogue.unready() == []
    assert ("document.deleted" in [kind for kind, _ in await world.records()]) != untouched


async def test_recovery_removes_leftovers_and_records_it(world: World) -> None:
    await run_killed(world, 2, after=True, text="about pumps")
    assert await world.catalogue.unready()
    world.ingest = world.again()
    assert await world.ingest.recover() == 1
    assert (world.stored, await world.catalogue.unready()) == ({}, [])
    kind, data = (await world.records())[-1]
    assert (kind, data["reason"]) == ("document.deleted", "interrupted")


@pytest.mark.parametrize("at", range(1, 5))
async def test_a_full_disk_leaves_no_half_document(at: int) -> None:
    world = World()
    world.switch.arm(at, error=StorageFull("The disk is full.", cure="Free some space."))
    with pytest.raises(StorageFull):
        await world.put("about pumps", tier=Tier.PUBLIC)
    assert await world.catalogue.page("", 10) == []
    world.ingest = world.again()
    await world.ingest.recover()
    assert world.stored == {}
    assert (await world.put("about pumps", tier=Tier.PUBLIC)).status == "stored"


async def test_a_full_disk_keeps_the_version_before(world: World) -> None:
    await world.put("old pumps", tier=Tier.PUBLIC)
    world.switch.arm(2, error=StorageFull("The disk is full.", cure="Free some space."))
    with pytest.raises(StorageFull):
        await world.put("new pumps", tier=Tier.PUBLIC)
    ((_, chunks),) = world.stored.values()
    assert chunks[0].chunk.text == "old pumps"
    assert (await world.records())[-1][0] == "document.refused"


async def test_the_same_document_twice_at_once_is_stored_once(world: World) -> None:
    outcomes = await asyncio.gather(*(world.put("about pumps", tier=Tier.PUBLIC) for _ in range(5)))
    assert sorted(outcome.status for outcome in outcomes) == ["stored", *["unchanged"] * 4]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "my docs"
    (root / "sub").mkdir(parents=True)
    (root / ".hidden").mkdir()
    (root / "b.md").write_text("# B\n\nabout pumps")
    (root / "sub" / "a.txt").write_text("confidential")
    (root / "broken.bin").write_bytes(b"\x00\x01\x02")
    (root / "huge.txt").write_bytes(b"x" * 20_000)
    (root / ".hidden" / "no.md").write_text("hidden")
    (root / ".no.md").write_text("hidden")
    (tmp_path / "outside.md").write_text("outside")
    (root / "link.md").symlink_to(tmp_path / "outside.md")
    (root / "inside.md").symlink_to(root / "b.md")
    (root / "loop").symlink_to(root)
    return root


async def outcomes(world: World, *paths: Path, **said: Any) -> list[Outcome]:
    run = TakeIn(world.ingest).run(FolderSource(paths), Declared(**said), ADMIN)
    return [outcome async for outcome in run]


async def test_a_folder_is_walked_in_order_and_broken_files_do_not_stop_it(world: World, folder: Path) -> None:
    done = await outcomes(world, folder, tier=Tier.PUBLIC)
    assert [(outcome.source, outcome.status) for outcome in done] == [
        ("my docs/b.md", "stored"),
        ("my docs/broken.bin", "failed"),
        ("my docs/huge.txt", "failed"),
        ("my docs/inside.md", "stored"),
        ("my docs/sub/a.txt", "stored"),
    ]
    assert [outcome.error.code for outcome in done if outcome.error] == ["unsupported_format", "too_large"]
    assert [outcome.tier for outcome in done if not outcome.error] == [Tier.PUBLIC, Tier.PUBLIC, Tier.INTERNAL]


async def test_a_folder_again_is_unchanged(world: World, folder: Path) -> None:
    first = await outcomes(world, folder)
    again = await outcomes(world, folder, folder / "b.md")
    assert [o.status for o in again] == [o.status if o.status == "failed" else "unchanged" for o in first]


async def test_a_path_that_is_not_there_or_no_file_is_an_outcome(world: World, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    done = await outcomes(world, tmp_path / "nowhere", tmp_path / "pipe")
    assert [(outcome.status, outcome.error.code if outcome.error else "") for outcome in done] == [
        ("failed", "not_found"),
        ("failed", "invalid_input"),
    ]


async def test_the_number_of_files_is_told_first_and_a_run_can_be_left(world: World, folder: Path) -> None:
    told: list[int] = []
    run = TakeIn(world.ingest).run(FolderSource([folder]), Declared(), ADMIN, told.append)
    assert (await anext(run)).status == "stored"
    assert told == [5]
    await run.aclose()


async def test_a_store_that_cannot_write_ends_the_run(world: World, folder: Path) -> None:
    world.switch.arm(1, error=StorageFull("The disk is full.", cure="Free some space."))
    with pytest.raises(StorageFull):
        await outcomes(world, folder)
