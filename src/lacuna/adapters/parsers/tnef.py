"""Outlook's winmail.dat ([MS-OXTNEF]): the properties and attachments of a message in one attached file."""

from collections.abc import Iterator
from typing import Final

from lacuna.adapters.parsers import mapi
from lacuna.adapters.parsers.embedded import add_embedded, as_part
from lacuna.adapters.parsers.layout import sections_of, title_from_name
from lacuna.adapters.parsers.limits import Collector, Limits, damaged
from lacuna.adapters.parsers.mapi_body import body_sections
from lacuna.ports.parsers import Parsed, Section

_PROPERTIES: Final = frozenset({0x9003, 0x9005})
_RECIPIENTS: Final = 0x9004
_ATTACH_BEGIN: Final = 0x9002
_ATTACH_TITLE: Final = 0x8010
_ATTACH_DATA: Final = 0x800F
_ATTACH_PROPERTIES: Final = 0x9005
_FIXED_SIZES: Final = {2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 10: 4, 11: 4, 20: 8, 64: 8, 72: 16}
_SIZED: Final = frozenset({0x001E, 0x001F, 0x0102, 0x000D})
_NAMED_FROM: Final = 0x8000
_MANY: Final = 0x1000
_MAX_VALUES: Final = 10_000


def read(data: bytes, filename: str, limits: Limits) -> Parsed:
    """Text and attachments; `everything` also holds all other properties."""
    everything = Collector(limits.max_output_chars)
    own: dict[tuple[int, int], bytes] = {}
    attachments: list[tuple[str, bytes]] = []
    for number, value in _attributes(data):
        if number == _ATTACH_BEGIN:
            attachments.append(("", b""))
        elif number == _ATTACH_TITLE and attachments:
            attachments[-1] = (mapi.decoded(value.rstrip(b"\0")), attachments[-1][1])
        elif number == _ATTACH_DATA and attachments:
            attachments[-1] = (attachments[-1][0], value)
        elif number in _PROPERTIES:
            inside = number == _ATTACH_PROPERTIES
            for (tag, kind), content in _properties(value, everything):
                if inside and tag == mapi.ATTACHED and attachments:
                    # An attached message or object starts with the identifier of its interface.
                    attachments[-1] = (attachments[-1][0], content[16:] if kind == 0x000D else content)
                elif not inside:
                    own[tag, kind] = content
        else:
            for text in mapi.words_of(0x001E if _is_text(value) else 0x0102, value):
                everything.add(text)
    subject = next((mapi.text_of(kind, value) for (tag, kind), value in own.items() if tag == mapi.SUBJECT), "")
    title = subject.strip() or title_from_name(filename)
    sections: list[Section] = body_sections(own, title, limits, everything)
    for name, content in attachments:
        parsed = add_embedded(content, name or "attachment", limits, everything)
        sections += as_part(parsed, name) if parsed is not None else []
    return Parsed(title, "application/ms-tnef", sections_of(sections, limits.max_output_chars), everything.text())


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Number and content of each attribute. Raises UnreadableDocument where one is cut off."""
    place = 6
    while place + 9 <= len(data):
        number = int.from_bytes(data[place + 1 : place + 3], "little")
        size = int.from_bytes(data[place + 5 : place + 9], "little")
        place += 9
        if place + size > len(data):
            raise damaged("winmail.dat", "it is cut off")
        yield number, data[place : place + size]
        place += size + 2


def _properties(data: bytes, everything: Collector) -> Iterator[tuple[tuple[int, int], bytes]]:
    """The MAPI properties in an attribute; their texts go to `everything`, message bodies only to the caller."""
    place = 4
    for _ in range(min(int.from_bytes(data[:4], "little"), _MAX_VALUES)):
        kind = int.from_bytes(data[place : place + 2], "little")
        tag = int.from_bytes(data[place + 2 : place + 4], "little")
        place += 4
        if tag >= _NAMED_FROM:
            place = _name(data, place, everything)
        plain = kind & ~_MANY
        several = bool(kind & _MANY) or plain in _SIZED
        count = int.from_bytes(data[place : place + 4], "little") if several else 1
        place += 4 if several else 0
        for _ in range(min(count, _MAX_VALUES)):
            size = _FIXED_SIZES.get(plain, 0)
            if plain in _SIZED:
                size = int.from_bytes(data[place : place + 4], "little")
                place += 4
            value = data[place : place + size]
            place += size + (-size % 4)
            if not value:
                # Nothing can be made out from here on: look at what is left as it stands.
                if size or plain not in (*_SIZED, *_FIXED_SIZES):
                    for text in mapi.words_of(0x0102, data[place - size :]):
                        everything.add(text)
                    return
                continue
            if tag not in (mapi.BODY_RTF, mapi.BODY_HTML, mapi.ATTACHED):
                for text in mapi.words_of(plain, value):
                    everything.add(text)
            yield (tag, plain), value


def _name(data: bytes, place: int, everything: Collector) -> int:
    """Reads the name of a named property; gives the place after it."""
    by_text = int.from_bytes(data[place + 16 : place + 20], "little")
    place += 20
    if not by_text:
        return place + 4
    size = int.from_bytes(data[place : place + 4], "little")
    everything.add(data[place + 4 : place + 4 + size].decode("utf-16-le", "ignore").rstrip("\0"))
    return place + 4 + size + (-size % 4)


def _is_text(value: bytes) -> bool:
    return bool(value) and all(byte >= 0x20 or byte in b"\t\r\n\0" for byte in value[:2_000])
