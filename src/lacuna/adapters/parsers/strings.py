"""Printable runs in binary data: what is left to look at where no reader knows the format."""

import re
from collections.abc import Iterator
from typing import Final

_NARROW: Final = re.compile(rb"[\t\x20-\x7e]{10,}")
_NARROW_SHORT: Final = re.compile(rb"[\t\x20-\x7e\x80-\x9f\xa0-\xff]{4,}")
_WIDE: Final = re.compile(rb"(?:[\t\x20-\x7e\xa0-\xff]\x00){5,}")
_WIDE_BIG_ENDIAN: Final = re.compile(rb"(?:\x00[\t\x20-\x7e]){5,}")
_WIDE_SHORT: Final = re.compile(rb"(?:[\t\x20-\x7e\xa0-\xff]\x00|[\x00-\xff][\x01-\x06\x20]){4,}")


def strings(data: bytes, *, is_text_store: bool = False) -> Iterator[str]:
    """Runs of ASCII and of UTF-16. `is_text_store` says that the data are known to hold text between
    other bytes (an old Office file): then shorter runs and Windows-1252 count too, at the price of noise."""
    for run in (_NARROW_SHORT if is_text_store else _NARROW).finditer(data):
        yield run.group().decode("cp1252" if is_text_store else "ascii", "ignore")
    for run in (_WIDE_SHORT if is_text_store else _WIDE).finditer(data):
        yield run.group().decode("utf-16-le", "ignore")
    for run in _WIDE_BIG_ENDIAN.finditer(data):
        yield run.group().decode("utf-16-be", "ignore")
