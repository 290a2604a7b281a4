"""What every `VectorStore` does.

Subclass with the fixtures `store`, an empty one, and `other`, a second one on the same data, as another process has it.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lacuna.domain.errors import InvalidInput
from lacuna.domain.identity import Reach
from lacuna.domain.retrieval import Chunk, Scored
from lacuna.domain.tiers import Tier
from lacuna.ports.embeddings import Vectors
from lacuna.ports.vectors import IndexedChunk, VectorStore
from lacuna.testing.contracts.vector_edges import EVERYTHING, VectorStoreEdges
from lacuna.testing.passages import DIMENSION, FINGERPRINT, passage, unit

SALES = frozenset({"sales"})
ENGINEERING = frozenset({"engineering"})


def ids(found: Sequence[Scored]) -> list[str]:
    return [scored.chunk.chunk_id for scored in found]


class Change(NamedTuple):
    """One step of a history: chunks of `document` get `tier` and `groups`; `chunks` None retags, 0 removes."""

    document: int
    chunks: int | None
    tier: Tier
    groups: frozenset[str]


class Outside(NamedTuple):
    """A change of a document that the asker may not see: `texts` None retags it, none at all removes it."""

    document: int
    texts: tuple[str, ...] | None
    tier: Tier
    groups: frozenset[str]
    seed: int


# One suite runs for several classes, and an example begins by emptying the store it shares with the others.
_SHARED = [HealthCheck.function_scoped_fixture, HealthCheck.differing_executors]
_GROUPS = st.frozensets(st.sampled_from(["sales", "engineering", "everyone"]))
_TIERS = st.sampled_from(Tier)
_HISTORIES = st.lists(
    st.builds(Change, st.integers(0, 3), st.none() | st.integers(0, 3), _TIERS, _GROUPS), min_size=1, max_size=8
)
_WITHIN = (
    "the valve leaks at the seal",
    "the valve",
    "a pump stands beside the valve of the line",
    "the pump runs and the seal leaks",
    "the valve",
    "Ventile und Pumpen",
)
_ASKER = Reach(Tier.INTERNAL, SALES)
_OUTSIDE = st.builds(
    Outside,
    st.integers(0, 2),
    st.none()
    | st.lists(st.text("valve pump seal the leaks", max_size=40) | st.sampled_from(_WITHIN), max_size=3).map(tuple),
    st.sampled_from([Tier.INTERNAL, Tier.PROPRIETARY]),
    st.sampled_from([ENGINEERING, frozenset({"everyone", "engineering"}), frozenset()]),
    st.integers(0, 5),
)
_REACHES = st.builds(Reach, _TIERS, _GROUPS, st.booleans())


class VectorStoreContract(VectorStoreEdges):
    async def test_a_stored_chunk_is_read_back_as_it_was(self, store: VectorStore) -> None:
        full = replace(
            passage(
                "c1", "Wartung \u4fdd\u5b88 \U0001f600", tier=Tier.INTERNAL, groups=SALES, seed=1, title="Title"
            ).chunk,
            ordinal=7,
            start=12,
            own_tier=Tier.INTERNAL,
            heading='A "heading"',
            page=3,
            source="handbook/page.md",
        )
        await store.replace("doc", FINGERPRINT, [IndexedChunk(full, unit(1))])
        assert await store.chunks(["c1"]) == [full]
        assert [scored.chunk for scored in await store.dense(unit(1), FINGERPRINT, EVERYTHING, 5)] == [full]
        assert [scored.chunk for scored in await store.lexical("wartung", EVERYTHING, 5)] == [full]

    async def test_dense_ranks_by_cosine(self, store: VectorStore) -> None:
        await store.replace("doc", FINGERPRINT, [passage(f"c{seed}", "text", seed=seed) for seed in range(20)])
        found = await store.dense(unit(7), FINGERPRINT, EVERYTHING, 5)
        expected = sorted(range(20), key=lambda seed: -float(unit(7) @ unit(seed)))[:5]
        assert ids(found) == [f"c{seed}" for seed in expected]
        assert found[0].score == pytest.approx(1.0, abs=1e-5)

    async def test_vectors_of_another_fingerprint_are_not_compared(self, store: VectorStore) -> None:
        await store.replace("doc", FINGERPRINT, [passage("c1", "text", seed=1)])
        assert await store.dense(unit(1), "other:8", EVERYTHING, 5) == []

    async def test_a_chunk_without_a_vector_is_found_by_words_only(self, store: VectorStore) -> None:
        await store.replace("doc", "", [passage("c1", "pressure valve")])
        assert await store.dense(unit(1), FINGERPRINT, EVERYTHING, 5) == []
        assert ids(await store.lexical("valve", EVERYTHING, 5)) == ["c1"]

    async def test_lexical_prefers_chunks_with_more_and_rarer_words(self, store: VectorStore) -> None:
        texts = ["the valve leaks", "the valve", "the pump", "the pump runs", "the pump stands"]
        await store.replace("doc", "", [passage(f"c{n}", text) for n, text in enumerate(texts)])
        assert ids(await store.lexical("the valve leaks", EVERYTHING, 2)) == ["c0", "c1"]

    async def test_of_two_documents_the_one_that_goes_on_about_it_is_better(self, store: VectorStore) -> None:
        said = ["the valve leaks here", "the valve again", "more of the valve"]
        passing = ["the valve leaks here", "a pump stands there", "and a hose"]
        for name, texts in (("a", passing), ("b", said), ("c", said[:1])):
            chunks = [passage(f"{name}{n}", text, document_id=name) for n, text in enumerate(texts)]
            await store.replace(name, "", chunks)
        found = {scored.chunk.chunk_id: scored.score for scored in await store.lexical("valve leaks", EVERYTHING, 9)}
        assert found["a0"] < found["b0"]
        assert found["a0"] < found["c0"]
        assert list(found.values()) == sorted(found.values(), reverse=True)

    async def test_a_title_can_be_searched_for(self, store: VectorStore) -> None:
        await store.replace("doc", "", [passage("c1", "see below", title="Torque table")])
        assert ids(await store.lexical("torque", EVERYTHING, 5)) == ["c1"]

    @pytest.mark.parametrize(
        "question",
        [
            '"',
            "valve AND",
            "NEAR(",
            "title:x",
            "-valve",
            "*",
            "^",
            "",
            "   ",
            "\x00",
            "'; DROP TABLE chunks; --",
            "\ud800",
        ],
    )
    async def test_a_question_is_data_not_a_query(self, store: VectorStore, question: str) -> None:
        await store.replace("doc", "", [passage("c1", "pressure valve")])
        assert ids(await store.lexical(question, EVERYTHING, 5)) in ([], ["c1"])

    @settings(max_examples=50, suppress_health_check=_SHARED)
    @given(question=st.text(max_size=60))
    async def test_any_question_is_answered(self, store: VectorStore, question: str) -> None:
        await store.replace("doc", "", [passage("c1", question + " valve")])
        assert ids(await store.lexical(question + " valve", EVERYTHING, 5)) == ["c1"]

    @settings(max_examples=40, suppress_health_check=_SHARED)
    @given(history=_HISTORIES, reach=_REACHES)
    async def test_searches_equal_looking_at_every_permitted_chunk(
        self, store: VectorStore, history: list[Change], reach: Reach
    ) -> None:
        for document_id in await store.document_ids():
            await store.remove(document_id)
        model = await _played(store, history)
        permitted = [item for items in model.values() for item in items if _permits(reach, item.chunk)]
        nearest = sorted(permitted, key=lambda item: -float(unit(1) @ _vector(item)))
        assert ids(await store.dense(unit(1), FINGERPRINT, reach, 100)) == [item.chunk.chunk_id for item in nearest]
        found = await store.lexical("valve", reach, 100)
        assert {scored.chunk.chunk_id: scored.chunk for scored in found} == {
            item.chunk.chunk_id: item.chunk for item in permitted
        }
        assert await store.document_ids() == {name for name, items in model.items() if items}

    async def test_the_filter_comes_before_the_limit(self, store: VectorStore) -> None:
        best = [
            passage(f"s{n}", "valve valve", document_id="a", tier=Tier.INTERNAL, groups=SALES, seed=1) for n in range(9)
        ]
        await store.replace("a", FINGERPRINT, best)
        await store.replace("b", FINGERPRINT, [passage("p", "a pump, a valve and more", document_id="b", seed=2)])
        reach = Reach(Tier.INTERNAL, ENGINEERING)
        assert ids(await store.dense(unit(1), FINGERPRINT, reach, 1)) == ["p"]
        assert ids(await store.lexical("valve", reach, 1)) == ["p"]

    @settings(max_examples=15, suppress_health_check=_SHARED)
    @given(changes=st.lists(_OUTSIDE, min_size=1, max_size=6))
    async def test_nothing_tells_of_documents_out_of_reach(self, store: VectorStore, changes: list[Outside]) -> None:
        """Not even to the last bit: how common a word is, how long texts are, what else fills a list."""
        for document_id in await store.document_ids():
            await store.remove(document_id)
        for n, text in enumerate(_WITHIN):
            texts = [text, *_WITHIN[: n // 4]]
            visible = [
                passage(f"in{n}-{m}", each, document_id=f"in{n}", tier=Tier(n % 2), groups=SALES, seed=(n + m) % 4)
                for m, each in enumerate(texts)
            ]
            await store.replace(f"in{n}", FINGERPRINT, visible)
        before = await _seen(store)
        assert before[0]
        assert before[1]
        for step, change in enumerate(changes):
            await _change_outside(store, change, step)
            assert await _seen(store) == before

    async def test_a_group_alone_or_a_clearance_alone_is_not_enough(self, store: VectorStore) -> None:
        await store.replace("doc", "", [passage("c1", "valve", tier=Tier.PROPRIETARY, groups=SALES)])
        assert await store.lexical("valve", Reach(Tier.INTERNAL, SALES), 5) == []
        assert await store.lexical("valve", Reach(Tier.PROPRIETARY, ENGINEERING), 5) == []
        assert ids(await store.lexical("valve", Reach(Tier.PROPRIETARY, SALES), 5)) == ["c1"]

    async def test_replacing_leaves_nothing_of_the_old(self, store: VectorStore) -> None:
        await store.replace("doc", FINGERPRINT, [passage(f"old{n}", "valve", seed=n) for n in range(3)])
        await store.replace("doc", FINGERPRINT, [passage("new", "pump", seed=9)])
        assert await store.lexical("valve", EVERYTHING, 5) == []
        assert ids(await store.dense(unit(0), FINGERPRINT, EVERYTHING, 5)) == ["new"]
        assert await store.chunks(["old0", "new", "old1"]) == [passage("new", "pump").chunk]

    async def test_replacing_may_keep_chunk_ids(self, store: VectorStore) -> None:
        await store.replace("doc", FINGERPRINT, [passage("c1", "valve", seed=1)])
        await store.replace("doc", FINGERPRINT, [passage("c1", "pump", seed=2)])
        assert [chunk.text for chunk in await store.chunks(["c1"])] == ["pump"]

    async def test_replacing_with_nothing_leaves_no_document(self, store: VectorStore) -> None:
        await store.replace("doc", FINGERPRINT, [passage("c1", "valve", seed=1)])
        await store.replace("doc", FINGERPRINT, [])
        assert await store.document_ids() == frozenset()
        assert await store.remove("doc") is False

    async def test_removing_says_whether_there_was_something(self, store: VectorStore) -> None:
        await store.replace("doc", FINGERPRINT, [passage("c1", "valve", seed=1)])
        assert await store.remove("doc") is True
        assert await store.remove("doc") is False
        assert await store.dense(unit(1), FINGERPRINT, EVERYTHING, 5) == []
        assert await store.lexical("valve", EVERYTHING, 5) == []

    async def test_retagging_takes_effect_at_once(self, store: VectorStore) -> None:
        await store.replace("doc", FINGERPRINT, [passage("c1", "valve", seed=1)])
        await store.retag("doc", Tier.PROPRIETARY, SALES)
        everyone = Reach(Tier.PROPRIETARY, frozenset({"everyone"}))
        assert await store.dense(unit(1), FINGERPRINT, everyone, 5) == []
        assert await store.lexical("valve", everyone, 5) == []
        [found] = await store.dense(unit(1), FINGERPRINT, Reach(Tier.PROPRIETARY, SALES), 5)
        assert (found.chunk.tier, found.chunk.groups) == (Tier.PROPRIETARY, SALES)

    async def test_retagging_an_unknown_document_does_nothing(self, store: VectorStore) -> None:
        await store.retag("nobody", Tier.PROPRIETARY, SALES)
        assert await store.document_ids() == frozenset()

    async def test_another_instance_sees_each_change_at_once(self, store: VectorStore, other: VectorStore) -> None:
        async def seen() -> tuple[list[str], list[str]]:
            reach = Reach(Tier.INTERNAL, SALES)
            dense = await other.dense(unit(1), FINGERPRINT, reach, 9)
            return ids(dense), ids(await other.lexical("valve", reach, 9))

        assert await seen() == ([], [])
        await store.replace("doc", FINGERPRINT, [passage("c1", "valve", seed=1)])
        assert await seen() == (["c1"], ["c1"])
        await store.retag("doc", Tier.INTERNAL, ENGINEERING)
        assert await seen() == ([], [])
        await other.retag("doc", Tier.INTERNAL, SALES)
        assert ids(await store.dense(unit(1), FINGERPRINT, Reach(Tier.INTERNAL, SALES), 9)) == ["c1"]
        await store.remove("doc")
        assert await seen() == ([], [])

    async def test_a_search_never_sees_half_a_replacement(self, store: VectorStore, other: VectorStore) -> None:
        def version(number: int) -> list[IndexedChunk]:
            return [passage(f"v{number}-{n}", "valve", seed=n) for n in range(4)]

        async def write() -> None:
            for number in range(1, 30):
                await store.replace("doc", FINGERPRINT, version(number))

        await store.replace("doc", FINGERPRINT, version(0))
        writing = asyncio.create_task(write())
        while not writing.done():
            await asyncio.sleep(0)
            for found in (
                await other.dense(unit(1), FINGERPRINT, EVERYTHING, 9),
                await other.lexical("valve", EVERYTHING, 9),
            ):
                assert len(found) == 4
                assert len({scored.chunk.chunk_id.partition("-")[0] for scored in found}) == 1
        await writing

    @pytest.mark.parametrize(
        "wrong",
        [
            lambda: [passage("c1", "text", document_id="another", seed=1)],
            lambda: [passage("c1", "text", seed=1), passage("c1", "text", seed=2)],
            lambda: [passage("taken", "text", seed=1)],
            lambda: [replace(passage("c1", "text"), vector=np.full(DIMENSION, np.nan, dtype=np.float32))],
            lambda: [passage("c1", "\ud800", seed=1)],
        ],
        ids=["of another document", "twice", "id of another document's chunk", "not finite", "no Unicode"],
    )
    async def test_what_does_not_fit_is_refused_whole(
        self, store: VectorStore, wrong: Callable[[], list[IndexedChunk]]
    ) -> None:
        await store.replace("first", FINGERPRINT, [passage("taken", "valve", document_id="first", seed=3)])
        await store.replace("doc", FINGERPRINT, [passage("kept", "pump", seed=4)])
        with pytest.raises(InvalidInput):
            await store.replace("doc", FINGERPRINT, wrong())
        assert [chunk.text for chunk in await store.chunks(["kept", "taken"])] == ["pump", "valve"]

    async def test_a_corpus_looks_at_every_passage_whoever_may_read_it(self, store: VectorStore) -> None:
        await store.replace("a", FINGERPRINT, [passage("a1", "valve", document_id="a", seed=1)])
        secret = passage("b1", "pump", document_id="b", tier=Tier.PROPRIETARY, groups=frozenset(), seed=2)
        await store.replace("b", FINGERPRINT, [secret])
        await store.replace("c", "another:model", [passage("c1", "hose", document_id="c", seed=1)])
        corpus = store.corpus(FINGERPRINT)
        assert [tier for _, tier in corpus.nearest(unit(1), 9)] == [Tier.PUBLIC, Tier.PROPRIETARY]
        [(score, tier)] = corpus.nearest(unit(2), 1)
        assert score == pytest.approx(1.0, abs=1e-5)
        assert tier is Tier.PROPRIETARY
        assert store.corpus("nobody:s").nearest(unit(1), 9) == []

    async def test_a_corpus_follows_every_change_at_once(self, store: VectorStore, other: VectorStore) -> None:
        corpus = other.corpus(FINGERPRINT)
        seen = [(corpus.version, list(corpus.nearest(unit(1), 5)))]

        def look() -> list[Tier]:
            found = list(corpus.nearest(unit(1), 5))
            seen.append((corpus.version, found))
            return [tier for _, tier in found]

        await store.replace("doc", FINGERPRINT, [passage("c1", "valve", seed=1)])
        assert look() == [Tier.PUBLIC]
        await store.retag("doc", Tier.INTERNAL, SALES)
        assert look() == [Tier.INTERNAL]
        await other.retag("doc", Tier.PROPRIETARY, SALES)
        assert look() == [Tier.PROPRIETARY]
        await store.remove("doc")
        assert look() == []
        versions = [version for version, _ in seen]
        assert len(set(versions)) == len(versions)

    async def test_it_can_be_checked(self, store: VectorStore) -> None:
        await store.check()


async def _seen(store: VectorStore) -> tuple[list[Scored], ...]:
    """Every answer of a few searches, short and long ones."""
    asked = ("which valve leaks", "pumps", "the")
    found = [await store.lexical(text, _ASKER, limit) for text in asked for limit in (2, 50)]
    return (
        *found,
        *[await store.dense(unit(seed), FINGERPRINT, _ASKER, limit) for seed in (1, 2) for limit in (2, 50)],
    )


async def _change_outside(store: VectorStore, change: Outside, step: int) -> None:
    name = f"out{change.document}"
    if change.texts is None:
        await store.retag(name, change.tier, change.groups)
    elif not change.texts:
        await store.remove(name)
    else:
        chunks = [
            passage(
                f"{name}-{step}-{n}",
                text,
                document_id=name,
                tier=change.tier,
                groups=change.groups,
                seed=change.seed,
                title=text,
            )
            for n, text in enumerate(change.texts)
        ]
        await store.replace(name, FINGERPRINT, chunks)


async def _played(store: VectorStore, history: Sequence[Change]) -> dict[str, list[IndexedChunk]]:
    """Runs a history on the store and on a dictionary."""
    model: dict[str, list[IndexedChunk]] = {}
    seeds = count(100)
    for step, change in enumerate(history):
        name = f"d{change.document}"
        if change.chunks is None:
            await store.retag(name, change.tier, change.groups)
            model[name] = [_retagged(item, change) for item in model.get(name, [])]
        elif change.chunks == 0:
            assert await store.remove(name) is bool(model.pop(name, []))
        else:
            model[name] = [
                passage(
                    f"{name}-{step}-{n}",
                    "valve",
                    document_id=name,
                    tier=change.tier,
                    groups=change.groups,
                    seed=next(seeds),
                )
                for n in range(change.chunks)
            ]
            await store.replace(name, FINGERPRINT, model[name])
    return model


def _retagged(item: IndexedChunk, change: Change) -> IndexedChunk:
    return replace(item, chunk=replace(item.chunk, tier=change.tier, groups=change.groups))


def _vector(item: IndexedChunk) -> Vectors:
    assert item.vector is not None
    return item.vector


def _permits(reach: Reach, chunk: Chunk) -> bool:
    """The rule written out anew, so that a fault in the domain's shows."""
    shares = reach.all_groups or bool(reach.groups & chunk.groups)
    return chunk.tier == Tier.PUBLIC or (int(chunk.tier) <= int(reach.clearance) and shares)
