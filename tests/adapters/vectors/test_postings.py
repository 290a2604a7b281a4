"""The lexical index in memory against the same sums done one by one."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lacuna.adapters.vectors.analysis import STEP, Terms, rarity
from lacuna.adapters.vectors.postings import Postings
from lacuna.adapters.vectors.segment import MOST_ROWS, Passages


class Row(NamedTuple):
    chunk: int
    audience: int
    steps: dict[int, int]


class Step(NamedTuple):
    """Puts a document of as many `rows` as are given, of one audience; none drop it."""

    document: int
    audience: int
    rows: tuple[dict[int, int], ...]


KEYS = st.sampled_from([0, 1, 7, 65_535, 65_536, 70_000, 2**31 - 1])
ROWS = st.dictionaries(KEYS, st.integers(1, 255), max_size=4)
HISTORIES = st.lists(st.builds(Step, st.integers(0, 5), st.integers(1, 3), st.lists(ROWS, max_size=5).map(tuple)))
QUESTIONS = st.sets(KEYS, min_size=1)


def passages(rows: Sequence[Row]) -> Passages:
    return Passages(
        np.array([row.chunk for row in rows], np.int64),
        np.array([row.audience for row in rows], np.int32),
        np.array([number for number, row in enumerate(rows) for _ in row.steps], np.uint32),
        np.array([key for row in rows for key in sorted(row.steps)], np.uint32),
        np.array([row.steps[key] for row in rows for key in sorted(row.steps)], np.uint8),
    )


def asked(keys: set[int]) -> Terms:
    ordered = np.array(sorted(keys), np.uint32)
    return Terms(ordered, np.where(ordered < 65_536, np.float32(0.2), np.float32(1)))


def expected(rows: Sequence[Row], question: Terms, permitted: set[int]) -> list[tuple[int, float]]:
    """The definition, written out."""
    seen = [row for row in rows if row.audience in permitted]
    holding = {int(key): sum(int(key) in row.steps for row in seen) for key in question.keys}
    totals = []
    for row in seen:
        shared = [
            float(weight) * rarity(holding[int(key)], len(seen)) * row.steps[int(key)] * STEP
            for key, weight in zip(question.keys, question.weights, strict=True)
            if int(key) in row.steps
        ]
        if shared:
            totals.append((row.chunk, sum(shared)))
    return sorted(totals, key=lambda one: (-one[1], one[0]))


def played(history: Sequence[Step]) -> tuple[Postings, list[Row]]:
    index, kept, chunk = Postings(tail=3, fan=2), dict[int, list[Row]](), 0
    for step in history:
        rows = [Row(chunk + n, step.audience, steps) for n, steps in enumerate(step.rows)]
        chunk += len(rows)
        index.put(step.document, passages(rows))
        kept[step.document] = rows
        index.snapshot()
    return index, [row for rows in kept.values() for row in rows]


def rounded(found: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    return sorted((chunk, round(score, 9)) for chunk, score in found)


@settings(max_examples=150)
@given(HISTORIES, QUESTIONS, st.sets(st.integers(1, 3)))
def test_any_history_is_searched_as_if_written_at_once(
    history: list[Step], question: set[int], permitted: set[int]
) -> None:
    index, rows = played(history)
    mask = np.array([audience in permitted for audience in range(4)])
    found = index.snapshot().best(asked(question), mask, 100)
    assert rounded(found) == rounded(expected(rows, asked(question), permitted))
    assert found == sorted(found, key=lambda one: (-one[1], one[0]))


def many(count: int, first: int = 0) -> Passages:
    return passages([Row(first + n, 1, {n % 50: 1 + n % 200, 65_536 + n % 7: 3}) for n in range(count)])


def test_many_passages_loaded_at_once_are_found_as_if_put_one_by_one() -> None:
    documents = [(n, many(100, 100 * n)) for n in range(30)]
    loaded, put = Postings(), Postings(tail=64, fan=3)
    blocks = (documents[:7], documents[7:8], documents[8:])
    loaded.load(([(n, len(p)) for n, p in some], Passages.joined([p for _, p in some])) for some in blocks)
    for document, some in documents:
        put.put(document, some)
    question, mask = asked({3, 65_537}), np.array([False, True])
    assert loaded.snapshot().best(question, mask, 500) == put.snapshot().best(question, mask, 500)
    for document in range(0, 30, 2):
        loaded.drop(document)
        put.drop(document)
    found = loaded.snapshot().best(question, mask, 500)
    assert found == put.snapshot().best(question, mask, 500)
    assert found
    assert {chunk // 100 % 2 for chunk, _ in found} == {1}


def test_a_document_larger_than_a_segment_is_found_and_dropped_whole() -> None:
    index = Postings()
    index.put(1, many(2 * MOST_ROWS + 10))
    mask = np.array([False, True])
    found = index.snapshot().best(asked({65_536}), mask, 3 * MOST_ROWS)
    assert [chunk for chunk, _ in found] == list(range(0, 2 * MOST_ROWS + 10, 7))
    index.drop(1)
    assert index.snapshot().best(asked({65_536}), mask, 10) == []


def test_what_would_cost_too_much_leaves_the_commonest_terms_out() -> None:
    index = Postings()
    index.put(1, passages([Row(n, 1, {5: 10, **({70_000: 10} if n == 77 else {})}) for n in range(100)]))
    snapshot, mask = index.snapshot(), np.array([False, True])
    assert len(snapshot.best(asked({5, 70_000}), mask, 200)) == 100
    assert [chunk for chunk, _ in snapshot.best(asked({5, 70_000}), mask, 200, most=50)] == [77]
    assert len(snapshot.best(asked({5}), mask, 200, most=50)) == 100


def test_an_older_snapshot_still_shows_what_it_showed() -> None:
    index = Postings()
    index.put(1, many(10))
    before, mask = index.snapshot(), np.array([False, True])
    index.drop(1)
    assert len(before.best(asked({65_536}), mask, 10)) == 2
    assert index.snapshot().best(asked({65_536}), mask, 10) == []
