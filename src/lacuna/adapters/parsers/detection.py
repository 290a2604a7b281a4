"""Which format a file has, by its content. The name only tells kinds of text apart.

A file of a known format is read as what it is, whatever its name says. What would hide text from a plain reader and has
no reader here is refused instead of being read as text.
"""

import io
import re
import zipfile
from enum import StrEnum
from pathlib import PurePath
from typing import Final

from lacuna.adapters.parsers.decoding import SUPPORTED, decode
from lacuna.adapters.parsers.limits import damaged, encrypted
from lacuna.adapters.parsers.names import CODE, CSV, JSON, MAIL, MARKDOWN, XML
from lacuna.domain.errors import UnsupportedFormat


class Format(StrEnum):
    """The formats that have a reader; the value is the media type, or its family."""

    MARKDOWN = "text/markdown"
    PLAIN = "text/plain"
    CSV = "text/csv"
    CODE = "text/x-source"
    HTML = "text/html"
    JSON = "application/json"
    XML = "application/xml"
    NOTEBOOK = "application/x-ipynb+json"
    RTF = "application/rtf"
    PDF = "application/pdf"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
    OPENDOCUMENT = "application/vnd.oasis.opendocument"
    EPUB = "application/epub+zip"
    MAIL = "message/rfc822"
    MAILBOX = "application/mbox"
    OUTLOOK = "application/vnd.ms-outlook"
    TNEF = "application/ms-tnef"
    COMPOUND = "application/x-ole-storage"
    IMAGE = "image"
    ZIP = "application/zip"
    TAR = "application/x-tar"
    COMPRESSED = "application/gzip"


COMPOUND_MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PDF_HEADER_WITHIN: Final = 1_024
_PDF_END: Final = b"startxref"
"""What a PDF with something before its header has, and a text about PDF has not."""
_ENCRYPTED_STREAM: Final = "EncryptedPackage".encode("utf-16-le")
_OUTLOOK_STREAM: Final = "__properties_version1.0".encode("utf-16-le")
_READ_BY_MAGIC: Final = (
    (b"{\\rtf", Format.RTF),
    (b"\xef\xbb\xbf{\\rtf", Format.RTF),
    (b"\x5d\x00\x00", Format.COMPRESSED),
    (b"\x78\x9f\x3e\x22", Format.TNEF),
    (b"\x1f\x8b", Format.COMPRESSED),
    *((b"BZh%d1AY&SY" % level, Format.COMPRESSED) for level in range(1, 10)),
    (b"\xfd7zXZ\x00", Format.COMPRESSED),
    (b"\x89PNG\r\n\x1a\n", Format.IMAGE),
    (b"\xff\xd8\xff", Format.IMAGE),
    (b"GIF87a", Format.IMAGE),
    (b"GIF89a", Format.IMAGE),
    (b"II*\x00", Format.IMAGE),
    (b"MM\x00*", Format.IMAGE),
)
_HIDES_TEXT: Final = (
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"MSCF\x00\x00\x00\x00", "a Cabinet archive"),
    (b"\x1f\x9d", "a compressed file"),
    (b"\x04\x22\x4d\x18", "an LZ4 archive"),
    (b"LZIP\x01", "an lzip archive"),
    (b"\x60\xea", "an ARJ archive"),
    (b"xar!\x00", "a xar archive"),
    (b"\xed\xab\xee\xdb", "an RPM package"),
    (b"!<arch>\ndebian-binary", "a Debian package"),
    (b"MSWIM\x00\x00\x00", "a Windows image"),
    (b"hsqs", "a SquashFS image"),
    (b"!BDN", "an Outlook data file"),
)
_REFUSED: Final = (
    *_HIDES_TEXT,
    (b"\x7fELF", "a program"),
    (b"MZ\x90\x00", "a program"),
    (b"SQLite format 3\x00", "a SQLite database"),
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
_HEADER_LINES: Final = r"(?:[!-9;-~]{1,76}:[^\n]{0,998}\n(?:[ \t][^\n]{0,998}\n){0,50})"
_HEADER: Final = re.compile(_HEADER_LINES)
_MAIL_HEADER: Final = re.compile(
    _HEADER_LINES + r"{0,100}(?:MIME-Version|Content-Transfer-Encoding|Received|Message-ID):", re.IGNORECASE
)
_MAILBOX: Final = re.compile(r"From [^\n]{1,200}\d{4}[^\n]{0,20}\n" + _HEADER_LINES + "{2}")
_NOTEBOOK: Final = re.compile(r'"nbformat"\s*:\s*\d')
_ZIP_MEMBERS: Final = (
    ("word/document.xml", Format.DOCX),
    ("xl/workbook.xml", Format.XLSX),
    ("ppt/presentation.xml", Format.PPTX),
    ("META-INF/container.xml", Format.EPUB),
    ("content.xml", Format.OPENDOCUMENT),
)
_OFFICE_MAIN: Final = (
    (re.compile(r"word/document\d+\.xml"), Format.DOCX),
    (re.compile(r"xl/workbook\d+\.xml"), Format.XLSX),
    (re.compile(r"ppt/presentation\d+\.xml"), Format.PPTX),
)


def detect(data: bytes, filename: str, nested: bool = False) -> Format:
    """The format of `data`. `nested` says that it stands in another file: old and binary Office files are then searched
    for text, while by themselves they are refused. Raises UnsupportedFormat, naming what the file is where that is
    known, and UnreadableDocument for a password-protected Office file."""
    if b"%PDF-" in data[:_PDF_HEADER_WITHIN] and (data.lstrip().startswith(b"%PDF-") or _PDF_END in data):
        return Format.PDF
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _inside_zip(data, nested)
    if data.startswith(COMPOUND_MAGIC):
        return _compound(data, nested)
    for magic, found in _READ_BY_MAGIC:
        if data.startswith(magic):
            return found
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return Format.IMAGE
    if data[257:262] == b"ustar":
        return Format.TAR
    try:
        _refuse_foreign(data)
        return _text_format(data, filename)
    except UnsupportedFormat:
        # What unpacks itself, or has an archive behind it, is one.
        if zipfile.is_zipfile(io.BytesIO(data)):
            return Format.ZIP
        raise


def is_packed(data: bytes) -> bool:
    """Whether bytes that pass as text are a file of another kind."""
    starts = (b"PK\x03\x04", b"%PDF-", COMPOUND_MAGIC, *(magic for magic, _ in (*_READ_BY_MAGIC, *_HIDES_TEXT)))
    return data.startswith(starts)


def hides_text(data: bytes) -> str:
    """The name of a format that packs text so that it cannot be searched, and has no reader; else ""."""
    return next((name for magic, name in _HIDES_TEXT if data.startswith(magic)), "")


def unsupported(what: str, advice: str = "") -> UnsupportedFormat:
    """The error for a file that is recognised but has no reader."""
    return UnsupportedFormat(f"The file is {what}, which cannot be ingested.", cure=f"{advice} {SUPPORTED}".lstrip())


def _refuse_foreign(data: bytes) -> None:
    """Refuses what is known and has no reader."""
    for magic, name in _REFUSED:
        if data.startswith(magic):
            raise unsupported(name)


def _compound(data: bytes, nested: bool) -> Format:
    if _ENCRYPTED_STREAM in data:
        raise encrypted("Office document")
    if _OUTLOOK_STREAM in data:
        return Format.OUTLOOK
    if not nested:
        raise unsupported("a document of an old Office version", "Save it as docx, xlsx or pptx, then retry.")
    return Format.COMPOUND


def _inside_zip(data: bytes, nested: bool) -> Format:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = frozenset(archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        raise damaged("archive", "its directory is damaged or cut off") from None
    if "xl/workbook.bin" in names:
        if nested:
            return Format.ZIP
        raise unsupported("a binary Excel workbook", "Save it as xlsx, then retry.")
    known = next((found for member, found in _ZIP_MEMBERS if member in names), None)
    if known is None and "_rels/.rels" in names:
        # The main part may have another name: what it is called is said in the package.
        known = next((found for start, found in _OFFICE_MAIN if any(start.fullmatch(name) for name in names)), None)
    return known or Format.ZIP


def _text_format(data: bytes, filename: str) -> Format:
    suffix = PurePath(filename).suffix.lower()
    # Mail may carry bytes that are no text; its head never does.
    head = data[:20_000].decode("latin-1").replace("\r\n", "\n")
    if suffix == ".emlx":
        head = head.partition("\n")[2]
    if _MAILBOX.match(head):
        return Format.MAILBOX
    if _MAIL_HEADER.match(head) or (suffix in MAIL and _HEADER.match(head)):
        return Format.MAIL
    beginning = decode(data)[:20_000]
    if _HTML_OPENING.match(beginning) or (suffix in {".html", ".htm", ".xhtml"} and _HTML_TAG.search(beginning)):
        return Format.HTML
    opening = beginning.lstrip()[:1]
    if opening == "{" and (suffix == ".ipynb" or _NOTEBOOK.search(beginning)):
        return Format.NOTEBOOK
    if opening == "<" and (suffix in XML or beginning.lstrip().startswith("<?xml")):
        return Format.XML
    return _named(suffix)


def _named(suffix: str) -> Format:
    for names, found in ((MARKDOWN, Format.MARKDOWN), (JSON, Format.JSON), (CSV, Format.CSV), (CODE, Format.CODE)):
        if suffix in names:
            return found
    return Format.PLAIN
