"""Outlook messages ([MS-OXMSG]): like mail, from the properties in a compound file."""

import re
from dataclasses import replace
from typing import Final

from lacuna.adapters.parsers import mapi
from lacuna.adapters.parsers.compound import CompoundFile
from lacuna.adapters.parsers.embedded import add_embedded, as_part
from lacuna.adapters.parsers.layout import sections_of, title_from_name
from lacuna.adapters.parsers.limits import Collector, Limits
from lacuna.adapters.parsers.mapi_body import body_sections
from lacuna.adapters.parsers.strings import strings
from lacuna.ports.parsers import Parsed, Section

MEDIA_TYPE: Final = "application/vnd.ms-outlook"
_PROPERTY: Final = re.compile(r"__substg1\.0_([0-9A-Fa-f]{4})([0-9A-Fa-f]{4})(?:-[0-9A-Fa-f]{1,8})?")
_FIXED: Final = "__properties_version1.0"
_NAMES: Final = "__nameid_version1.0"
_NAMES_STREAM: Final = "__substg1.0_00040102"
_ATTACHMENT: Final = "__attach_version1.0_"
_MESSAGE_IN_ATTACHMENT: Final = "__substg1.0_3701000d"

_Path = tuple[str, ...]


def read(data: bytes, filename: str, limits: Limits) -> Parsed:
    """Sender, receivers, subject, text and attachments; `everything` also holds all other properties, every form of the
    text, and what the attachments' own readers find."""
    file = CompoundFile(data, limits)
    parsed = _Reading(file, limits).message((), filename)
    if file.is_sound:
        return parsed
    everything = Collector(limits.max_output_chars)
    for text in (parsed.everything, *strings(data, is_text_store=True)):
        everything.add(text)
    return replace(parsed, everything=everything.text())


class _Reading:
    """The messages of one file: the outer one and those that are attached to it as they are."""

    def __init__(self, file: CompoundFile, limits: Limits) -> None:
        self._file = file
        self._limits = limits

    def message(self, root: _Path, filename: str) -> Parsed:
        everything = Collector(self._limits.max_output_chars)
        own: dict[tuple[int, int], bytes] = {}
        attachments: dict[_Path, list[_Path]] = {}
        for path in self._file.paths:
            if path[: len(root)] != root:
                continue
            rest = path[len(root) :]
            if rest[0].startswith(_ATTACHMENT):
                attachments.setdefault((*root, rest[0]), []).append(path)
            else:
                self._property(path, rest, own, everything)
        texts = {number: mapi.text_of(kind, value) for (number, kind), value in own.items()}
        head = [f"{label}: {texts[number]}" for number, label in mapi.SHOWN if texts.get(number)]
        title = " ".join(texts.get(mapi.SUBJECT, "").split())[:300] or title_from_name(filename)
        sections = [Section("\n".join(head), title)]
        sections += body_sections(own, title, self._limits, everything)
        for folder, paths in attachments.items():
            sections += self._attachment(folder, paths, everything)
        return Parsed(title, MEDIA_TYPE, sections_of(sections, self._limits.max_output_chars), everything.text())

    def _property(self, path: _Path, rest: _Path, own: dict[tuple[int, int], bytes], everything: Collector) -> None:
        found = _PROPERTY.fullmatch(rest[-1])
        value = self._file.read(path)
        if rest[0] == _NAMES:
            if rest[-1] == _NAMES_STREAM:
                everything.add(value.decode("utf-16-le", "ignore"))
        elif rest[-1] == _FIXED:
            for entry in range(len(value) % 16, len(value), 16):
                kind = int.from_bytes(value[entry : entry + 2], "little")
                for text in mapi.words_of(kind, value[entry + 8 : entry + 16]):
                    everything.add(text)
        elif found:
            number, kind = int(found.group(1), 16), int(found.group(2), 16)
            if len(rest) == 1:
                own[number, kind] = value
            if number not in (mapi.BODY_RTF, mapi.BODY_HTML) or len(rest) > 1:
                for text in mapi.words_of(kind, value):
                    everything.add(text)

    def _attachment(self, folder: _Path, paths: list[_Path], everything: Collector) -> list[Section]:
        own: dict[tuple[int, int], bytes] = {}
        inner = any(path[len(folder)].lower() == _MESSAGE_IN_ATTACHMENT for path in paths)
        for path in paths:
            rest = path[len(folder) :]
            found = _PROPERTY.fullmatch(rest[-1])
            if len(rest) == 1 and found and int(found.group(1), 16) == mapi.ATTACHED:
                own[mapi.ATTACHED, int(found.group(2), 16)] = self._file.read(path)
            elif len(rest) == 1:
                self._property(path, rest, own, everything)
        texts = {number: mapi.text_of(kind, value) for (number, kind), value in own.items()}
        name = next((texts[number] for number in mapi.ATTACHED_NAMES if texts.get(number)), "attachment")
        if inner:
            return self._inner(folder, paths, name, everything)
        data = next((value for (number, _), value in own.items() if number == mapi.ATTACHED), b"")
        parsed = add_embedded(data, name, self._limits, everything)
        return as_part(parsed, name) if parsed is not None else []

    def _inner(self, folder: _Path, paths: list[_Path], name: str, everything: Collector) -> list[Section]:
        """What is stored as a folder: a message, or an object of another program."""
        root = next(path for path in paths if path[len(folder)].lower() == _MESSAGE_IN_ATTACHMENT)[: len(folder) + 1]
        if any(path == (*root, _FIXED) for path in paths):
            parsed = _Reading(self._file, self._limits.inside()).message(root, name)
            everything.add(parsed.everything)
            return as_part(parsed, name)
        for path in paths:
            if len(path) > len(root):
                add_embedded(self._file.read(path), path[-1], self._limits, everything)
        return []
