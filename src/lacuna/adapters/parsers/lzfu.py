"""Compressed RTF as Outlook stores it ([MS-OXRTFCP])."""

from typing import Final

from lacuna.adapters.parsers.limits import Limits

_COMPRESSED: Final = b"LZFu"
_UNCOMPRESSED: Final = b"MELA"
_WINDOW: Final = 4_096
_DICTIONARY: Final = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor "
    b"MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
    b"\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
"""What every stream may refer back to before it has said anything."""


def decompressed(data: bytes, limits: Limits) -> bytes:
    """The RTF in `data`; what is not compressed comes as it is, what is cut off as far as it goes. Raises TooLarge."""
    kind = data[8:12]
    if kind == _UNCOMPRESSED:
        return data[16:]
    if kind != _COMPRESSED:
        return data
    # A reference of two bytes stands for at most 17.
    limits.unpack(min(int.from_bytes(data[4:8], "little"), 9 * len(data)))
    window = bytearray(_DICTIONARY.ljust(_WINDOW, b" "))
    write, place, out = len(_DICTIONARY), 16, bytearray()
    while place < len(data):
        flags = data[place]
        place += 1
        for bit in range(8):
            if place >= len(data):
                break
            if not flags >> bit & 1:
                run = data[place : place + 1]
                place += 1
                out += run
                window[write] = run[0]
                write = (write + 1) % _WINDOW
                continue
            token = int.from_bytes(data[place : place + 2], "big")
            place += 2
            offset = token >> 4
            if offset == write:
                return bytes(out)
            for step in range((token & 0xF) + 2):
                letter = window[(offset + step) % _WINDOW]
                out.append(letter)
                window[write] = letter
                write = (write + 1) % _WINDOW
    return bytes(out)
