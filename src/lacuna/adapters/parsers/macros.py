"""Source code of Visual Basic macros, which a module's stream holds compressed ([MS-OVBA] 2.4.1)."""

from typing import Final

_BEGINNING: Final = b"\x00Attribut"
"""How the compressed source of every module begins: a flag byte, then its first eight letters."""
_CHUNK: Final = 4_096
_MAX_SOURCE: Final = 4 << 20


def macro_source(stream: bytes) -> str:
    """The source in a module's stream; "" where there is none. Damaged ends are left out."""
    start = stream.find(_BEGINNING) - 3
    if start < 0 or stream[start] != 1:
        return ""
    return _decompressed(stream, start + 1).decode("cp1252", "replace")


def _decompressed(data: bytes, place: int) -> bytes:
    out = bytearray()
    while place + 2 <= len(data) and len(out) < _MAX_SOURCE:
        header = int.from_bytes(data[place : place + 2], "little")
        end = min(place + (header & 0x0FFF) + 3, len(data))
        place += 2
        if header & 0x8000:
            _chunk(data[place:end], out)
        else:
            out += data[place : place + _CHUNK]
        place = end
    return bytes(out)


def _chunk(data: bytes, out: bytearray) -> None:
    begin, place = len(out), 0
    while place < len(data):
        flags = data[place]
        place += 1
        for bit in range(8):
            if place >= len(data) or len(out) - begin >= _CHUNK:
                return
            if not flags >> bit & 1:
                out.append(data[place])
                place += 1
                continue
            token = int.from_bytes(data[place : place + 2], "little")
            place += 2
            bits = max((len(out) - begin - 1).bit_length(), 4)
            offset = (token >> (16 - bits)) + 1
            if offset > len(out):
                return
            for _ in range((token & (0xFFFF >> bits)) + 3):
                out.append(out[-offset])
