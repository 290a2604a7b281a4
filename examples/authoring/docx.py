"""Writes WordprocessingML (ECMA-376) with header, footnotes and comments, uncompressed, always the same bytes."""

import io
import re
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from examples.authoring.markup import Source

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
PARTS = ("styles", "header", "footnotes", "comments")
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def write_docx(source: Source) -> bytes:
    files = {
        "[Content_Types].xml": _content_types(),
        "_rels/.rels": _relationships(
            [
                (f"{R}/officeDocument", "word/document.xml"),
                (f"{PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
            ]
        ),
        "docProps/core.xml": _core_properties(source.properties),
        "word/document.xml": _document(source),
        "word/_rels/document.xml.rels": _relationships([(f"{R}/{part}", f"{part}.xml") for part in PARTS]),
        "word/styles.xml": _styles(),
        "word/header.xml": f"<w:hdr {W}>{_paragraph(source.properties.get('header', ''))}</w:hdr>",
        "word/footnotes.xml": _footnotes(source.footnotes),
        "word/comments.xml": _comments(source.comments),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as package:
        for name, content in files.items():
            package.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), (XML + content).encode())
    return out.getvalue()


def _run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r>' if text else ""


def _paragraph(text: str, style: str = "") -> str:
    """A paragraph with its footnote references; a comment covers the text before its mark."""
    look = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    runs = ""
    for piece in re.split(r"(\[[\^>]\d+])", text):
        if mark := re.fullmatch(r"\[([\^>])(\d+)]", piece):
            number = mark[2]
            if mark[1] == "^":
                runs += f'<w:r><w:footnoteReference w:id="{number}"/></w:r>'
            else:
                runs = f'<w:commentRangeStart w:id="{number}"/>{runs}<w:commentRangeEnd w:id="{number}"/>'
                runs += f'<w:r><w:commentReference w:id="{number}"/></w:r>'
        else:
            runs += _run(piece)
    return f"<w:p>{look}{runs}</w:p>"


def _document(source: Source) -> str:
    styles = {"heading1": "Heading1", "heading2": "Heading2", "item": "ListParagraph"}
    body = ""
    for block in source.blocks:
        if block.kind == "page":
            body += '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'
        elif block.kind == "table":
            grid = "<w:gridCol/>" * len(block.rows[0])
            rows = "".join(
                f"<w:tr>{''.join(f'<w:tc>{_paragraph(cell)}</w:tc>' for cell in row)}</w:tr>" for row in block.rows
            )
            look = '<w:tblPr><w:tblStyle w:val="TableGrid"/></w:tblPr>'
            body += f"<w:tbl>{look}<w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl><w:p/>"
        else:
            body += _paragraph(block.text, styles.get(block.kind, ""))
    section = f'<w:sectPr><w:headerReference w:type="default" r:id="rId{PARTS.index("header") + 1}"/></w:sectPr>'
    return f'<w:document {W} xmlns:r="{R}"><w:body>{body}{section}</w:body></w:document>'


def _footnotes(notes: dict[str, str]) -> str:
    separators = "".join(
        f'<w:footnote w:type="{kind}" w:id="{n}"><w:p><w:r><w:{kind}/></w:r></w:p></w:footnote>'
        for n, kind in ((-1, "separator"), (0, "continuationSeparator"))
    )
    own = "".join(f'<w:footnote w:id="{n}">{_paragraph(text)}</w:footnote>' for n, text in notes.items())
    return f"<w:footnotes {W}>{separators}{own}</w:footnotes>"


def _comments(comments: dict[str, tuple[str, str]]) -> str:
    own = "".join(
        f'<w:comment w:id="{n}" w:author={quoteattr(who)}>{_paragraph(said)}</w:comment>'
        for n, (who, said) in comments.items()
    )
    return f"<w:comments {W}>{own}</w:comments>"


def _styles() -> str:
    def style(kind: str, ident: str, name: str, look: str) -> str:
        return f'<w:style w:type="{kind}" w:styleId="{ident}"><w:name w:val="{name}"/>{look}</w:style>'

    heading = '<w:pPr><w:outlineLvl w:val="{}"/></w:pPr><w:rPr><w:b/><w:sz w:val="{}"/></w:rPr>'
    edges = "".join(
        f'<w:{edge} w:val="single" w:sz="4"/>' for edge in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    styles = (
        style("paragraph", "Heading1", "heading 1", heading.format(0, 32))
        + style("paragraph", "Heading2", "heading 2", heading.format(1, 26))
        + style("paragraph", "ListParagraph", "List Paragraph", '<w:pPr><w:ind w:left="360"/></w:pPr>')
        + style("table", "TableGrid", "Table Grid", f"<w:tblPr><w:tblBorders>{edges}</w:tblBorders></w:tblPr>")
    )
    return f"<w:styles {W}>{styles}</w:styles>"


def _core_properties(properties: dict[str, str]) -> str:
    return (
        f'<cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{escape(properties['title'])}</dc:title><dc:creator>{escape(properties['author'])}</dc:creator></cp:coreProperties>"
    )


def _relationships(targets: Sequence[tuple[str, str]]) -> str:
    listed = "".join(
        f'<Relationship Id="rId{n}" Type="{kind}" Target="{target}"/>' for n, (kind, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{listed}</Relationships>'


def _content_types() -> str:
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    parts = "".join(f'<Override PartName="/word/{part}.xml" ContentType="{word}.{part}+xml"/>' for part in PARTS)
    return (
        f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{word}.document.main+xml"/>{parts}'
        '<Override PartName="/docProps/core.xml" '
        'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>'
    )
