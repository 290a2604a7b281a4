"""Which format a file has, by its content. The name only tells Markdown from other text.

A file of a known format is read as what it is, whatever its name says. Everything that would hide text from a plain
reader (archives, mail with encoded parts, RTF) is refused instead of being read as text.
"""

import io
import re
import zipfile
from enum import StrEnum
from pathlib import PurePath
from typing import Final

from lacuna.adapters.parsers.decoding import decode
from lacuna.adapters.parsers.limits import damaged
from lacuna.domain.errors import UnreadableDocument, UnsupportedFormat


class Format(StrEnum):
    """The formats that have a reader; the value is the media type."""

    MARKDOWN = "text/markdown"
    PLAIN = "text/plain"
    HTML = "text/html"
    PDF = "application/pdf"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


_SUPPORTED: Final = "Supported are md, txt, html, pdf, docx and other plain text (csv, json, xml, logs, source code)."
_MARKDOWN_NAMES: Final = frozenset({".md", ".markdown", ".mdown", ".mkd"})
_MAIL_NAMES: Final = frozenset({".eml", ".mbox", ".mht", ".mhtml"})
_PDF_HEADER_WITHIN: Final = 1_024
_ENCRYPTED_STREAM: Final = "EncryptedPackage".encode("utf-16-le")
_MAGIC: Final = (
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"II*\x00", "a TIFF image"),
    (b"MM\x00*", "a TIFF image"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90\x00", "a program"),
    (b"SQLite format 3\x00", "a SQLite database"),
    (b"{\\rtf", "an RTF document"),
    (b"%!PS", "a PostScript document"),
)
_HTML_OPENING: Final = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_HTML_TAG: Final = re.compile(
    r"</?(?:p|div|span|a|h[1-6]|ul|ol|li|table|tr|td|br|img|meta|title|script|section|article)\b",
    re.IGNORECASE,
)
_MAIL_HEADER: Final = re.compile(
    r"(?:[!-9;-~]{1,76}:[^\n]{0,998}\n(?:[ \t][^\n]{0,998}\n){0,50}){0,100}(?:MIME-Version|Content-Transfer-Encoding):",
    re.IGNORECASE,
)
_ZIP_MEMBERS: Final = (
    ("ppt/presentation.xml", "a PowerPoint presentation"),
    ("xl/workbook.xml", "an Excel workbook"),
    ("xl/workbook.bin", "an Excel workbook"),
    ("content.xml", "an OpenDocument file"),
    ("META-INF/container.xml", "an EPUB book"),
    ("META-INF/MANIFEST.MF", "a Java archive"),
)


def detect(data: bytes, filename: str) -> Format:
    """The format of `data`. Raises UnsupportedFormat, naming what the file is where that is known, and
    UnreadableDocument for a password-protected Office file."""
    if b"%PDF-" in data[:_PDF_HEADER_WITHIN]:
        return Format.PDF
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _inside_zip(data)
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        if _ENCRYPTED_STREAM in data:
            raise UnreadableDocument(
                "The Office document is encrypted.", cure="Save it without a password, then retry."
            )
        raise unsupported("a document of an old Office version", "Save it as docx, then retry.")
    for magic, name in _MAGIC:
        if data.startswith(magic):
            raise unsupported(name)
    return _text_format(data, filename)


def unsupported(what: str, advice: str = "") -> UnsupportedFormat:
    """The error for a file that is recognised but has no reader."""
    return UnsupportedFormat(f"The file is {what}, which cannot be ingested.", cure=f"{advice} {_SUPPORTED}".lstrip())


def _inside_zip(data: bytes) -> Format:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = frozenset(archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        raise damaged("archive", "its directory is damaged or cut off") from None
    if "[Content_Types].xml" in names and "word/document.xml" in names:
        return Format.DOCX
    for member, name in _ZIP_MEMBERS:
        if member in names:
            raise unsupported(name)
    raise unsupported("a ZIP archive", "Unpack it and ingest the files in it.")


def _text_format(data: bytes, filename: str) -> Format:
    text = decode(data)
    suffix = PurePath(filename).suffix.lower()
    beginning = text[:20_000]
    if suffix in _MAIL_NAMES or _MAIL_HEADER.match(beginning):
        raise unsupported("an e-mail message", "Save its text and attachments as files, then retry.")
    if _HTML_OPENING.match(beginning) or (suffix in {".html", ".htm", ".xhtml"} and _HTML_TAG.search(beginning)):
        return Format.HTML
    return Format.MARKDOWN if suffix in _MARKDOWN_NAMES else Format.PLAIN
