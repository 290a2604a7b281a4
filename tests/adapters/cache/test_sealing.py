"""Entries outside the process open only as they were sealed, under the name they were sealed for."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.adapters.cache.sealing import MAX_SEALED_BYTES, Rejected, Sealing
from lacuna.domain.classification import Classification, Finding, Layer, Strategy
from lacuna.domain.tiers import Tier
from lacuna.ports.cache import Key
from lacuna.testing.contracts.cache import found

SEALING = Sealing(b"n" * 32, b"s" * 32, "1.0")
NAME = SEALING.name(("a",))

parts = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=4).map(tuple),
    max_leaves=8,
)
keys = st.lists(parts, max_size=4).map(tuple)
findings = st.builds(
    Finding,
    st.text(max_size=9),
    st.text(max_size=9),
    st.sampled_from(Layer),
    st.sampled_from(Tier),
    st.floats(0, 1),
    st.none() | st.integers(0, 9),
    st.none() | st.integers(0, 9),
)
classifications = st.builds(
    Classification,
    st.sampled_from(Tier),
    st.floats(0, 1),
    st.lists(st.text(max_size=9), max_size=3).map(tuple),
    st.lists(findings, max_size=3).map(tuple),
    st.sampled_from(Layer),
    st.text(max_size=9),
    st.sampled_from(Strategy),
    st.text(max_size=9),
    st.binary(max_size=32),
)


def sealed(value: Classification, until: float = 100.0) -> bytes:
    made = SEALING.seal(NAME, value, until)
    assert made is not None
    return made


def typed(value: object) -> object:
    """Equal only for values that are also of the same types: True == 1 in Python."""
    return (type(value), [typed(v) for v in value]) if isinstance(value, tuple) else (type(value), value)


@given(keys, keys)
def test_names_are_equal_for_equal_keys_only(one: Key, other: Key) -> None:
    assert (SEALING.name(one) == SEALING.name(other)) == (typed(one) == typed(other))


@given(classifications)
def test_what_was_sealed_opens_unchanged(value: Classification) -> None:
    assert SEALING.open(NAME, sealed(value), 99.0) == (value, 100.0)


@given(st.data())
def test_no_changed_entry_opens(data: st.DataObject) -> None:
    entry = bytearray(sealed(found(Tier.PROPRIETARY)))
    at = data.draw(st.integers(0, len(entry) - 1))
    entry[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Rejected):
        SEALING.open(NAME, bytes(entry), 0.0)
    with pytest.raises(Rejected):
        SEALING.open(NAME, sealed(found(Tier.PROPRIETARY))[: data.draw(st.integers(0, len(entry) - 1))], 0.0)


def test_an_entry_does_not_open_elsewhere_later_or_with_other_keys() -> None:
    entry = sealed(found(Tier.PUBLIC))
    with pytest.raises(Rejected):
        SEALING.open(SEALING.name(("b",)), entry, 0.0)
    with pytest.raises(Rejected):
        SEALING.open(NAME, entry, 100.0)
    with pytest.raises(Rejected):
        Sealing(b"n" * 32, b"t" * 32, "1.0").open(NAME, entry, 0.0)


def test_other_keys_and_versions_give_other_names() -> None:
    others = (Sealing(b"m" * 32, b"s" * 32, "1.0"), Sealing(b"n" * 32, b"s" * 32, "1.1"))
    assert len({NAME, *(other.name(("a",)) for other in others)}) == 3


def test_what_is_too_large_is_not_sealed_and_not_opened() -> None:
    value = found(Tier.PUBLIC)
    long = dataclasses.replace(value, reasoning="x" * MAX_SEALED_BYTES)
    assert SEALING.seal(NAME, long, 100.0) is None
    with pytest.raises(Rejected):
        SEALING.open(NAME, sealed(value) + bytes(MAX_SEALED_BYTES), 0.0)


def test_a_degraded_value_never_counts() -> None:
    value = found(Tier.PROPRIETARY)
    degraded = dataclasses.replace(value, degraded=("llm:dependency_timeout",))
    with pytest.raises(Rejected):
        SEALING.open(NAME, sealed(degraded), 0.0)


def test_neither_names_nor_entries_show_text_or_keys() -> None:
    text = "the merger with Wexford Dairies"
    name = SEALING.name(("rs-1", text))
    assert text.encode() not in name + sealed(found(Tier.PUBLIC, text))
    assert "nnnn" not in repr(SEALING)
