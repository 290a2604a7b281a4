"""PDF through PDFium: pages for retrieval; metadata, bookmarks, annotations, form fields, links and attachments
besides.

Text in pictures is not read. What PDFium has no function for is taken from the file's objects (`pdf_objects`).
"""

import ctypes
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from lacuna.adapters.parsers.embedded import add_embedded
from lacuna.adapters.parsers.layout import sections_of, title_from_name
from lacuna.adapters.parsers.limits import MAX_PAGES, Collector, Limits, damaged
from lacuna.adapters.parsers.packed import read_zip
from lacuna.adapters.parsers.pdf_objects import ObjectTexts
from lacuna.adapters.parsers.strings import strings
from lacuna.domain.errors import TooLarge, UnreadableDocument
from lacuna.ports.parsers import Parsed, Section

_HYPHEN_AT_LINE_END: Final = re.compile("(?<=\\w)[\ufffe\x02\xad]\r?\n?(?=\\w)")
_MAX_VERSIONS: Final = 100
_END_OF_FILE: Final = re.compile(rb"startxref\s+\d+\s+%%EOF")
_ANNOTATION_KEYS: Final = (b"Contents", b"T", b"TU", b"V", b"DV", b"Subj", b"RC", b"NM")
_MAX_ANNOTATIONS: Final = 10_000
_MAX_BOOKMARKS: Final = 10_000
_MAX_ATTACHMENTS: Final = 1_000


def read(data: bytes, filename: str, limits: Limits) -> Parsed:
    """One section for each page, under the bookmark it belongs to."""
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if error.err_code == raw.FPDF_ERR_PASSWORD:
            raise UnreadableDocument("The PDF is encrypted.", cure="Save it without a password, then retry.") from None
        raise damaged("PDF", "its structure is damaged or cut off") from None
    try:
        return _read(document, data, filename, limits)
    except pdfium.PdfiumError:
        raise damaged("PDF", "a part of it is damaged") from None
    finally:
        document.close()


def _read(document: Any, data: bytes, filename: str, limits: Limits) -> Parsed:
    if len(document) > MAX_PAGES:
        raise TooLarge(
            f"The PDF has {len(document):,} pages; at most {MAX_PAGES:,} are read.", cure="Split the document."
        )
    everything = Collector(limits.max_output_chars)
    metadata = document.get_metadata_dict(skip_empty=True)
    for value in metadata.values():
        everything.add(value)
    headings = _bookmarks(document, everything)
    document.init_forms()
    objects = ObjectTexts(_decrypted(document, data), limits)
    attached = _attachments(document, limits, everything)
    sections, heading = [], ""
    for number in range(len(document)):
        heading = headings.get(number, heading)
        text = _page(document, number, everything)
        sections.append(Section(text, heading, number + 1))
    _unseen(objects, attached, limits, everything)
    _earlier(data, everything)
    _around(data, filename, limits, everything)
    title = " ".join(str(metadata.get("Title", "")).split())[:300] or title_from_name(filename)
    return Parsed(title, "application/pdf", sections_of(sections, limits.max_output_chars), everything.text())


def _unseen(objects: ObjectTexts, attached: set[bytes], limits: Limits, everything: Collector) -> None:
    """What stands in the objects and on no page: strings, files that no list of attachments names, unused contents."""
    for text in objects.texts():
        everything.add(text)
    for content in objects.files:
        if content not in attached:
            add_embedded(content, "", limits, everything)
    known = set(everything.text().split()) if objects.shown else set[str]()
    for line in dict.fromkeys(objects.shown):
        if not known.issuperset(line.split()):
            everything.add(line)


def _earlier(data: bytes, everything: Collector) -> None:
    """The pages of earlier versions, which a file that was changed by adding to it still holds."""
    ends = [found.end() for found in _END_OF_FILE.finditer(data)]
    if len(ends) > _MAX_VERSIONS:
        raise TooLarge(f"The PDF holds more than {_MAX_VERSIONS} versions of itself.", cure="Save it under a new name.")
    pages = set[str]()
    for end in ends[:-1]:
        try:
            document = pdfium.PdfDocument(data[:end])
        except pdfium.PdfiumError:
            continue
        try:
            for number in range(min(len(document), MAX_PAGES)):
                text = _all_text(document[number])
                if text not in pages:
                    pages.add(text)
                    everything.add(text)
        except pdfium.PdfiumError:
            continue
        finally:
            document.close()


def _around(data: bytes, filename: str, limits: Limits, everything: Collector) -> None:
    """What stands before the file's beginning and after its end."""
    end = max(data.rfind(b"%%EOF"), 0)
    if data.find(b"PK\x05\x06", end) >= 0 and zipfile.is_zipfile(io.BytesIO(data)):
        everything.add(read_zip(data, filename, limits.inside()).everything)
    for outside in (data[: data.find(b"%PDF-")], data[end + len(b"%%EOF") :]):
        for text in strings(outside):
            everything.add(text)


def _all_text(page: Any) -> str:
    try:
        text_page = page.get_textpage()
        try:
            return _joined(text_page.get_text_range())
        finally:
            text_page.close()
    finally:
        page.close()


def _page(document: Any, number: int, everything: Collector) -> str:
    """The page's visible text; what stands outside the page's box or on top of it goes to `everything` only."""
    page = document[number]
    try:
        text_page = page.get_textpage()
        try:
            visible = _joined(text_page.get_text_bounded())
            everything.add(_joined(text_page.get_text_range()))
        finally:
            text_page.close()
        form = document.formenv.raw if document.formenv is not None else None
        for text in _annotations(document, page, form):
            everything.add(text)
        painted = _has_appearance(page)
        if painted:
            raw.FPDFPage_Flatten(page.raw, raw.FLAT_NORMALDISPLAY)
    finally:
        page.close()
    if painted:
        # What stamps and boxes show is part of the page now.
        everything.add(_all_text(document[number]))
    return visible


def _has_appearance(page: Any) -> bool:
    """Whether something on the page brings its own picture."""
    for index in range(min(raw.FPDFPage_GetAnnotCount(page.raw), _MAX_ANNOTATIONS)):
        annotation = raw.FPDFPage_GetAnnot(page.raw, index)
        if annotation:
            try:
                if raw.FPDFAnnot_HasKey(annotation, b"AP"):
                    return True
            finally:
                raw.FPDFPage_CloseAnnot(annotation)
    return False


def _joined(text: str) -> str:
    """Words that a line end cut in two are one word again."""
    return _HYPHEN_AT_LINE_END.sub("", text.replace("\r\n", "\n"))


def _bookmarks(document: Any, everything: Collector) -> dict[int, str]:
    """The last bookmark title of each page that has one."""
    titles: dict[int, str] = {}
    for count, bookmark in enumerate(document.get_toc(max_depth=15)):
        if count >= _MAX_BOOKMARKS:
            break
        title = bookmark.get_title()
        everything.add(title)
        target = bookmark.get_dest()
        index = target.get_index() if target is not None else None
        if index is not None:
            titles[index] = title
    return titles


def _annotations(document: Any, page: Any, form: Any) -> Iterator[str]:
    for index in range(min(raw.FPDFPage_GetAnnotCount(page.raw), _MAX_ANNOTATIONS)):
        annotation = raw.FPDFPage_GetAnnot(page.raw, index)
        if not annotation:
            continue
        try:
            for key in _ANNOTATION_KEYS:
                yield _wide(partial(raw.FPDFAnnot_GetStringValue, annotation, key))
            if form is not None:
                for read_field in (
                    raw.FPDFAnnot_GetFormFieldName,
                    raw.FPDFAnnot_GetFormFieldAlternateName,
                    raw.FPDFAnnot_GetFormFieldValue,
                ):
                    yield _wide(partial(read_field, form, annotation))
                for option in range(min(max(raw.FPDFAnnot_GetOptionCount(form, annotation), 0), 1_000)):
                    yield _wide(partial(raw.FPDFAnnot_GetOptionLabel, form, annotation, option))
            link = raw.FPDFAnnot_GetLink(annotation)
            action = raw.FPDFLink_GetAction(link) if link else None
            if action:
                yield _uri(document, action)
        finally:
            raw.FPDFPage_CloseAnnot(annotation)


def _wide(call: Callable[[Any, int], int]) -> str:
    """The UTF-16LE string of a PDFium function that first tells the size in bytes and then fills a buffer."""
    size = call(None, 0)
    if size <= 2:
        return ""
    buffer = ctypes.create_string_buffer(size)
    call(ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), size)
    return buffer.raw[: size - 2].decode("utf-16-le", "replace")


def _uri(document: Any, action: Any) -> str:
    size = raw.FPDFAction_GetURIPath(document.raw, action, None, 0)
    if size <= 1:
        return ""
    buffer = ctypes.create_string_buffer(size)
    raw.FPDFAction_GetURIPath(document.raw, action, buffer, size)
    return buffer.raw[: size - 1].decode("utf-8", "replace")


def _decrypted(document: Any, data: bytes) -> bytes:
    """The file; one that anybody may open but whose strings are encrypted all the same, saved without that."""
    if b"/Encrypt" not in data:
        return data
    out = io.BytesIO()
    document.save(out, flags=raw.FPDF_REMOVE_SECURITY)
    return out.getvalue()


def _attachments(document: Any, limits: Limits, everything: Collector) -> set[bytes]:
    """Reads the attached files that the document lists; gives their contents."""
    attached = set[bytes]()
    for index in range(min(document.count_attachments(), _MAX_ATTACHMENTS)):
        attachment = document.get_attachment(index)
        try:
            content = bytes(attachment.get_data())
        except pdfium.PdfiumError:
            content = b""
        attached.add(content)
        add_embedded(content, attachment.get_name(), limits, everything)
    return attached
