"""How the data of a ledger record becomes bytes, and shorter where there is too much of it.

Guarantees that what is cut is still attested: a list gives way to its first items, the number of all, and the SHA-256
of the canonical JSON of all of them, so that whoever has the list can show that it is the one.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence

Json = None | bool | int | str | Sequence["Json"] | Mapping[str, "Json"]

_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
_FRAME = 120
"""Bytes of what stands in place of a list besides its first items."""

Path = tuple[str, ...]


def encoded(value: Json) -> bytes:
    """Canonical JSON. Raises ValueError for a number that is none, and TypeError."""
    return _ENCODER.encode(value).encode()


def shortened(data: Mapping[str, Json], excess: int) -> dict[str, Json]:
    """The data with its longest lists cut until it has `excess` bytes fewer, as far as lists can give that. Lists
    within lists are cut with these only."""
    found: dict[str, Json] = dict(data)
    lists = sorted(_lists(data, ()), key=lambda each: (-each[1], each[0]))
    for path, size in lists:
        if excess <= 0:
            break
        cut = _cut(_at(found, path), size - excess)
        excess -= size - len(encoded(cut))
        found = _with(found, path, cut)
    return found


def _lists(data: Mapping[str, Json], path: Path) -> Iterator[tuple[Path, int]]:
    for key, value in data.items():
        if isinstance(value, Mapping):
            yield from _lists(value, (*path, key))
        elif isinstance(value, Sequence) and not isinstance(value, str) and (size := len(encoded(value))) > 2 * _FRAME:
            yield (*path, key), size


def _cut(items: Json, room: int) -> Json:
    """The list in at most `room` bytes, or without any item."""
    assert isinstance(items, Sequence)  # noqa: S101  # only lists are asked for
    first: list[Json] = []
    left = room - _FRAME
    for item in items:
        left -= len(encoded(item)) + 1
        if left < 0:
            break
        first.append(item)
    return {"count": len(items), "first": first, "sha256": hashlib.sha256(encoded(items)).hexdigest()}


def _at(data: Json, path: Path) -> Json:
    for key in path:
        assert isinstance(data, Mapping)  # noqa: S101  # paths come from the data
        data = data[key]
    return data


def _with(data: Mapping[str, Json], path: Path, value: Json) -> dict[str, Json]:
    key, *rest = path
    inner = data[key]
    changed = value if not rest or not isinstance(inner, Mapping) else _with(inner, tuple(rest), value)
    return {**data, key: changed}
