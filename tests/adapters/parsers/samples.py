"""Documents built in memory: PDF by hand, Word through python-docx with parts that it cannot write added afterwards."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence

import docx

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def pdf(pages: Sequence[str], *, title: str = "", more: Sequence[str] = (), annotations: Sequence[int] = ()) -> bytes:
    """A PDF whose pages show the given lines. `more` are further objects, numbered from 10; those in `annotations` lie
    on the first page."""
    objects: dict[int, str] = {1: "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [11 0 R] >> >>"}
    objects[3] = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
    objects[4] = f"<< /Title ({title}) >>"
    for offset, extra in enumerate(more):
        objects[10 + offset] = extra
    kids = []
    for number, text in enumerate(pages):
        shown = " T* ".join(f"({line}) Tj" for line in text.split("\n"))
        stream = f"BT /F1 12 Tf 72 720 Td 14 TL {shown} ET"
        page, content = 100 + 2 * number, 101 + 2 * number
        kids.append(f"{page} 0 R")
        marks = " ".join(f"{ref} 0 R" for ref in annotations) if number == 0 else ""
        objects[page] = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {content} 0 R /Annots [{marks}] "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        )
        objects[content] = f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream"
    objects[2] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    return _pdf_file(objects)


def _pdf_file(objects: Mapping[int, str]) -> bytes:
    out = io.BytesIO()
    out.write(b"%PDF-1.7\n")
    places = {}
    for number, body in objects.items():
        places[number] = out.tell()
        out.write(f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1"))
    table = out.tell()
    size = max(objects) + 1
    out.write(f"xref\n0 {size}\n".encode())
    for number in range(size):
        used = number in places
        out.write(f"{places.get(number, 0):010d} {0 if used else 65535:05d} {'n' if used else 'f'} \n".encode())
    out.write(f"trailer\n<< /Size {size} /Root 1 0 R /Info 4 0 R >>\nstartxref\n{table}\n%%EOF\n".encode())
    return out.getvalue()


def word(
    paragraphs: Sequence[str] = ("Body text.",), *, parts: Mapping[str, str | bytes] | None = None, xml: str = ""
) -> bytes:
    """A Word file with these paragraphs. `parts` are added to the package, `xml` to the end of the body."""
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    return with_parts(saved(document), parts or {}, xml)


def saved(document: object) -> bytes:
    out = io.BytesIO()
    document.save(out)  # type: ignore[attr-defined]
    return out.getvalue()


def with_parts(package: bytes, parts: Mapping[str, str | bytes], body_xml: str = "") -> bytes:
    """The package with further parts, and with XML put at the end of the document's body."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "word/document.xml" and body_xml:
                data = data.replace(b"<w:sectPr", body_xml.encode() + b"<w:sectPr", 1)
            if name not in parts:
                new.writestr(name, data)
        for name, content in parts.items():
            new.writestr(name, content)
    return out.getvalue()


def zip_file(entries: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return out.getvalue()


def with_declared_size(package: bytes, name: str, size: int) -> bytes:
    """The package whose directory lies about the inflated size of one entry."""
    changed = bytearray(package)
    place = 0
    while (place := changed.find(b"PK\x01\x02", place)) >= 0:
        length = struct.unpack_from("<H", changed, place + 28)[0]
        if changed[place + 46 : place + 46 + length] == name.encode():
            struct.pack_into("<I", changed, place + 24, size)
        place += 4
    return bytes(changed)


def part(package: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return archive.read(name)


def png(*chunks: bytes) -> bytes:
    """A picture of one pixel with further chunks (type and content)."""
    head = b"IHDR" + struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    pixels = b"IDAT" + zlib.compress(b"\0\0")
    parts = b"".join(
        struct.pack(">I", len(each) - 4) + each + struct.pack(">I", zlib.crc32(each))
        for each in (head, *chunks, pixels, b"IEND")
    )
    return b"\x89PNG\r\n\x1a\n" + parts
