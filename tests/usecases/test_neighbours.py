"""The text beside a passage: whole words, nothing twice, nothing that the asker may not read."""

from dataclasses import replace

import pytest

from lacuna.domain.identity import Reach
from lacuna.domain.retrieval import Hit
from lacuna.domain.tiers import Tier
from lacuna.usecases.neighbours import Neighbours
from tests.usecases.test_ingest import ADMIN, World

EVERYTHING = Reach(Tier.PROPRIETARY, frozenset(), all_groups=True)
TEXT = "\n\n".join(
    " ".join(f"Section {section} sentence {n} speaks of item {section * 100 + n} at length." for n in range(30))
    for section in range(3)
)


async def hits_of(world: World) -> list[Hit]:
    await world.put(TEXT, document_id="d", tier=Tier.INTERNAL)
    _, passages = world.stored["d"]
    assert len(passages) > 4
    return [Hit(item.chunk, 0.5) for item in passages]


def beside(world: World, tokens: int) -> Neighbours:
    return Neighbours(world.store, world.catalogue, world.keys, tokens)


@pytest.mark.parametrize("tokens", [40, 400, 4_000])
async def test_what_stands_around_a_passage_is_added_in_order_and_once(tokens: int) -> None:
    world = World()
    hits = await hits_of(world)
    [(chunk_id, text)] = (await beside(world, tokens).widened([hits[2]], EVERYTHING)).items()
    assert chunk_id == hits[2].chunk.chunk_id
    assert hits[2].chunk.text in text
    assert len(hits[2].chunk.text) < len(text) <= len(hits[2].chunk.text) + 4 * tokens + 2
    assert "".join(text.split()) in "".join(TEXT.split())


async def test_neighbours_that_were_found_themselves_are_not_repeated() -> None:
    world = World()
    hits = await hits_of(world)
    wide = await beside(world, 4_000).widened(hits[1:4], EVERYTHING)
    assert wide[hits[2].chunk.chunk_id] == hits[2].chunk.text


async def test_a_document_that_is_out_of_reach_by_now_gives_nothing_more() -> None:
    world = World()
    hits = await hits_of(world)
    outsider = Reach(Tier.PUBLIC, frozenset())
    assert await beside(world, 400).widened([hits[2]], outsider) == {hits[2].chunk.chunk_id: hits[2].chunk.text}
    await world.ingest.documents.delete("d", ADMIN)
    assert await beside(world, 400).widened([hits[2]], EVERYTHING) == {hits[2].chunk.chunk_id: hits[2].chunk.text}


async def test_a_passage_of_an_older_version_gets_no_newer_text() -> None:
    world = World()
    hits = await hits_of(world)
    older = replace(hits[2], chunk=replace(hits[2].chunk, chunk_id="chk_of_before"))
    assert await beside(world, 400).widened([older], EVERYTHING) == {"chk_of_before": older.chunk.text}


async def test_without_room_nothing_is_read() -> None:
    world = World()
    assert await beside(world, 0).widened(await hits_of(world), EVERYTHING) == {}
