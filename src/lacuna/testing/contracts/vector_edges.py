"""What every `VectorStore` does at the edges: odd names and texts, many groups, ties, limits, changes that meet.

A part of `lacuna.testing.contracts.vectors`; its fixtures are described there.
"""

import asyncio
from dataclasses import replace

import pytest

from lacuna.domain.errors import InvalidInput, StorageError
from lacuna.domain.identity import Reach
from lacuna.domain.retrieval import passages_state
from lacuna.domain.tiers import Tier
from lacuna.ports.vectors import IndexedChunk, VectorStore
from lacuna.testing.passages import FINGERPRINT, passage, unit

EVERYTHING = Reach(Tier.PROPRIETARY, frozenset(), all_groups=True)
_ODD = (
    "a,b",
    '"quoted"',
    "{curly}",
    "back\\slash",
    "100%",
    "NULL",
    "'; --",
    " blank ",
    "",
    "Zürich",
    "保守",
    "\U0001f600",
)


class VectorStoreEdges:
    many_groups = 10_000
    """Groups of one document and of one reach; an engine that stands in for a server may be asked for fewer."""

    @pytest.mark.parametrize("group", _ODD)
    async def test_a_group_is_a_name_whatever_it_holds(self, store: VectorStore, group: str) -> None:
        secret = passage("c1", "valve", tier=Tier.INTERNAL, groups=frozenset({group}), seed=1)
        await store.replace("doc", FINGERPRINT, [secret])
        for others in (frozenset(_ODD) - {group}, frozenset({group + "x", group.swapcase() + "y", "%", "*"})):
            assert await store.dense(unit(1), FINGERPRINT, Reach(Tier.PROPRIETARY, others), 5) == []
            assert await store.lexical("valve", Reach(Tier.PROPRIETARY, others), 5) == []
        own = Reach(Tier.INTERNAL, frozenset({group}))
        assert [s.chunk for s in await store.dense(unit(1), FINGERPRINT, own, 5)] == [secret.chunk]
        assert [s.chunk for s in await store.lexical("valve", own, 5)] == [secret.chunk]

    async def test_a_reach_without_groups_sees_public_only(self, store: VectorStore) -> None:
        none: frozenset[str] = frozenset()
        await store.replace("p", "", [passage("p", "valve", document_id="p", groups=none)])
        await store.replace("i", "", [passage("i", "valve", document_id="i", tier=Tier.INTERNAL, groups=none)])
        everybody = frozenset({"everyone"})
        await store.replace("e", "", [passage("e", "valve", document_id="e", tier=Tier.INTERNAL, groups=everybody)])
        assert [s.chunk.chunk_id for s in await store.lexical("valve", Reach(Tier.PROPRIETARY, none), 9)] == ["p"]
        seen = await store.lexical("valve", Reach(Tier.PROPRIETARY, everybody), 9)
        assert {s.chunk.chunk_id for s in seen} == {"p", "e"}
        assert len(await store.lexical("valve", EVERYTHING, 9)) == 3

    async def test_groups_may_be_many(self, store: VectorStore) -> None:
        many = frozenset(f"group {n}" for n in range(self.many_groups))
        wide = passage("c1", "valve", tier=Tier.INTERNAL, groups=many, seed=1)
        await store.replace("doc", FINGERPRINT, [wide])
        [found] = await store.dense(
            unit(1), FINGERPRINT, Reach(Tier.INTERNAL, frozenset({f"group {self.many_groups - 1}"})), 5
        )
        assert found.chunk.groups == many
        reach = Reach(Tier.INTERNAL, frozenset(f"other {n}" for n in range(self.many_groups)))
        assert await store.dense(unit(1), FINGERPRINT, reach, 5) == []
        wider = replace(reach, groups=reach.groups | {"group 0"})
        assert len(await store.dense(unit(1), FINGERPRINT, wider, 5)) == 1
        assert len(await store.lexical("valve", wider, 5)) == 1

    async def test_no_reach_is_a_name_that_cannot_be_stored(self, store: VectorStore) -> None:
        await store.replace("doc", FINGERPRINT, [passage("c1", "valve", tier=Tier.INTERNAL, seed=1)])
        odd = Reach(Tier.PROPRIETARY, frozenset({"\x00", "every\x00one", "\ud800"}))
        assert await store.dense(unit(1), FINGERPRINT, odd, 5) == []
        assert await store.lexical("valve", odd, 5) == []

    async def test_any_character_is_read_back(self, store: VectorStore) -> None:
        text = "valve \x00 \x01\x1f\x7f \u2028 \ufeff \U0010ffff \u0301 \r\n\t end"
        odd = replace(passage("c1", text, title="\x00title", seed=1).chunk, heading="a\x00", source="s\x00")
        await store.replace("doc", FINGERPRINT, [IndexedChunk(odd, unit(1))])
        assert await store.chunks(["c1"]) == [odd]
        assert [s.chunk for s in await store.lexical("end", EVERYTHING, 5)] == [odd]

    async def test_long_passages_and_many_of_them_are_whole(self, store: VectorStore) -> None:
        long = passage("long", "valve " + " ".join(f"w{n}" for n in range(20_000)), seed=1)
        more = [passage(f"c{n}", "pump", seed=n) for n in range(300)]
        await store.replace("doc", FINGERPRINT, [long, *more])
        assert [chunk.text for chunk in await store.chunks(["long"])] == [long.chunk.text]
        assert len(await store.dense(unit(1), FINGERPRINT, EVERYTHING, 1_000)) == 301
        assert len(await store.lexical("pump", EVERYTHING, 1_000)) == 300

    async def test_equals_come_in_one_order(self, store: VectorStore, other: VectorStore) -> None:
        for n in (5, 3, 9, 1):
            name = f"d{n}"
            await store.replace(name, FINGERPRINT, [passage(f"c{n}", "valve", document_id=name, seed=1)])
        dense = [s.chunk for s in await store.dense(unit(1), FINGERPRINT, EVERYTHING, 9)]
        lexical = [s.chunk for s in await store.lexical("valve", EVERYTHING, 9)]
        for again in (store, other):
            assert [s.chunk for s in await again.dense(unit(1), FINGERPRINT, EVERYTHING, 9)] == dense
            assert [s.chunk for s in await again.lexical("valve", EVERYTHING, 9)] == lexical
            assert [s.chunk for s in await again.dense(unit(1), FINGERPRINT, EVERYTHING, 2)] == dense[:2]
            assert [s.chunk for s in await again.lexical("valve", EVERYTHING, 2)] == lexical[:2]

    async def test_a_removed_document_is_nowhere(self, store: VectorStore, other: VectorStore) -> None:
        await store.replace("doc", FINGERPRINT, [passage(f"c{n}", "valve", seed=n) for n in range(3)])
        await store.remove("doc")
        for each in (store, other):
            assert await each.chunks(["c0", "c1", "c2"]) == []
            assert await each.document_ids() == frozenset()
            assert each.corpus(FINGERPRINT).nearest(unit(1), 5) == []
            assert await each.lexical("valve", EVERYTHING, 5) == []

    async def test_a_passage_keeps_its_rights_through_a_retag_that_is_under_way(
        self, store: VectorStore, other: VectorStore
    ) -> None:
        states = {(Tier.INTERNAL, frozenset({"sales"})), (Tier.PROPRIETARY, frozenset({"engineering"}))}

        async def write() -> None:
            for _ in range(10):
                for tier, groups in states:
                    await store.retag("doc", tier, groups)

        first = [passage(f"c{n}", "valve", tier=Tier.INTERNAL, groups=frozenset({"sales"}), seed=n) for n in range(3)]
        await store.replace("doc", FINGERPRINT, first)
        writing = asyncio.create_task(write())
        while not writing.done():
            await asyncio.sleep(0)
            found = await other.dense(unit(1), FINGERPRINT, EVERYTHING, 9)
            assert {(s.chunk.tier, s.chunk.groups) for s in found} <= states
            assert len({s.chunk.tier for s in found}) == 1
        await writing

    async def test_of_writers_that_meet_one_is_last_and_whole(self, store: VectorStore, other: VectorStore) -> None:
        def version(name: str) -> list[IndexedChunk]:
            return [passage(f"{name}{n}", "valve", seed=n) for n in range(4)]

        await asyncio.gather(
            *(one.replace("doc", FINGERPRINT, version(f"{who}-{n}-")) for n in range(6) for who, one in
              (("a", store), ("b", other)))
        )  # fmt: skip
        found = await store.dense(unit(1), FINGERPRINT, EVERYTHING, 99)
        assert len(found) == 4
        assert len({s.chunk.chunk_id[:4] for s in found}) == 1

    async def test_a_document_can_be_taken_out_whole_and_put_into_another_store(self, store: VectorStore) -> None:
        given = [passage(f"c{n}", f"valve \x00 {n}", title="T", seed=n) for n in (3, 1, 2)]
        await store.replace("doc", FINGERPRINT, given)
        await store.replace("words", "", [passage("w", "pump", document_id="words")])
        await store.retag("doc", Tier.INTERNAL, frozenset({"sales"}))
        found = await store.stored("doc")
        assert found is not None
        assert found.fingerprint == FINGERPRINT
        retagged = [replace(item.chunk, tier=Tier.INTERNAL, groups=frozenset({"sales"})) for item in given]
        assert [item.chunk for item in found.chunks] == retagged
        for item, before in zip(found.chunks, given, strict=True):
            assert item.vector is not None
            assert before.vector is not None
            assert item.vector.tolist() == before.vector.tolist()
        [without] = (await store.stored("words") or found).chunks
        assert without.vector is None
        assert await store.stored("nobody") is None

    async def test_the_states_of_documents_tell_their_versions_and_rights(self, store: VectorStore) -> None:
        assert await store.states() == {}
        await store.replace("doc", FINGERPRINT, [passage(f"c{n}", "valve", seed=n) for n in (2, 1)])
        everyone = frozenset({"everyone"})
        assert await store.states() == {"doc": passages_state(Tier.PUBLIC, everyone, ["c1", "c2"])}
        await store.retag("doc", Tier.INTERNAL, frozenset({"b", "a"}))
        assert await store.states() == {"doc": passages_state(Tier.INTERNAL, ["a", "b"], ["c2", "c1"])}
        await store.replace("doc", FINGERPRINT, [passage("c3", "valve", seed=3)])
        assert await store.states() == {"doc": passages_state(Tier.PUBLIC, everyone, ["c3"])}
        await store.remove("doc")
        assert await store.states() == {}

    async def test_a_question_of_another_length_is_refused(self, store: VectorStore) -> None:
        await store.replace("doc", FINGERPRINT, [passage("c1", "valve", seed=1)])
        with pytest.raises(InvalidInput):
            await store.dense(unit(1)[:-1], FINGERPRINT, EVERYTHING, 5)
        with pytest.raises(InvalidInput):
            store.corpus(FINGERPRINT).nearest(unit(1)[:-1], 5)

    async def test_a_closed_store_says_so(self, store: VectorStore) -> None:
        await store.close()
        with pytest.raises(StorageError):
            await store.lexical("valve", EVERYTHING, 5)
        with pytest.raises(StorageError):
            await store.remove("doc")
