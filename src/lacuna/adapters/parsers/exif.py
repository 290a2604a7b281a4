"""The texts of a TIFF structure (TIFF 6.0, Exif 3.0): of TIFF files, and of the Exif block of other pictures."""

from collections.abc import Iterator
from typing import Final

from lacuna.adapters.parsers.mapi import decoded
from lacuna.adapters.parsers.strings import strings
from lacuna.adapters.parsers.xml_text import words_of

_SIZES: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 129: 1}
_ASCII: Final = frozenset({2, 129})
_BYTES: Final = frozenset({1, 7})
_DIRECTORIES: Final = frozenset({0x8769, 0x8825, 0xA005, 0x014A})
_GPS: Final = 0x8825
_WINDOWS: Final = range(0x9C9B, 0x9CA0)
_USER_COMMENT: Final = frozenset({0x9286, 0x001B, 0x001C})
_XMP: Final = 700
_PIXELS: Final = frozenset({0x0111, 0x0201, 0x015B, 0x8773})
"""Strips, thumbnails, quantization tables and colour profiles."""
_IPTC: Final = 33723
_COORDINATES: Final = {2: "latitude", 4: "longitude"}
_MAX_ENTRIES: Final = 4_096
_MAX_DIRECTORIES: Final = 64


def texts(data: bytes) -> Iterator[str]:
    """Every text in the structure, and where it was taken. Damaged entries are left out."""
    order: str = {b"II": "little", b"MM": "big"}.get(data[:2], "")
    if order:
        found = _Directories(data, order)
        yield from found.texts()
        if not found.seen:
            yield from strings(data)


class _Directories:
    def __init__(self, data: bytes, order: str) -> None:
        self._data = data
        self._order = order
        self.seen = set[int]()

    def texts(self) -> Iterator[str]:
        waiting, seen = [(self._number(4, 4), False)], self.seen
        while waiting and len(seen) < _MAX_DIRECTORIES:
            place, gps = waiting.pop()
            if not 0 < place < len(self._data) or place in seen:
                continue
            seen.add(place)
            count = min(self._number(place, 2), _MAX_ENTRIES)
            for entry in range(place + 2, place + 2 + 12 * count, 12):
                tag = self._number(entry, 2)
                value = self._value(entry)
                if tag in _DIRECTORIES and not gps:
                    steps = range(0, min(len(value), 4 * _MAX_DIRECTORIES), 4)
                    waiting.extend((self._number_in(value[at : at + 4]), tag == _GPS) for at in steps)
                else:
                    yield from self._entry(tag, self._number(entry + 2, 2), value, gps)
            waiting.append((self._number(place + 2 + 12 * count, 4), False))

    def _entry(self, tag: int, kind: int, value: bytes, gps: bool) -> Iterator[str]:
        if gps and tag in _COORDINATES:
            yield f"{_COORDINATES[tag]} {self._degrees(value):.6f}"
        elif tag in _USER_COMMENT:
            yield _comment(value, self._order)
        elif tag in _WINDOWS:
            yield value.decode("utf-16-le", "ignore").rstrip("\0")
        elif tag == _XMP:
            yield from words_of(value)
        elif kind in _ASCII or (kind in _BYTES and tag == _IPTC):
            yield decoded(value.strip(b"\0"))
        elif kind in _BYTES and tag not in _PIXELS:
            yield from strings(value)

    def _value(self, entry: int) -> bytes:
        size = _SIZES.get(self._number(entry + 2, 2), 0) * self._number(entry + 4, 4)
        place = entry + 8 if size <= 4 else self._number(entry + 8, 4)
        return self._data[place : place + size]

    def _degrees(self, value: bytes) -> float:
        parts = []
        for place in range(0, 24, 8):
            below = self._number_in(value[place + 4 : place + 8])
            parts.append(self._number_in(value[place : place + 4]) / below if below else 0.0)
        return parts[0] + parts[1] / 60 + parts[2] / 3_600

    def _number(self, place: int, size: int) -> int:
        return self._number_in(self._data[place : place + size])

    def _number_in(self, data: bytes) -> int:
        return int.from_bytes(data, "little" if self._order == "little" else "big")


def _comment(value: bytes, order: str) -> str:
    """A text behind eight bytes that name its character set."""
    kind, text = value[:8], value[8:]
    if kind.startswith(b"UNICODE"):
        return text.decode("utf-16-le" if order == "little" else "utf-16-be", "ignore").rstrip("\0")
    return decoded(text.strip(b"\0"))
