"""Writes PDF 1.4 (ISO 32000-1): A4, Helvetica with the WinAnsi encoding, uncompressed, so that the bytes never vary.

Footnotes and comments of a source are left out: the format has no plain place for them.
"""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from examples.authoring.markup import Source

WIDTH, HEIGHT, MARGIN = 595.0, 842.0, 60.0
SIZES = {"heading1": 18.0, "heading2": 13.0}
BODY_SIZE, LEADING = 10.0, 1.4

# Advance widths of Helvetica for the characters 32 to 126, in thousandths of the font size (Adobe's font metrics).
# fmt: off
HELVETICA = (
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556,
    556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278,
    500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469,
    556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500,
    278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
)
# fmt: on


def text_width(text: str, size: float) -> float:
    """In points. Characters outside ASCII count as a digit's width; bold is treated alike, a little too narrow."""
    return sum(HELVETICA[ord(c) - 32] if 32 <= ord(c) <= 126 else 556 for c in text) * size / 1000


def wrap(text: str, size: float, width: float) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and text_width(longer, size) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


@dataclass(slots=True)
class PdfPages:
    """Pages being filled from top to bottom; each page is a list of text operators."""

    pages: list[list[str]] = field(default_factory=lambda: [[]])
    y: float = HEIGHT - MARGIN

    def new_page(self) -> None:
        self.pages.append([])
        self.y = HEIGHT - MARGIN

    def show(self, lines: Sequence[tuple[float, str]], size: float, font: str) -> None:
        """One line of text pieces, each at its own x."""
        if self.y < MARGIN + size * LEADING:
            self.new_page()
        self.y -= size * LEADING
        self.pages[-1].extend(pdf_text(x, self.y, piece, size, font) for x, piece in lines if piece)


def pdf_string(text: str) -> str:
    return "(" + re.sub(r"([\\()])", r"\\\1", text) + ")"


def pdf_text(x: float, y: float, text: str, size: float, font: str) -> str:
    return f"BT /{font} {size:g} Tf {x:.1f} {y:.1f} Td {pdf_string(text)} Tj ET"


def write_pdf(source: Source) -> bytes:
    out = PdfPages()
    for block in source.blocks:
        if block.kind == "page":
            out.new_page()
        elif block.kind == "table":
            _pdf_table(out, block.rows)
        else:
            size = SIZES.get(block.kind, BODY_SIZE)
            font = "F2" if block.kind in SIZES else "F1"
            indent = 12.0 if block.kind == "item" else 0.0
            out.y -= {"heading1": 0.0, "heading2": 10.0, "item": 1.0}.get(block.kind, 5.0)
            for line in wrap(block.text, size, WIDTH - 2 * MARGIN - indent):
                out.show([(MARGIN + indent, line)], size, font)
    for number, page in enumerate(out.pages, 1):
        page.append(pdf_text(MARGIN, 36, f"{source.properties['title']} - page {number} of {len(out.pages)}", 8, "F1"))
    return _pdf_file(["\n".join(page) for page in out.pages], source.properties)


def _pdf_table(out: PdfPages, rows: Sequence[Sequence[str]]) -> None:
    natural = [max(text_width(cell, BODY_SIZE) for cell in column) for column in zip(*rows, strict=True)]
    scale = min(1.0, (WIDTH - 2 * MARGIN - 14 * (len(natural) - 1)) / sum(natural))
    widths = [max(width * scale, 60.0) for width in natural]
    starts = [MARGIN + sum(widths[:i]) + 14 * i for i in range(len(widths))]
    out.y -= 4
    for n, row in enumerate(rows):
        cells = [wrap(cell, BODY_SIZE, width) for cell, width in zip(row, widths, strict=True)]
        for i in range(max(map(len, cells))):
            out.show(
                [(x, cell[i] if i < len(cell) else "") for x, cell in zip(starts, cells, strict=True)],
                BODY_SIZE,
                "F1" if n else "F2",
            )


def _pdf_file(contents: Sequence[str], properties: dict[str, str]) -> bytes:
    pages = [6 + 2 * i for i in range(len(contents))]
    info = " ".join(f"/{key.title()} {pdf_string(properties[key])}" for key in ("title", "author"))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(pages)} /Kids [{' '.join(f'{n} 0 R' for n in pages)}] >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
        f"<< {info} >>",
    ]
    for number, content in zip(pages, contents, strict=True):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH:g} {HEIGHT:g}] /Contents {number + 1} 0 R "
            "/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>"
        )
        length = len(content.encode("cp1252"))
        objects.append(f"<< /Length {length} >>\nstream\n{content}\nendstream")
    out = io.BytesIO()
    out.write(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets: list[int] = []
    for n, body in enumerate(objects, 1):
        offsets.append(out.tell())
        out.write(f"{n} 0 obj\n{body}\nendobj\n".encode("cp1252"))
    start = out.tell()
    out.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode())
    out.write("".join(f"{offset:010d} 00000 n \n" for offset in offsets).encode())
    out.write(f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R /Info 5 0 R >>\nstartxref\n{start}\n%%EOF\n".encode())
    return out.getvalue()
