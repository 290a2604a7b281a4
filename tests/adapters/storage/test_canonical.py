"""The quick way to canonical bytes is the same as the specified one."""

from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.adapters.storage.canonical import canonical
from lacuna.domain.audit import Record

ODD = st.sampled_from(["\0", "\x1f", "\x7f", "\u2028", "\ud800", "\U0001f600", "\uffff", '"', "\\", "/"])
TEXTS = st.text(st.characters() | ODD, max_size=8)


class Colour(StrEnum):
    RED = "red"


class Level(IntEnum):
    HIGH = 2


LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(2**63 - 2, 2**64 + 2),
    st.floats(),
    TEXTS,
    st.binary(max_size=3),
    st.sampled_from([Colour.RED, Level.HIGH, MappingProxyType({}), frozenset(), object]),
)
KEYS = st.one_of(TEXTS, TEXTS, TEXTS, st.integers(0, 12), st.none(), st.booleans(), st.just(Colour.RED))
VALUES: st.SearchStrategy[Any] = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.tuples(inner), st.dictionaries(KEYS, inner, max_size=4), st.just({})
    ),
    max_leaves=8,
)
DATA = st.dictionaries(KEYS, VALUES, max_size=5)


def outcome(record: Record, write: Any) -> bytes | type[Exception]:
    try:
        found: bytes = write(record)
    except (TypeError, ValueError) as fault:
        return TypeError if isinstance(fault, TypeError) else ValueError
    return found


@given(DATA, TEXTS, TEXTS, st.one_of(st.integers(), st.floats(), st.just(Level.HIGH)))
def test_it_writes_what_the_specification_writes_or_refuses_what_it_refuses(
    data: dict[Any, Any], actor: str, decision: str, at: Any
) -> None:
    record = Record("decision.classify", at, actor, Colour.RED, decision, data)
    assert outcome(record, canonical) == outcome(record, Record.canonical)


@given(st.dictionaries(TEXTS, st.integers(-(2**63), 2**63 - 1) | TEXTS | st.lists(TEXTS), max_size=5), TEXTS)
def test_it_writes_plain_data_as_the_specification_does(data: dict[str, Any], actor: str) -> None:
    record = Record("decision.classify", 1, actor, "dev", "", data)
    assert outcome(record, canonical) == outcome(record, Record.canonical)


def test_data_that_is_too_deep_is_no_record() -> None:
    deep: Any = "bottom"
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(RecursionError):
        canonical(Record("decision.classify", 1, "a", "dev", "", {"deep": deep}))
