"""Tiles have one name each, as in the examples of the specification."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.domain.tiles import MAX_ENTRY, Tile, bundle


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "0/000"),
        (Tile(3, 1_234_067), "3/x001/x234/067"),
        (Tile(0, 273, 112), "0/273.p/112"),
        (Tile(None, 1_000), "entries/x001/000"),
        (Tile(63, 999, 1), "63/999.p/1"),
    ],
)
def test_the_examples_of_the_specification(tile: Tile, path: str) -> None:
    assert tile.path == path
    assert Tile.named(path) == tile


@given(st.none() | st.integers(0, 63), st.integers(0, 10**18), st.integers(1, 256))
def test_every_tile_is_found_by_its_name(level: int | None, index: int, width: int) -> None:
    tile = Tile(level, index, width)
    assert Tile.named(tile.path) == tile


@given(st.text("0123456789x/.p", max_size=20))
def test_no_tile_has_a_second_name(path: str) -> None:
    try:
        tile = Tile.named(path)
    except ValueError:
        return
    assert tile.path == path


@given(st.integers(0, 4), st.integers(0, 70_000))
def test_a_log_has_the_tiles_whose_subtrees_are_whole(level: int, size: int) -> None:
    count = size // 256**level
    for index in {0, count // 256}:
        for width in (1, 255, 256):
            assert Tile(level, index, width).within(size) == (index * 256 + width <= count)


def test_a_bundle_says_how_long_each_record_is() -> None:
    assert bundle([b"", b"ab"]) == b"\x00\x00\x00\x02ab"
    assert len(bundle([b"x" * MAX_ENTRY])) == MAX_ENTRY + 2
    with pytest.raises(ValueError, match="65535"):
        bundle([b"x" * (MAX_ENTRY + 1)])
