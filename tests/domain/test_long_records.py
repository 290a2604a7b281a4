"""A record always fits an entry bundle; what is cut from it is still attested."""

import hashlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lacuna.domain.audit import MAX_RECORD_BYTES, Record, Stored, body_of
from lacuna.domain.errors import TooLarge
from lacuna.domain.long_records import Json, encoded
from lacuna.domain.tiles import MAX_ENTRY, bundle


def written(data: dict[str, Json]) -> dict[str, Any]:
    body = body_of(Record("terms.changed", 1, "ann", "test", "", data))
    assert len(body) <= MAX_RECORD_BYTES == MAX_ENTRY
    assert bundle([body])
    return dict(Stored(0, body).record().data)


def test_the_longest_lists_give_way_to_their_first_items_and_a_digest() -> None:
    names: list[Json] = [f"{number:064x}" for number in range(2_000)]
    few: list[Json] = ["a", "b"]
    told = written({"term_hmacs": names, "few": few, "policy": {"inner": {"groups": names[:100]}}})
    assert told["few"] == few
    assert told["policy"]["inner"]["groups"] == names[:100]
    cut = told["term_hmacs"]
    assert cut["count"] == 2_000
    assert cut["first"] == names[: len(cut["first"])]
    assert len(cut["first"]) > 500
    assert cut["sha256"] == hashlib.sha256(encoded(names)).hexdigest()


def test_a_record_that_fits_is_left_as_it_is() -> None:
    data: dict[str, Json] = {"names": ["x" * 100] * 600}
    assert written(data) == data


def test_text_is_never_cut() -> None:
    with pytest.raises(TooLarge, match="65535"):
        written({"long": "x" * MAX_RECORD_BYTES, "names": ["y" * 1_000] * 10})


@settings(max_examples=30)
@given(
    st.dictionaries(
        st.sampled_from("abcdef"),
        st.recursive(
            st.lists(st.text(max_size=40) | st.integers(), max_size=8).map(lambda few: [*few] * 600),
            lambda inner: st.dictionaries(st.sampled_from("xyz"), inner, max_size=3),
            max_leaves=4,
        ),
        max_size=5,
    )
)
def test_whatever_lists_a_record_has_it_fits(data: dict[str, Any]) -> None:
    written(data)
