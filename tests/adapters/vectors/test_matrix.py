"""The matrix in memory equals a dictionary of vectors, whatever was put, dropped and moved before."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lacuna.adapters.vectors.matrix import Matrix, Rows

DIMENSION = 4
AUDIENCES = 3
_STEPS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 400), st.integers(1, AUDIENCES)), max_size=25)


def rows(first: int, count: int, audience: int) -> Rows:
    vectors = np.random.default_rng(first).standard_normal((count, DIMENSION)).astype(np.float32)
    return Rows(np.arange(first, first + count), np.full(count, audience, dtype=np.int32), vectors)


@given(_STEPS, st.lists(st.booleans(), min_size=AUDIENCES, max_size=AUDIENCES), st.integers(1, 20))
def test_it_equals_a_dictionary(steps: list[tuple[int, int, int]], seen: list[bool], limit: int) -> None:
    matrix, kept = Matrix(DIMENSION, room=1), dict[int, Rows]()
    for step, (document, count, audience) in enumerate(steps):
        if count:
            kept[document] = rows(1_000 * step, count, audience)
            matrix.put(document, kept[document])
        else:
            kept.pop(document, None)
            matrix.drop(document)
    permitted = np.array([False, *seen])
    probe = np.ones(DIMENSION, dtype=np.float32)
    expected = sorted(
        (-float(np.vecdot(vector, probe)), int(chunk))
        for each in kept.values()
        for chunk, audience, vector in zip(each.chunks, each.audiences, each.vectors, strict=True)
        if permitted[audience]
    )[:limit]
    found = matrix.snapshot().nearest(probe, permitted, limit)
    np.testing.assert_allclose([score for _, score in found], [-score for score, _ in expected], rtol=1e-5, atol=1e-6)
    assert len({chunk for chunk, _ in found}) == len(expected)


def test_blocks_loaded_at_once_are_as_if_put_one_by_one() -> None:
    every = [rows(1_000 * number, count, audience=1) for number, count in enumerate((3, 5, 2, 7))]
    loaded, put = Matrix(DIMENSION, room=4), Matrix(DIMENSION)
    for document, each in enumerate(every):
        put.put(document, each)
    parts = zip(*((each.chunks, each.audiences, each.vectors) for each in every), strict=True)
    together = Rows(*map(np.concatenate, parts))
    for first, past, documents in ((0, 6, [(0, 3), (1, 3)]), (6, 17, [(1, 2), (2, 2), (3, 7)])):
        some = Rows(together.chunks[first:past], together.audiences[first:past], together.vectors[first:past])
        loaded.load(documents, some)
    probe, everyone = np.ones(DIMENSION, dtype=np.float32), np.array([False, True])
    assert loaded.snapshot().nearest(probe, everyone, 50) == put.snapshot().nearest(probe, everyone, 50)
    for document in (1, 3):
        loaded.drop(document)
        put.drop(document)
        assert loaded.snapshot().nearest(probe, everyone, 50) == put.snapshot().nearest(probe, everyone, 50)


def test_a_snapshot_stays_as_it_was() -> None:
    matrix, everyone = Matrix(DIMENSION), np.array([False, True])
    matrix.put(1, rows(0, 600, audience=1))
    before = matrix.snapshot()
    expected = before.nearest(np.ones(DIMENSION, dtype=np.float32), everyone, 600)
    matrix.drop(1)
    for document in range(2, 6):
        matrix.put(document, rows(1_000 * document, 500, audience=1))
    assert before.nearest(np.ones(DIMENSION, dtype=np.float32), everyone, 600) == expected
    assert all(chunk >= 2_000 for chunk, _ in matrix.snapshot().nearest(np.ones(4, dtype=np.float32), everyone, 9_999))


def test_nothing_is_found_for_nobody_or_in_nothing() -> None:
    matrix, probe = Matrix(DIMENSION), np.ones(DIMENSION, dtype=np.float32)
    assert matrix.snapshot().nearest(probe, np.array([False, True]), 5) == []
    matrix.put(1, rows(0, 5, audience=1))
    assert matrix.snapshot().nearest(probe, np.array([False, False]), 5) == []
    assert matrix.snapshot().nearest(probe, np.array([False, True]), 0) == []
