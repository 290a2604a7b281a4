"""Names and bytes of tiles, as C2SP tlog-tiles specifies them (c2sp.org/tlog-tiles).

A tile of level L and index N holds up to 256 hashes: the roots of the perfect subtrees of 256**L leaves from number N *
256 on. A tile that the log has not filled yet is partial and says its width. An entry bundle holds the records under
the tile of level 0 with its index.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from lacuna.domain.merkle import TILE_HEIGHT

WIDTH: Final = 1 << TILE_HEIGHT
MAX_ENTRY: Final = 65_535
"""The most bytes of a record in an entry bundle."""

_MAX_LEVEL: Final = 63
_PATH: Final = re.compile(r"(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile, or with `level` None an entry bundle."""

    level: int | None
    index: int
    width: int = WIDTH

    @property
    def full(self) -> bool:
        return self.width == WIDTH

    @property
    def path(self) -> str:
        """Its one right name, after `tile/`."""
        digits = str(self.index)
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        name = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
        partial = "" if self.full else f".p/{self.width}"
        return f"{'entries' if self.level is None else self.level}/{name}{partial}"

    @classmethod
    def named(cls, path: str) -> "Tile":
        """The tile of a path after `tile/`. Raises ValueError for anything but the one right name of a tile."""
        match = _PATH.fullmatch(path)
        if match is None or len(path) > 64:
            raise ValueError("it is not <level>/<index> or <level>/<index>.p/<width>")
        level, index, width = match.groups()
        found = cls(
            None if level == "entries" else int(level),
            int(index.replace("x", "").replace("/", "")),
            WIDTH if width is None else int(width),
        )
        if found.path != path or (found.level or 0) > _MAX_LEVEL or found.width > WIDTH:
            raise ValueError("it is written in a second way, or its level or width is too large")
        return found

    def within(self, size: int) -> bool:
        """Whether a log of this size has it."""
        return self.index * WIDTH + self.width <= size >> (TILE_HEIGHT * (self.level or 0))


def bundle(entries: Sequence[bytes]) -> bytes:
    """An entry bundle: each record after its length in two bytes. Raises ValueError for a record over MAX_ENTRY."""
    if any(len(entry) > MAX_ENTRY for entry in entries):
        raise ValueError(f"a record has more than {MAX_ENTRY} bytes")
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)
