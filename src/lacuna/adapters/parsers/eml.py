"""Mail (RFC 5322, MIME): headers, text and attachments for retrieval; every alternative, header and part besides."""

import re
from email import message_from_bytes, policy
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from typing import Final

from lacuna.adapters.parsers.decoding import decode
from lacuna.adapters.parsers.detection import is_packed
from lacuna.adapters.parsers.embedded import add_embedded, as_part
from lacuna.adapters.parsers.html import add_page
from lacuna.adapters.parsers.layers import add_hidden, without_tags
from lacuna.adapters.parsers.layout import markdown_sections, sections_of, title_from_name
from lacuna.adapters.parsers.limits import Collector, Limits, encrypted
from lacuna.domain.errors import TooLarge, UnsupportedFormat
from lacuna.ports.parsers import Parsed, Section

MEDIA_TYPE: Final = "message/rfc822"
_SHOWN: Final = ("From", "To", "Cc", "Date", "Subject")
_NO_WORDS: Final = frozenset({"content-transfer-encoding", "mime-version"})
_CHARSET: Final = re.compile(r"[A-Za-z0-9_:.+-]{2,40}")
_NOT_LIKE_ASCII: Final = ("iso-2022", "utf-7", "utf-16", "utf-32", "hz")
"""Character sets whose bytes would pass as ASCII or UTF-8 and say something else."""
_INLINE: Final = frozenset({"text/plain", "text/html"})
_ENRICHED: Final = frozenset({"text/enriched", "text/richtext"})
_PGP: Final = "-----BEGIN PGP MESSAGE-----"
_BASE64: Final = re.compile(r"[A-Za-z0-9+/\s]*={0,2}\s*")
_LENGTH_LINE: Final = re.compile(rb"\A\d{1,10} *\r?\n(?=[!-9;-~]{1,76}:)")
"""What Apple's mail files begin with."""
_SEALED: Final = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_SIGNATURES: Final = frozenset({"application/pkcs7-signature", "application/x-pkcs7-signature"})
_MIME_START: Final = re.compile(rb"(?:Content-Type|MIME-Version):", re.IGNORECASE)


def read(data: bytes, filename: str, limits: Limits) -> Parsed:
    """The header lines a mail program shows, the text and the attachments; `everything` also holds all other headers,
    every alternative of the text, and what the attachments' own readers find."""
    try:
        data = _LENGTH_LINE.sub(b"", data)
        return read_message(message_from_bytes(data, policy=policy.compat32), filename, limits)
    except RecursionError:
        raise TooLarge(
            "The message holds parts that are nested too deep.", cure="Save the inner messages by themselves."
        ) from None


def read_message(message: Message, filename: str, limits: Limits) -> Parsed:
    """The text of a message that is parsed already."""
    reading = _Reading(limits)
    reading.message(message)
    title = " ".join(header_text(message.get("Subject", "")).split())[:300] or title_from_name(filename)
    sections = sections_of(reading.sections, limits.max_output_chars)
    return Parsed(title, MEDIA_TYPE, sections, reading.everything.text())


def header_text(value: object) -> str:
    """A header's value with its encoded words (RFC 2047) decoded."""
    text = str(value)
    try:
        parts = decode_header(text)
    except (HeaderParseError, ValueError):
        return text
    return "".join(part if isinstance(part, str) else _decoded(part, charset or "") for part, charset in parts)


class _Reading:
    """One walk over a message. `sections` is what is retrieved."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.everything = Collector(limits.max_output_chars)
        self.sections: list[Section] = []

    def message(self, message: Message) -> None:
        subject = header_text(message.get("Subject", ""))
        self._headers(message)
        shown = [f"{name}: {header_text(message[name])}" for name in _SHOWN if message.get(name)]
        self.sections.append(Section("\n".join(shown), subject))
        self._part(message, subject)

    def _headers(self, part: Message) -> None:
        for name, value in part.items():
            if name.lower() not in _NO_WORDS:
                self.everything.add(f"{name}: {_unfolded(header_text(value))}")

    def _part(self, part: Message, subject: str) -> None:
        kind = part.get_content_type()
        if kind == "multipart/encrypted":
            raise encrypted("message")
        if not part.is_multipart():
            self._leaf(part, kind, subject)
            return
        for text in (part.preamble, part.epilogue):
            self.everything.add(text)
        children = [child for child in part.get_payload() if isinstance(child, Message)]
        if kind == "message/rfc822":
            for child in children:
                self._inner_message(child)
            return
        before = len(self.sections)
        forms: list[tuple[str, list[Section]]] = []
        for child in children:
            self._headers(child)
            self._part(child, subject)
            forms.append((child.get_content_type(), self.sections[before:]))
            del self.sections[before:]
        chosen = [_chosen(forms)] if kind == "multipart/alternative" else [sections for _, sections in forms]
        for sections in chosen:
            self.sections.extend(sections)

    def _inner_message(self, message: Message) -> None:
        parsed = read_message(message, "message", self._limits.inside())
        self.everything.add(parsed.everything)
        self.sections.extend(as_part(parsed, parsed.title))

    def _leaf(self, part: Message, kind: str, subject: str) -> None:
        name = _file_name(part)
        payload = part.get_payload(decode=True)
        data = payload if isinstance(payload, bytes) else b""
        attached = part.get_content_disposition() == "attachment" or kind not in _INLINE or is_packed(data)
        self._behind(part)
        if kind in _SEALED:
            data = _opened(data)
            kind, name, attached = MEDIA_TYPE, name or "message.eml", True
        if kind in _SIGNATURES:
            self.everything.add(name)
        elif attached:
            if kind in _ENRICHED:
                self.everything.add(without_tags(_decoded(data, "")))
            parsed = add_embedded(data, name or kind.replace("/", "."), self._limits, self.everything)
            if parsed is not None:
                self.sections.extend(as_part(parsed, name or parsed.title))
        else:
            self.everything.add(name)
            self._text(_decoded(data, str(part.get_param("charset") or "")), kind, subject)

    def _behind(self, part: Message) -> None:
        """What stands behind the end of a base64 text, where mailing lists put their words."""
        encoding, payload = str(part.get("Content-Transfer-Encoding", "")), part.get_payload()
        if encoding.strip().lower().startswith("base64") and isinstance(payload, str):
            encoded = _BASE64.match(payload)
            self.everything.add(payload[encoded.end() :] if encoded else payload)

    def _text(self, text: str, kind: str, subject: str) -> None:
        if _PGP in text:
            raise encrypted("message")
        if kind != "text/html":
            self.everything.add(text)
            add_hidden(text, self._limits, self.everything)
            self.sections.append(Section(text, subject))
            return
        page = add_page(text, self._limits, self.everything)
        self.sections.extend(
            Section(section.text, section.heading or subject) for section in markdown_sections(page.visible)
        )


def _chosen(forms: list[tuple[str, list[Section]]]) -> list[Section]:
    """Of the forms of one text the plain one, where it says something, else the last, which is the richest."""
    said = [(kind, sections) for kind, sections in forms if any(section.text.strip() for section in sections)]
    plain = [sections for kind, sections in said if kind == "text/plain"]
    return plain[0] if plain else (said[-1][1] if said else [])


def _file_name(part: Message) -> str:
    """The name of an attachment; "" where the header is damaged (it is in `everything` as it stands)."""
    try:
        return header_text(part.get_filename() or "")
    except (ValueError, LookupError):
        return ""


def _unfolded(value: str) -> str:
    return " ".join(value.split())


def _decoded(data: bytes, charset: str) -> str:
    """Text in the character set that it declares, else as `decode` finds it. Never fails: what is no text comes as
    Latin-1."""
    if charset.lower().startswith(_NOT_LIKE_ASCII):
        try:
            return data.decode(charset)
        except (UnicodeDecodeError, LookupError):
            return data.decode("latin-1")
    try:
        return decode(data, charset if _CHARSET.fullmatch(charset) else "")
    except UnsupportedFormat:
        return data.decode("latin-1")


def _opened(data: bytes) -> bytes:
    """The message inside an opaque signature (RFC 8551). Raises UnreadableDocument where it is encrypted."""
    start = _MIME_START.search(data)
    if start is None:
        raise encrypted("message")
    return data[start.start() :]
