"""What every `Ledger` does. Subclass with fixtures `ledger`, an empty log, and `keys`, the key ring that signs."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from lacuna.domain.audit import MAX_RECORD_BYTES, Record, Stored
from lacuna.domain.errors import InvalidInput, NotFound, TooLarge
from lacuna.domain.lineage import Direction, Edge, LineageDelta, Node, NodeKind
from lacuna.domain.merkle import EMPTY_ROOT, CompactRange, consistency_holds, inclusion_holds, leaf_hash, perfect_root
from lacuna.domain.notes import Checkpoint, parse_note, verified_text
from lacuna.domain.tiers import Tier
from lacuna.domain.tiles import WIDTH, Tile, bundle
from lacuna.ports.secrets import KeyRing
from lacuna.ports.storage import Entry, Ledger, RecordFilter

MINUTE = 60_000_000


def entry(number: int, **changes: object) -> Entry:
    """A decision record that differs from others by `number`; `changes` replace fields of the record."""
    record = Record(
        kind="decision.classify",
        at=1_700_000_000_000_000 + number * MINUTE,
        actor="dev-user",
        via="dev",
        decision=f"dec_{number:032x}",
        data={
            "number": number,
            "findings": [{"kind": "PII.EMAIL", "start": 0, "end": 9}],
            "note": 'Z\u00fcrich "\u2028"',
        },
    )
    return Entry(replace(record, **changes))  # type: ignore[arg-type]  # fields are named by the tests below


def opened(note: str, keys: KeyRing) -> Checkpoint:
    """The checkpoint in a note, if `keys` signed it."""

    def holds(signature: bytes, message: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(keys.public_key).verify(signature, message)
        except InvalidSignature:
            return False
        return True

    return Checkpoint.of(verified_text(parse_note(note), keys.signer_name, keys.public_key, holds))


def root_of(stored: Sequence[Stored]) -> bytes:
    """The root hash over these records."""
    return CompactRange().extended(leaf_hash(each.body) for each in stored)[0].root


def node(name: str, kind: NodeKind = NodeKind.CHUNK, tier: Tier = Tier.PUBLIC) -> Node:
    return Node(name, kind, tier, f"label of {name}")


class LedgerContract:
    async def test_appended_records_are_numbered_from_zero_and_read_back(self, ledger: Ledger) -> None:
        entries = [entry(number) for number in range(5)]
        stored = [*await ledger.append(*entries[:2]), *await ledger.append(*entries[2:])]
        assert [each.index for each in stored] == [0, 1, 2, 3, 4]
        assert [each.body for each in stored] == [each.record.canonical() for each in entries]
        assert [await ledger.get(index) for index in range(5)] == stored
        assert [each async for each in ledger.read()] == stored
        assert [each async for each in ledger.read(3)] == stored[3:]
        assert stored[4].record().data["number"] == 4

    async def test_appending_nothing_changes_nothing(self, ledger: Ledger) -> None:
        assert await ledger.append() == []
        assert [each async for each in ledger.read()] == []

    async def test_concurrent_appends_leave_no_gap_and_calls_stay_together(self, ledger: Ledger) -> None:
        calls = [[entry(10 * call + number) for number in range(1 + call % 3)] for call in range(60)]
        results = await asyncio.gather(*(ledger.append(*call) for call in calls))
        for call, result in zip(calls, results, strict=True):
            first = result[0].index
            assert [each.index for each in result] == list(range(first, first + len(call)))
            assert [each.body for each in result] == [each.record.canonical() for each in call]
        stored = [each async for each in ledger.read()]
        assert [each.index for each in stored] == list(range(sum(map(len, calls))))
        assert sorted(stored, key=lambda s: s.index) == sorted(chain.from_iterable(results), key=lambda s: s.index)
        assert (await ledger.verify()).passed

    @pytest.mark.parametrize("index", [-1, 1, 2**62, 2**64])
    async def test_a_record_that_is_not_there_is_not_found(self, ledger: Ledger, index: int) -> None:
        await ledger.append(entry(0))
        with pytest.raises(NotFound):
            await ledger.get(index)
        with pytest.raises(NotFound):
            await ledger.receipt(index)

    async def test_records_are_found_by_every_condition(self, ledger: Ledger) -> None:
        await ledger.append(
            entry(0),
            entry(1, actor="other"),
            entry(2, kind="answer.released", decision="dec_x"),
            entry(3, decision="dec_x"),
        )
        start = 1_700_000_000_000_000

        async def found(wanted: RecordFilter) -> list[int]:
            return [each.index for each in await ledger.find(wanted)]

        assert await found(RecordFilter()) == [3, 2, 1, 0]
        assert await found(RecordFilter(newest_first=False)) == [0, 1, 2, 3]
        assert await found(RecordFilter(kind="answer.released")) == [2]
        assert await found(RecordFilter(actor="other")) == [1]
        assert await found(RecordFilter(decision="dec_x")) == [3, 2]
        assert await found(RecordFilter(since=start + MINUTE, before=start + 3 * MINUTE)) == [2, 1]
        assert await found(RecordFilter(decision="dec_x", kind="decision.classify")) == [3]
        assert await found(RecordFilter(limit=2)) == [3, 2]
        assert await found(RecordFilter(cursor=1)) == [1, 0]
        assert await found(RecordFilter(cursor=2, newest_first=False)) == [2, 3]
        assert await found(RecordFilter(actor="nobody")) == []

    @pytest.mark.parametrize("limit", [0, -1, 1_001])
    async def test_pages_are_bounded(self, ledger: Ledger, limit: int) -> None:
        with pytest.raises(InvalidInput):
            await ledger.find(RecordFilter(limit=limit))

    @pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 255, 256, 257, 600])
    async def test_receipts_prove_every_record_to_a_signed_root(self, ledger: Ledger, keys: KeyRing, size: int) -> None:
        stored = await ledger.append(*(entry(number) for number in range(size)))
        for index in {0, size // 2, size - 1, min(255, size - 1), min(256, size - 1)}:
            receipt = await ledger.receipt(index)
            checkpoint = opened(receipt.checkpoint, keys)
            assert receipt.leaf == leaf_hash(stored[index].body)
            assert (checkpoint.size, checkpoint.root) == (receipt.tree_size, root_of(stored))
            assert inclusion_holds(receipt.leaf, index, receipt.tree_size, receipt.proof, checkpoint.root)

    async def test_the_checkpoint_of_an_empty_log_is_signed_too(self, ledger: Ledger, keys: KeyRing) -> None:
        checkpoint = opened(await ledger.checkpoint(), keys)
        assert checkpoint == Checkpoint(keys.signer_name, 0, EMPTY_ROOT)
        assert (await ledger.verify()).passed

    async def test_later_checkpoints_are_consistent_with_earlier_ones(self, ledger: Ledger, keys: KeyRing) -> None:
        checkpoints = []
        for count in (1, 2, 253, 1, 44):
            await ledger.append(*(entry(number) for number in range(count)))
            checkpoints.append(opened(await ledger.checkpoint(), keys))
        assert [each.size for each in checkpoints] == [1, 3, 256, 257, 301]
        for old in checkpoints:
            for new in checkpoints:
                if old.size <= new.size:
                    proof = await ledger.consistency(old.size, new.size)
                    assert consistency_holds(old.size, new.size, old.root, new.root, proof)

    @pytest.mark.parametrize(("first", "second"), [(0, 1), (2, 1), (1, 3), (-1, 2)])
    async def test_impossible_consistency_proofs_are_refused(self, ledger: Ledger, first: int, second: int) -> None:
        await ledger.append(entry(0), entry(1))
        with pytest.raises(InvalidInput):
            await ledger.consistency(first, second)

    @pytest.mark.parametrize("size", [1, 255, 256, 257, 600])
    async def test_tiles_hold_the_leaves_and_the_roots_above_them(self, ledger: Ledger, size: int) -> None:
        stored = await ledger.append(*(entry(number) for number in range(size)))
        leaves = [leaf_hash(each.body) for each in stored]
        for start in range(0, size, WIDTH):
            width = min(WIDTH, size - start)
            assert await ledger.tile(Tile(0, start // WIDTH, width)) == b"".join(leaves[start : start + width])
            records = await ledger.tile(Tile(None, start // WIDTH, width))
            assert records == bundle([each.body for each in stored[start : start + width]])
        if size >= WIDTH:
            roots = [perfect_root(leaves[at : at + WIDTH]) for at in range(0, size - WIDTH + 1, WIDTH)]
            assert await ledger.tile(Tile(1, 0, len(roots))) == b"".join(roots)

    async def test_tiles_that_the_log_has_not_filled_are_not_there(self, ledger: Ledger) -> None:
        await ledger.append(*(entry(number) for number in range(257)))
        for tile in (Tile(0, 1), Tile(0, 1, 2), Tile(None, 1), Tile(1, 0), Tile(1, 0, 2), Tile(2, 0, 1), Tile(0, 9)):
            with pytest.raises(NotFound):
                await ledger.tile(tile)
        assert len(await ledger.tile(Tile(0, 0, 3))) == 3 * 32

    async def test_a_record_with_long_lists_is_cut_until_it_fits_a_bundle(self, ledger: Ledger) -> None:
        [stored] = await ledger.append(entry(0, data={"names": [f"{number:064}" for number in range(2_000)]}))
        told: Any = stored.record().data["names"]
        assert told["count"] == 2_000
        assert (await ledger.tile(Tile(None, 0, 1)))[2:] == stored.body
        assert (await ledger.verify()).passed

    async def test_verification_tells_size_and_root(self, ledger: Ledger) -> None:
        stored = await ledger.append(*(entry(number) for number in range(300)))
        result = await ledger.verify()
        assert result.passed
        assert (result.size, result.root, result.bad_index) == (300, root_of(stored), None)

    async def test_records_that_no_ledger_takes_are_refused_and_leave_nothing(self, ledger: Ledger) -> None:
        with pytest.raises(InvalidInput):
            await ledger.append(entry(0), entry(1, kind="no.such.kind"))
        with pytest.raises(InvalidInput):
            await ledger.append(entry(0, actor="\ud800"))
        with pytest.raises(InvalidInput):
            await ledger.append(entry(0, data={"set": {1, 2}}))
        with pytest.raises(InvalidInput):
            await ledger.append(entry(0, at=-1))
        with pytest.raises(TooLarge):
            await ledger.append(entry(0, data={"long": "x" * MAX_RECORD_BYTES}))
        assert [each async for each in ledger.read()] == []

    async def test_one_bad_call_does_not_harm_others_of_the_same_moment(self, ledger: Ledger) -> None:
        dangling = LineageDelta((node("a"),), (Edge("a", "nowhere", "cited"),))
        calls = [ledger.append(entry(0)), ledger.append(Entry(entry(1).record, dangling)), ledger.append(entry(2))]
        results = await asyncio.gather(*calls, return_exceptions=True)
        assert isinstance(results[1], InvalidInput)
        assert [each.record().data["number"] async for each in ledger.read()] == [0, 2]

    async def test_lineage_is_walked_in_both_directions(self, ledger: Ledger) -> None:
        await self._document_to_answers(ledger)
        up = await ledger.lineage("answer1", Direction.UPSTREAM, 10, 100)
        assert {each.node_id for each in up.nodes} == {"answer1", "chunk1", "chunk2", "doc"}
        assert Edge("doc", "chunk1", "part_of") in up.edges
        down = await ledger.lineage("doc", Direction.DOWNSTREAM, 10, 100)
        assert {each.node_id for each in down.nodes} == {"doc", "chunk1", "chunk2", "answer1", "answer2"}
        both = await ledger.lineage("chunk2", Direction.BOTH, 10, 100)
        assert {each.node_id for each in both.nodes} == {"doc", "chunk2", "answer1", "answer2"}
        assert not any(graph.truncated for graph in (up, down, both))
        assert both.nodes[0] == node("chunk2", tier=Tier.INTERNAL)

    async def test_lineage_stops_at_depth_and_limit_and_says_so(self, ledger: Ledger) -> None:
        await self._document_to_answers(ledger)
        near = await ledger.lineage("doc", Direction.DOWNSTREAM, 1, 100)
        assert {each.node_id for each in near.nodes} == {"doc", "chunk1", "chunk2"}
        assert near.truncated
        few = await ledger.lineage("doc", Direction.DOWNSTREAM, 10, 2)
        assert len(few.nodes) == 2
        assert few.truncated
        ends = {end for edge in few.edges for end in (edge.source, edge.target)}
        assert ends <= {each.node_id for each in few.nodes}
        alone = await ledger.lineage("doc", Direction.UPSTREAM, 10, 100)
        assert (len(alone.nodes), alone.edges, alone.truncated) == (1, (), False)

    async def test_lineage_of_an_unknown_node_is_not_found(self, ledger: Ledger) -> None:
        with pytest.raises(NotFound):
            await ledger.lineage("nowhere", Direction.BOTH, 1, 10)

    async def test_lineage_that_turns_in_a_circle_ends(self, ledger: Ledger) -> None:
        ring = LineageDelta((node("a"), node("b")), (Edge("a", "b", "cited"), Edge("b", "a", "cited")))
        await ledger.append(Entry(entry(0).record, ring))
        graph = await ledger.lineage("a", Direction.BOTH, 10, 10)
        assert len(graph.nodes) == 2
        assert len(graph.edges) == 2

    async def test_a_node_that_comes_again_keeps_its_highest_tier(self, ledger: Ledger) -> None:
        for tier in (Tier.INTERNAL, Tier.PROPRIETARY, Tier.PUBLIC):
            await ledger.append(Entry(entry(0).record, LineageDelta((node("a", tier=tier),), ())))
        graph = await ledger.lineage("a", Direction.BOTH, 1, 1)
        assert graph.nodes[0].tier is Tier.PROPRIETARY

    async def test_a_ledger_that_can_take_records_says_so(self, ledger: Ledger) -> None:
        await ledger.check()
        assert [each async for each in ledger.read()] == []

    async def _document_to_answers(self, ledger: Ledger) -> None:
        """doc -> chunk1, chunk2; chunk1, chunk2 -> answer1; chunk2 -> answer2, in separate records."""
        chunks = (node("chunk1"), node("chunk2", tier=Tier.INTERNAL))
        parts = (Edge("doc", "chunk1", "part_of"), Edge("doc", "chunk2", "part_of"))
        await ledger.append(Entry(entry(0).record, LineageDelta((node("doc", NodeKind.DOCUMENT), *chunks), parts)))
        for number, cited in ((1, ("chunk1", "chunk2")), (2, ("chunk2",))):
            answer = node(f"answer{number}", NodeKind.ANSWER)
            edges = tuple(Edge(chunk, answer.node_id, "cited") for chunk in cited)
            await ledger.append(Entry(entry(number).record, LineageDelta((answer,), edges)))
