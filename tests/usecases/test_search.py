"""Hybrid search: what is found, what is never shown, and what happens when a part fails."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.domain.errors import DependencyTimeout, InvalidInput, StorageLocked
from lacuna.domain.identity import Reach
from lacuna.domain.retrieval import Document, Scored
from lacuna.domain.tiers import Tier
from lacuna.ports.vectors import IndexedChunk
from lacuna.testing.fakes.catalogue import InMemoryCatalogue
from lacuna.testing.fakes.embedder import HashingEmbedder
from lacuna.testing.fakes.reranker import SharedWordsReranker
from lacuna.testing.fakes.vectors import InMemoryVectorStore
from lacuna.testing.passages import passage
from lacuna.usecases.search import MAX_TOP_K, Found, Search

EVERYTHING = Reach(Tier.PROPRIETARY, frozenset(), all_groups=True)
SALES = frozenset({"sales"})
EMBEDDER = HashingEmbedder(256)


class BrokenStore(InMemoryVectorStore):
    async def lexical(self, text: str, reach: Reach, limit: int) -> list[Scored]:
        raise StorageLocked("Another process holds the store.")


class BrokenDenseStore(InMemoryVectorStore):
    async def dense(self, vector: npt.NDArray[np.float32], fingerprint: str, reach: Reach, limit: int) -> list[Scored]:
        raise StorageLocked("Another process holds the store.")


def document(document_id: str, tier: Tier = Tier.PUBLIC, groups: frozenset[str] = frozenset()) -> Document:
    return Document(
        document_id=document_id,
        title="",
        source="",
        tier=tier,
        found_tier=tier,
        groups=groups,
        tags=(),
        chunks=1,
        text_length=1,
        content_hmac="",
        media_type="text/plain",
        ruleset="",
        owner="",
        updated_at=0,
    )


async def stored(
    texts: Sequence[tuple[str, str, Tier, frozenset[str]]], store: InMemoryVectorStore, catalogue: InMemoryCatalogue
) -> None:
    """One document a text."""
    for document_id, text, tier, groups in texts:
        item = passage(f"{document_id}-1", text, document_id=document_id, tier=tier, groups=groups)
        [vector] = EMBEDDER.embed([text])
        await store.replace(document_id, EMBEDDER.fingerprint, [IndexedChunk(item.chunk, vector)])
        await catalogue.put(document(document_id, tier, groups), ready=True)


def found_ids(found: Found) -> list[str]:
    return [hit.chunk.document_id for hit in found.hits]


class TestSearch:
    @pytest.fixture
    def store(self) -> InMemoryVectorStore:
        return InMemoryVectorStore()

    @pytest.fixture
    def catalogue(self) -> InMemoryCatalogue:
        return InMemoryCatalogue()

    @pytest.fixture
    async def search(self, store: InMemoryVectorStore, catalogue: InMemoryCatalogue) -> Search:
        public = frozenset({"everyone"})
        texts = [
            ("manual", "the pressure valve opens at six bar", Tier.PUBLIC, public),
            ("runbook", "restart the valve controller service", Tier.INTERNAL, public),
            ("deal", "the customer pays a special price for each valve", Tier.PROPRIETARY, SALES),
            ("menu", "lunch is soup", Tier.PUBLIC, public),
        ]
        await stored(texts, store, catalogue)
        return Search(store, catalogue, EMBEDDER, EMBEDDER.count_tokens)

    async def test_the_best_passage_comes_first(self, search: Search) -> None:
        found = await search.hybrid("at which pressure does the valve open", EVERYTHING, 3)
        assert found_ids(found)[0] == "manual"
        assert found.degraded == ()

    async def test_a_reranker_orders_the_best_anew(self) -> None:
        store, catalogue = InMemoryVectorStore(), InMemoryCatalogue()
        texts = [("long", "valve valve valve valve", Tier.PUBLIC, SALES), ("apt", "when it opens", Tier.PUBLIC, SALES)]
        await stored(texts, store, catalogue)
        judge = SharedWordsReranker()
        judged = Search(store, catalogue, None, None, judge, 10)
        question = "when it opens valve"
        found = await judged.hybrid(question, EVERYTHING, 1)
        assert found_ids(found) == ["apt"]
        assert found.degraded == ()
        judge.broken = DependencyTimeout("The reranker did not answer.")
        plain = await Search(store, catalogue, None).hybrid(question, EVERYTHING, 2)
        failed = await judged.hybrid(question, EVERYTHING, 2)
        assert (failed.hits, failed.degraded) == (plain.hits, ("reranker",))

    async def test_at_most_top_k(self, search: Search) -> None:
        assert len((await search.hybrid("valve", EVERYTHING, 2)).hits) == 2

    @pytest.mark.parametrize("top_k", [0, -1, MAX_TOP_K + 1])
    async def test_an_impossible_top_k_is_refused(self, search: Search, top_k: int) -> None:
        with pytest.raises(InvalidInput, match="top_k"):
            await search.hybrid("valve", EVERYTHING, top_k)

    async def test_only_what_the_reach_permits(self, search: Search) -> None:
        reach = Reach(Tier.PROPRIETARY, frozenset({"everyone"}))
        assert set(found_ids(await search.hybrid("valve", reach, 10))) == {"manual", "runbook", "menu"}

    async def test_the_catalogues_stricter_rights_hold(self, search: Search, catalogue: InMemoryCatalogue) -> None:
        await catalogue.put(document("manual", Tier.PROPRIETARY, SALES), ready=True)
        everyone = Reach(Tier.PROPRIETARY, frozenset({"everyone"}))
        assert "manual" not in found_ids(await search.hybrid("pressure valve", everyone, 10))

    async def test_a_hit_carries_the_narrower_rights(self, search: Search, catalogue: InMemoryCatalogue) -> None:
        await catalogue.put(document("manual", Tier.INTERNAL, SALES | {"everyone"}), ready=True)
        [hit, *_] = (await search.hybrid("pressure valve opens", EVERYTHING, 10)).hits
        assert (hit.chunk.tier, hit.chunk.groups) == (Tier.INTERNAL, frozenset({"everyone"}))

    async def test_a_document_that_is_not_ready_or_gone_is_not_shown(
        self, search: Search, catalogue: InMemoryCatalogue
    ) -> None:
        await catalogue.put(document("manual"), ready=False)
        await catalogue.remove("runbook")
        assert {"manual", "runbook"}.isdisjoint(found_ids(await search.hybrid("valve", EVERYTHING, 10)))

    async def test_dropped_hits_make_room_for_others(self, search: Search, catalogue: InMemoryCatalogue) -> None:
        await catalogue.remove("manual")
        assert len((await search.hybrid("pressure valve", EVERYTHING, 2)).hits) == 2

    async def test_of_copies_the_one_of_the_lowest_tier_is_shown_in_the_best_ones_place(
        self, store: InMemoryVectorStore, catalogue: InMemoryCatalogue
    ) -> None:
        text = "the valve of the hidden plant opens at six bar"
        sold = [(f"other{n}", f"valve {n} of the hidden plant", Tier.PUBLIC, SALES) for n in range(40)]
        await stored([("a", text, Tier.PROPRIETARY, SALES), ("b", text, Tier.PUBLIC, SALES), *sold], store, catalogue)
        search = Search(store, catalogue, EMBEDDER, EMBEDDER.count_tokens)
        assert found_ids(await search.hybrid(text, EVERYTHING, 2))[0] == "b"
        await catalogue.put(document("b", Tier.PROPRIETARY, SALES), ready=True)
        assert found_ids(await search.hybrid(text, EVERYTHING, 2))[0] == "a"

    async def test_a_near_copy_of_a_lower_tier_does_not_take_the_place_of_the_better_one(
        self, store: InMemoryVectorStore, catalogue: InMemoryCatalogue
    ) -> None:
        text = "the valve of the hidden plant opens at six bar and closes at five bar before the alarm is given"
        texts = [("a", text, Tier.PROPRIETARY, SALES), ("b", f"{text} more", Tier.PUBLIC, SALES)]
        await stored(texts, store, catalogue)
        assert found_ids(await Search(store, catalogue, EMBEDDER).hybrid(text, EVERYTHING, 2)) == ["a"]

    async def test_however_many_are_withdrawn_the_others_are_shown(
        self, store: InMemoryVectorStore, catalogue: InMemoryCatalogue
    ) -> None:
        everyone = frozenset({"everyone"})
        texts = [(f"d{n:02}", f"valve {n}" + " valve" * (60 - n), Tier.PUBLIC, everyone) for n in range(60)]
        await stored(texts, store, catalogue)
        search = Search(store, catalogue, None)
        best = found_ids(await search.hybrid("valve", EVERYTHING, 60))
        for name in best[:45]:
            await catalogue.remove(name)
        assert found_ids(await search.hybrid("valve", EVERYTHING, 10)) == best[45:55]

    async def test_with_the_embedder_failing_words_decide_and_the_answer_says_so(
        self, store: InMemoryVectorStore, catalogue: InMemoryCatalogue, search: Search
    ) -> None:
        broken = HashingEmbedder(256)
        broken.broken = DependencyTimeout("The embedder did not answer.")
        found = await Search(store, catalogue, broken).hybrid("pressure valve", EVERYTHING, 10)
        assert found.degraded == ("embedder",)
        assert found_ids(found)[0] == "manual"

    async def test_without_an_embedder_nothing_is_degraded(
        self, store: InMemoryVectorStore, catalogue: InMemoryCatalogue, search: Search
    ) -> None:
        found = await Search(store, catalogue, None).hybrid("pressure valve", EVERYTHING, 10)
        assert found.degraded == ()
        assert found_ids(found)[0] == "manual"

    @pytest.mark.parametrize("broken", [BrokenStore(), BrokenDenseStore()])
    async def test_a_store_that_fails_is_no_empty_answer(
        self, broken: InMemoryVectorStore, catalogue: InMemoryCatalogue
    ) -> None:
        with pytest.raises(StorageLocked):
            await Search(broken, catalogue, EMBEDDER).hybrid("valve", EVERYTHING, 10)

    async def test_searches_that_were_begun_before_are_shown_by_the_rights_of_now(
        self, search: Search, catalogue: InMemoryCatalogue
    ) -> None:
        begun = search.begin("pressure valve", EVERYTHING, 10)
        await begun
        await catalogue.remove("manual")
        found = await search.hybrid("pressure valve", EVERYTHING, 10, begun)
        assert found == await search.hybrid("pressure valve", EVERYTHING, 10)
        assert "manual" not in found_ids(found)

    async def test_searches_whose_result_nobody_wants_end_quietly(self, catalogue: InMemoryCatalogue) -> None:
        wanted, failed = (Search(store, catalogue, None) for store in (InMemoryVectorStore(), BrokenStore()))
        begun = [search.begin("valve", EVERYTHING, 10) for search in (wanted, failed)]
        begun[0].cancel()
        await asyncio.wait(begun)
        assert begun[0].cancelled()
        with pytest.raises(StorageLocked):
            await failed.hybrid("valve", EVERYTHING, 10, begun[1])

    async def test_a_cancelled_search_ends(self, search: Search) -> None:
        searching = asyncio.create_task(search.hybrid("valve", EVERYTHING, 10))
        await asyncio.sleep(0)
        searching.cancel()
        with pytest.raises(asyncio.CancelledError):
            await searching


_GROUPS = st.frozensets(st.sampled_from(["sales", "engineering"]))
_RIGHTS = st.tuples(st.sampled_from(Tier), _GROUPS)


@given(st.lists(st.tuples(_RIGHTS, _RIGHTS), min_size=1, max_size=6), st.builds(Reach, st.sampled_from(Tier), _GROUPS))
async def test_nothing_is_shown_that_the_store_or_the_catalogue_withholds(
    rights: list[tuple[tuple[Tier, frozenset[str]], tuple[Tier, frozenset[str]]]], reach: Reach
) -> None:
    store, catalogue = InMemoryVectorStore(), InMemoryCatalogue()
    for number, (in_store, in_catalogue) in enumerate(rights):
        await stored([(f"d{number}", f"valve {number}", *in_store)], store, catalogue)
        await catalogue.put(replace(document(f"d{number}"), tier=in_catalogue[0], groups=in_catalogue[1]), ready=True)
    found = await Search(store, catalogue, EMBEDDER).hybrid("valve", reach, 10)
    assert {f"d{n}" for n, (a, b) in enumerate(rights) if reach.permits(*a) and reach.permits(*b)} >= {
        *found_ids(found)
    }
    assert {f"d{n}" for n, (a, b) in enumerate(rights) if a == b and reach.permits(*a)} <= {*found_ids(found)}
    for hit in found.hits:
        assert reach.permits(hit.chunk.tier, hit.chunk.groups)
