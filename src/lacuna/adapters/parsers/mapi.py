"""Message properties of Outlook ([MS-OXPROPS], [MS-OXCDATA]), as `msg` and `tnef` find them: values to text."""

import struct
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from lacuna.adapters.parsers.decoding import decode
from lacuna.adapters.parsers.strings import strings
from lacuna.domain.errors import UnsupportedFormat

SUBJECT: Final = 0x0037
BODY: Final = 0x1000
BODY_RTF: Final = 0x1009
BODY_HTML: Final = 0x1013
DISPLAY_NAME: Final = 0x3001
ATTACHED: Final = 0x3701
ATTACHED_NAMES: Final = (0x3707, 0x3704, DISPLAY_NAME)
SENDER: Final = 0x0C1A
TO: Final = 0x0E04
CC: Final = 0x0E03
SHOWN: Final = ((SENDER, "From"), (TO, "To"), (CC, "Cc"), (SUBJECT, "Subject"))
_NARROW: Final = 0x001E
_WIDE: Final = 0x001F
_BINARY: Final = 0x0102
_TIME: Final = 0x0040
_WHOLE: Final = (0x0002, 0x0003, 0x0014)
_MULTIPLE: Final = 0x1000


def text_of(kind: int, data: bytes) -> str:
    """A string property as text; "" for other kinds. `kind` is the type without the bit for several values."""
    if kind == _WIDE:
        return data.decode("utf-16-le", "replace").rstrip("\0")
    if kind == _NARROW:
        return decoded(data.rstrip(b"\0"))
    return ""


def words_of(kind: int, data: bytes) -> Iterator[str]:
    """Every text in a property's value."""
    kind &= ~_MULTIPLE
    if kind in (_NARROW, _WIDE):
        yield text_of(kind, data)
    elif kind == _BINARY:
        yield from strings(data)
    elif kind == _TIME and len(data) >= 8:
        yield _time(data)
    elif kind in _WHOLE and len(data) >= 4:
        number = int.from_bytes(data[:8], "little", signed=True)
        # Small ones are flags and counters.
        if abs(number) > 99_999:
            yield str(number)


def decoded(data: bytes) -> str:
    """Text of an unnamed character set; what is no text comes as Latin-1."""
    try:
        return decode(data)
    except UnsupportedFormat:
        return data.decode("latin-1")


def _time(data: bytes) -> str:
    """A FILETIME: tenths of microseconds since 1601."""
    (ticks,) = struct.unpack("<Q", data[:8])
    try:
        return (datetime(1601, 1, 1) + timedelta(microseconds=ticks // 10)).isoformat(" ", "seconds")  # noqa: DTZ001
    except OverflowError:
        return ""
