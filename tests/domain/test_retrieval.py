"""Fusion is a convex sum: bounded, monotone, and blind to the scale of either score. A document's passages speak for
each other, and nothing else does."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.domain.retrieval import OF_A_DOCUMENT, Scored, by_documents, dense_weight, fuse
from lacuna.testing.passages import passage


def scored(scores: dict[str, float]) -> list[Scored]:
    ordered = sorted(scores.items(), key=lambda item: -item[1])
    return [Scored(passage(chunk_id, "text").chunk, score) for chunk_id, score in ordered]


_NAMES = st.sampled_from([f"c{n}" for n in range(8)])
_COSINES = st.dictionaries(_NAMES, st.floats(-1, 1), max_size=8).map(scored)
_BM25 = st.dictionaries(_NAMES, st.floats(0.001, 50), max_size=8).map(scored)
_WEIGHTS = st.floats(0, 1)


_FOUND = st.lists(st.tuples(st.sampled_from("abc"), st.floats(0.001, 50)), max_size=12).map(
    lambda some: sorted(
        (Scored(passage(f"{n}", "text", document_id=name).chunk, score) for n, (name, score) in enumerate(some)),
        key=lambda one: -one.score,
    )
)


def of(found: list[Scored], document: str) -> list[Scored]:
    return [one for one in found if one.chunk.document_id == document]


@given(_FOUND, st.integers(0, 5))
def test_passages_speak_for_their_own_document_only(found: list[Scored], more: int) -> None:
    sizes = {name: len(of(found, name)) + more for name in "abc"}
    weighed = by_documents(found, sizes)
    assert weighed == sorted(weighed, key=lambda one: -one.score)
    for name in "abc":
        assert of(weighed, name) == by_documents(of(found, name), sizes)
        if sizes[name] == 1:
            assert of(weighed, name) == of(found, name)


@given(_FOUND)
def test_passages_of_a_document_stay_in_order(found: list[Scored]) -> None:
    sizes = dict.fromkeys("abc", 12)
    for name in "abc":
        order = [one.chunk.chunk_id for one in of(by_documents(found, sizes), name)]
        assert order == [one.chunk.chunk_id for one in of(found, name)]


@given(st.lists(st.floats(0.001, 50), min_size=1, max_size=8), st.integers(0, 100))
def test_no_document_gains_by_its_length_alone(scores: list[float], more: int) -> None:
    found = [Scored(passage(f"{n}", "text").chunk, score) for n, score in enumerate(sorted(scores, reverse=True))]
    short = by_documents(found, {"doc": len(found)})
    long = by_documents(found, {"doc": len(found) + more})
    assert all(one.score >= other.score for one, other in zip(short, long, strict=True))
    if len(found) >= OF_A_DOCUMENT:
        assert short == long


@given(_COSINES, _BM25, _WEIGHTS)
def test_every_chunk_comes_once_with_a_score_between_0_and_1_best_first(
    dense: list[Scored], lexical: list[Scored], weight: float
) -> None:
    hits = fuse(dense, lexical, 100, weight)
    assert sorted(hit.chunk.chunk_id for hit in hits) == sorted({s.chunk.chunk_id for s in (*dense, *lexical)})
    assert all(0 <= hit.score <= 1 for hit in hits)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


@given(_COSINES, _BM25, _WEIGHTS, st.integers(0, 8))
def test_fewer_are_the_first_of_more(dense: list[Scored], lexical: list[Scored], weight: float, top_k: int) -> None:
    assert fuse(dense, lexical, top_k, weight) == fuse(dense, lexical, 100, weight)[:top_k]


@given(_BM25, _BM25, _WEIGHTS, st.sampled_from([0.25, 2.0, 64.0]))
def test_the_scale_of_a_score_does_not_matter(
    dense: list[Scored], lexical: list[Scored], weight: float, scale: float
) -> None:
    scaled = [replace(s, score=s.score * scale) for s in lexical]
    assert fuse(dense, scaled, 100, weight) == fuse(dense, lexical, 100, weight)


@given(_COSINES, _WEIGHTS)
def test_one_list_alone_keeps_its_order(alone: list[Scored], weight: float) -> None:
    expected = [s.score for s in alone]
    by_id = {s.chunk.chunk_id: s.score for s in alone}
    for hits in (fuse(alone, [], 100, weight), fuse([], alone, 100, weight)):
        assert [by_id[hit.chunk.chunk_id] for hit in hits] == pytest.approx(expected, abs=1e-6)


def test_the_best_of_both_gets_1_and_wins() -> None:
    hits = fuse(scored({"both": 0.9, "meaning": 0.8}), scored({"both": 12.0, "words": 11.0}), 3, 0.5)
    assert [(hit.chunk.chunk_id, round(hit.score, 3)) for hit in hits] == [
        ("both", 1.0),
        ("words", 0.458),
        ("meaning", 0.444),
    ]


def test_the_weight_decides_between_the_two() -> None:
    dense, lexical = scored({"meaning": 0.9}), scored({"words": 12.0})
    assert [hit.chunk.chunk_id for hit in fuse(dense, lexical, 2, 0.6)] == ["meaning", "words"]
    assert [hit.chunk.chunk_id for hit in fuse(dense, lexical, 2, 0.4)] == ["words", "meaning"]


def test_equal_scores_are_ordered_by_chunk() -> None:
    hits = fuse([], scored({"b": 1.0, "a": 1.0, "c": 1.0}), 3, 0.5)
    assert [hit.chunk.chunk_id for hit in hits] == ["a", "b", "c"]


def test_words_that_fall_into_pieces_count_more_as_words() -> None:
    prose = dense_weight(words=8, pieces=9, characters=40)
    codes = dense_weight(words=4, pieces=8, characters=24)
    letters = dense_weight(words=3, pieces=18, characters=20)
    unknown = dense_weight(words=1, pieces=2, characters=60)
    assert prose > codes > letters == unknown > 0
    assert dense_weight(words=0, pieces=0, characters=0) == prose
