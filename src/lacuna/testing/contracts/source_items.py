"""What every `lacuna.ports.sources.SourceItems` and `SourceRuns` has to do."""

from dataclasses import replace

import pytest

from lacuna.domain.errors import Conflict
from lacuna.ports.sources import ItemState, Known, SourceItems, SourceRuns

ONE = Known("origin-1", "doc_1")
TWO = Known("origin-2", "doc_2", "version", ItemState.WHOLE)


class SourceItemsContract:
    """Tests of an empty `SourceItems` (fixture `items`)."""

    async def test_what_was_put_is_found_by_source_origin_and_document(self, items: SourceItems) -> None:
        await items.put("a", [TWO, ONE])
        assert await items.of_source("a") == [ONE, TWO]
        assert await items.of_source("b") == []
        assert await items.documents(["origin-1", "origin-3"]) == {"origin-1": "doc_1"}
        assert await items.origins(["doc_2", "doc_3"]) == {"doc_2": {"origin-2"}}

    async def test_put_replaces_by_origin_within_its_source(self, items: SourceItems) -> None:
        await items.put("a", [ONE])
        await items.put("b", [ONE])
        whole = replace(ONE, version="v", state=ItemState.WHOLE)
        await items.put("a", [whole])
        assert await items.of_source("a") == [whole]
        assert await items.of_source("b") == [ONE]

    async def test_a_move_takes_the_document_along_and_forgets_both_names_elsewhere(self, items: SourceItems) -> None:
        await items.put("a", [ONE, TWO])
        await items.put("b", [ONE, replace(TWO, document_id="doc_9")])
        moved = replace(TWO, document_id="doc_1", state=ItemState.MOVED)
        await items.move("a", "origin-1", moved)
        assert await items.of_source("a") == [moved]
        assert await items.of_source("b") == []

    async def test_what_was_removed_is_gone_from_its_source_only(self, items: SourceItems) -> None:
        await items.put("a", [ONE, TWO])
        await items.put("b", [ONE])
        await items.remove("a", ["origin-1", "origin-3"])
        assert await items.of_source("a") == [TWO]
        assert await items.documents(["origin-1"]) == {"origin-1": "doc_1"}

    async def test_nothing_and_very_many_are_fine(self, items: SourceItems) -> None:
        await items.put("a", [])
        await items.remove("a", [])
        assert (await items.documents([]), await items.origins([])) == ({}, {})
        many = [Known(f"origin-{n:04}", f"doc_{n}") for n in range(1_200)]
        await items.put("a", many)
        assert len(await items.documents([known.origin for known in many])) == len(many)
        await items.remove("a", [known.origin for known in many[1:]])
        assert await items.of_source("a") == many[:1]


class SourceRunsContract:
    """Tests of a `SourceRuns` (fixture `runs`) that nobody else uses."""

    def test_a_source_has_one_run_at_a_time_and_sources_are_independent(self, runs: SourceRuns) -> None:
        with runs.alone("a"), runs.alone("b"):
            with pytest.raises(Conflict) as refused, runs.alone("a"):
                pass
            assert (refused.value.code, bool(refused.value.cure)) == ("being_synchronised", True)
            with pytest.raises(Conflict), runs.alone("a"):
                pass

    def test_a_source_is_free_again_whatever_ended_its_run(self, runs: SourceRuns) -> None:
        with pytest.raises(ZeroDivisionError), runs.alone("a"):
            raise ZeroDivisionError
        with runs.alone("a"):
            pass
        with runs.alone("a"):
            pass
