"""What every `FingerprintIndex` does. Subclass with fixtures `index` (empty), `other` (another instance on the same
data, as in another process) and `rescheme` (one on the same data for another scheme)."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lacuna.domain.tiers import Tier
from lacuna.ports.fingerprints import MAX_DOCUMENTS, FingerprintIndex, Hashes

Found = Counter[tuple[int, Tier, int]]
"""How often each asked hash was found in a document of a tier, with the number of its holders."""

_NAMES = st.sampled_from(["a", "b", "c", "d"])
_TIERS = st.sampled_from(list(Tier))
_HASHES = st.frozensets(st.integers(0, 12) | st.integers(2**64 - 4, 2**64 - 1), max_size=8)
_CHANGES = st.lists(
    st.tuples(st.sampled_from(["replace", "add", "remove", "retag"]), _NAMES, _TIERS, _HASHES), max_size=25
)
_SHARED = (HealthCheck.function_scoped_fixture, HealthCheck.differing_executors, HealthCheck.too_slow)


def hashes(*numbers: int) -> Hashes:
    """Numbers as an index takes them: sorted."""
    return np.array(sorted(numbers), np.uint64)


async def _told_elsewhere() -> None:
    """What one process did counts in another a millisecond later."""
    await asyncio.sleep(0.002)


def found(index: FingerprintIndex, asked: Sequence[int]) -> Found:
    """What a lookup says, without the order and the numbers of documents that it leaves open."""
    matches = index.lookup(np.array(asked, np.uint64))
    columns = (matches.positions, matches.tiers, matches.holders)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return Counter((asked[position], Tier(tier), holders) for position, tier, holders in rows)


class FingerprintIndexContract:
    async def test_an_empty_index_knows_nothing(self, index: FingerprintIndex) -> None:
        assert found(index, [1, 2]) == Counter()
        assert found(index, []) == Counter()
        assert await index.document_ids() == frozenset()

    async def test_a_hash_is_found_in_every_protected_document_that_holds_it(self, index: FingerprintIndex) -> None:
        await index.replace("a", Tier.INTERNAL, hashes(1, 2, 3))
        await index.replace("b", Tier.PROPRIETARY, hashes(3, 2**64 - 1))
        assert found(index, [3, 2**64 - 1, 9]) == Counter(
            {(3, Tier.INTERNAL, 2): 1, (3, Tier.PROPRIETARY, 2): 1, (2**64 - 1, Tier.PROPRIETARY, 1): 1}
        )

    async def test_rows_of_one_document_carry_one_number(self, index: FingerprintIndex) -> None:
        await index.replace("a", Tier.INTERNAL, hashes(1, 2))
        await index.replace("b", Tier.INTERNAL, hashes(2, 3))
        matches = index.lookup(hashes(1, 2, 3))
        held: dict[int, set[int]] = {}
        for position, document in zip(matches.positions.tolist(), matches.documents.tolist(), strict=True):
            held.setdefault(document, set()).add(position)
        assert sorted(held.values(), key=sorted) == [{0, 1}, {1, 2}]

    async def test_a_hash_asked_twice_is_found_twice(self, index: FingerprintIndex) -> None:
        await index.replace("a", Tier.INTERNAL, hashes(7))
        assert index.lookup(np.array([7, 8, 7], np.uint64)).positions.tolist() == [0, 2]

    async def test_what_a_public_document_holds_is_left_out(self, index: FingerprintIndex) -> None:
        await index.replace("a", Tier.PROPRIETARY, hashes(1, 2))
        await index.replace("b", Tier.PUBLIC, hashes(2, 3))
        assert found(index, [1, 2, 3]) == Counter({(1, Tier.PROPRIETARY, 1): 1})
        await index.remove("b")
        assert found(index, [1, 2, 3]).total() == 2

    async def test_what_too_many_documents_hold_is_left_out(self, index: FingerprintIndex) -> None:
        for number in range(MAX_DOCUMENTS):
            await index.replace(f"d{number}", Tier.INTERNAL, hashes(1))
        assert found(index, [1]) == Counter({(1, Tier.INTERNAL, MAX_DOCUMENTS): MAX_DOCUMENTS})
        await index.replace("one more", Tier.INTERNAL, hashes(1, 2))
        assert found(index, [1, 2]) == Counter({(2, Tier.INTERNAL, 1): 1})

    async def test_adding_joins_hashes_and_tier(self, index: FingerprintIndex) -> None:
        await index.add("a", Tier.PROPRIETARY, hashes(1))
        await index.add("a", Tier.INTERNAL, hashes(2))
        assert found(index, [1, 2]) == Counter({(1, Tier.PROPRIETARY, 1): 1, (2, Tier.PROPRIETARY, 1): 1})
        await index.replace("a", Tier.INTERNAL, hashes(2))
        assert found(index, [1, 2]) == Counter({(2, Tier.INTERNAL, 1): 1})

    async def test_removing_says_whether_there_was_something(self, index: FingerprintIndex) -> None:
        await index.replace("a", Tier.INTERNAL, hashes())
        assert await index.document_ids() == {"a"}
        assert await index.remove("a") is True
        assert await index.remove("a") is False
        assert await index.document_ids() == frozenset()

    async def test_retagging_an_unknown_document_does_nothing(self, index: FingerprintIndex) -> None:
        await index.retag("nobody", Tier.PROPRIETARY)
        assert await index.document_ids() == frozenset()

    async def test_another_instance_sees_each_change_a_moment_later(
        self, index: FingerprintIndex, other: FingerprintIndex
    ) -> None:
        assert found(other, [1]) == Counter()
        await index.replace("a", Tier.INTERNAL, hashes(1))
        await _told_elsewhere()
        assert found(other, [1]) == Counter({(1, Tier.INTERNAL, 1): 1})
        await other.retag("a", Tier.PROPRIETARY)
        await _told_elsewhere()
        assert found(index, [1]) == Counter({(1, Tier.PROPRIETARY, 1): 1})
        await index.remove("a")
        await _told_elsewhere()
        assert found(other, [1]) == Counter()

    async def test_the_state_changes_with_every_change_and_only_then(
        self, index: FingerprintIndex, other: FingerprintIndex
    ) -> None:
        seen = [other.state]
        for change in (
            index.replace("a", Tier.INTERNAL, hashes(1)),
            index.retag("a", Tier.PUBLIC),
            other.add("a", Tier.INTERNAL, hashes(2)),
            index.remove("a"),
        ):
            await change
            await _told_elsewhere()
            seen.append(other.state)
            assert other.state == seen[-1] == index.state
        assert len(set(seen)) == len(seen)

    async def test_another_scheme_sees_nothing_and_takes_over_on_writing(
        self, index: FingerprintIndex, rescheme: FingerprintIndex
    ) -> None:
        await index.replace("a", Tier.INTERNAL, hashes(1))
        assert found(rescheme, [1]) == Counter()
        assert await rescheme.document_ids() == frozenset()
        await rescheme.add("a", Tier.INTERNAL, hashes(2))
        await _told_elsewhere()
        assert found(rescheme, [1, 2]) == Counter({(2, Tier.INTERNAL, 1): 1})
        assert found(index, [1, 2]) == Counter()

    async def test_a_lookup_never_sees_half_a_replacement(
        self, index: FingerprintIndex, other: FingerprintIndex
    ) -> None:
        async def write() -> None:
            for version in range(1, 20):
                await index.replace("a", Tier.INTERNAL, hashes(*range(version * 10, version * 10 + 5)))

        await index.replace("a", Tier.INTERNAL, hashes(*range(5)))
        writing = asyncio.create_task(write())
        while not writing.done():
            await asyncio.sleep(0)
            versions = {asked // 10 for asked, _, _ in found(other, range(200))}
            assert len(versions) == 1
            assert found(other, range(200)).total() == 5
        await writing

    async def test_several_threads_may_look_up_at_once(self, index: FingerprintIndex) -> None:
        for number in range(20):
            await index.replace(f"d{number}", Tier.INTERNAL, hashes(number, number + 1))
        expected = found(index, range(25))
        with ThreadPoolExecutor(4) as pool:
            assert all(answer == expected for answer in pool.map(lambda _: found(index, range(25)), range(40)))

    @settings(max_examples=30, suppress_health_check=_SHARED, deadline=None)
    @given(changes=_CHANGES)
    async def test_any_history_ends_as_in_a_dictionary(
        self, index: FingerprintIndex, other: FingerprintIndex, changes: list[tuple[str, str, Tier, frozenset[int]]]
    ) -> None:
        for name in await index.document_ids():
            await index.remove(name)
        model: dict[str, tuple[Tier, frozenset[int]]] = {}
        for kind, name, tier, numbers in changes:
            await _applied(index, model, kind, name, tier, numbers)
        asked = sorted({*range(13), *range(2**64 - 4, 2**64)})
        expected = _expected(model, asked)
        assert found(index, asked) == expected
        await _told_elsewhere()
        assert found(other, asked) == expected
        assert await other.document_ids() == frozenset(model)

    async def test_it_can_be_checked(self, index: FingerprintIndex) -> None:
        await index.check()


async def _applied(
    index: FingerprintIndex,
    model: dict[str, tuple[Tier, frozenset[int]]],
    kind: str,
    name: str,
    tier: Tier,
    numbers: frozenset[int],
) -> None:
    known = model.get(name)
    match kind:
        case "replace":
            await index.replace(name, tier, hashes(*numbers))
            model[name] = (tier, numbers)
        case "add":
            await index.add(name, tier, hashes(*numbers))
            model[name] = (tier, numbers) if known is None else (max(tier, known[0]), numbers | known[1])
        case "remove":
            assert await index.remove(name) is (model.pop(name, None) is not None)
        case _:
            await index.retag(name, tier)
            if known is not None:
                model[name] = (tier, known[1])


def _expected(model: dict[str, tuple[Tier, frozenset[int]]], asked: Iterable[int]) -> Found:
    expected: Found = Counter()
    for number in asked:
        tiers = [tier for tier, held in model.values() if number in held]
        if Tier.PUBLIC not in tiers:
            expected.update((number, tier, len(tiers)) for tier in tiers)
    return expected
