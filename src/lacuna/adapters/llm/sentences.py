"""Passages to units that can stand in an answer: sentences, list items, whole lists, table rows, code blocks.

Layout is read, not shown: headings and questions of an FAQ become the context of what follows, table cells get their
column's name, emphasis and links keep their words, bracketed numbers of the source go (they would pass for citations).
Work is linear in the text; a unit is at most MAX_UNIT_CHARS long.
"""

import html
import re
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from typing import Final

MAX_UNIT_CHARS: Final = 700
MAX_LIST_ITEMS: Final = 12
MAX_LINES: Final = 4_000

_WRAPPED: Final = 45
"""A line at least this long that does not end a sentence may have been wrapped."""
_FILLED: Final = 0.9
_HEADING_CHARS: Final = 80

_FENCE: Final = re.compile(r"\s*(?:```|~~~)")
_HEADING: Final = re.compile(r"\s{0,3}#{1,6}\s+(.*?)\s*#*\s*$")
_UNDERLINE: Final = re.compile(r"\s*(?:={3,}|-{3,}|\*{3,}|_{3,})\s*$")
_BULLET: Final = re.compile(r"\s*(?:[-*+•‣◦–]|\(?\d{1,3}[.)])\s+(?=\S)")
_BOLD_LINE: Final = re.compile(r"\s*(\*\*|__)([^*_]{1,100})\1:?\s*$")
_RUN_IN: Final = re.compile(r"(\*\*|__)([^*_:]{1,100}?)\1[.]?\s+(?=\S)")
"""A title set in bold at the beginning of a paragraph; with a colon it is a label, which belongs to its sentence."""
_RULE_ROW: Final = re.compile(r"[\s|:+-]*-[\s|:+-]*$")
_DELIMITER: Final = re.compile(r"[,;](?=[^\s\d])")
_PAGE_MARK: Final = re.compile(
    r".{0,120}\b(?:page|seite|página|pagina|стр\.?) \d{1,4}(?: ?(?:of|von|sur|de|di|из|/) ?\d{1,4})?", re.I
)
"""A header or footer that the pages of a file repeat."""
_QUOTE: Final = re.compile(r"^\s{0,3}(?:>\s?)+")

_IMAGE_OR_LINK: Final = re.compile(r"!?\[([^\[\]]{0,300})\]\([^()\s]{0,1000}(?:\s[^()]{0,200})?\)")
_SOURCE_NUMBER: Final = re.compile(r"\s?\[\^?\d{1,4}(?:\s*[,;–-]\s*\d{1,4})*\]")
_EMPHASIS: Final = re.compile(r"(\*\*|__|~~|(?<![\w*])\*(?=\S)|(?<=\S)\*(?![\w*])|(?<!\w)_(?=\w)|(?<=\w)_(?!\w))")
_TAG: Final = re.compile(
    r"</?(?:a|abbr|b|blockquote|br|center|cite|code|dd|del|details|div|dl|dt|em|figure|font|h[1-6]|hr|i|img|ins|kbd|li|mark"
    r"|nobr|ol|p|pre|q|s|samp|small|span|strike|strong|sub|summary|sup|table|tbody|td|th|thead|tr|tt|u|ul|var)"
    r"(?:\s[^<>]{0,300})?/?>|<!--[^<>]{0,500}-->",
    re.IGNORECASE,
)
"""Markup by name: `<gateway>` in a command is a placeholder."""

# The look-behind starts a match only at the first of several marks: a long run of them is read once, not once for each.
_END: Final = re.compile(r"(?<![.!?…])[.!?…]+[\"'”’»)\]*_]*(?=\s)|[。！？｡]+[」』”）]*|[।॥۔؟።។]+(?=\s|$)")
_ABBREVIATION_LIST: Final = """
    abb abs approx art aufl bd bzw ca ch chap co corp dept dr ed eds eg env est etc evtl exx fig figs ggf gmbh
    hr hrsg ie inc incl inkl jr lt ltd max mgr min mio mlle mme mr mrs ms mt nr no nos op p pp prof resp rev sec
    sen sr st str tel u.a u.s usw vgl vol vs z.b d.h e.g i.e a.m p.m ph.d
"""
_ABBREVIATIONS: Final = frozenset(_ABBREVIATION_LIST.split())


class Kind(StrEnum):
    SENTENCE = "sentence"
    ITEM = "item"
    LIST = "list"
    ROW = "row"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Unit:
    """A piece of a passage. `context` is what it stands under, `asked` the question of an FAQ that it follows; `block`
    numbers the paragraph, list or table it is of, and `members` the positions in the passage that it covers, so that a
    list and its items are not both taken."""

    text: str
    kind: Kind
    context: str
    asked: str
    block: int
    members: frozenset[int]


def units(text: str) -> list[Unit]:
    """The units of a passage's first MAX_LINES lines, in order of reading; a list follows its items."""
    reader = _Reader()
    for line in text.splitlines()[:MAX_LINES]:
        reader.line(line)
    reader.end_block()
    return reader.units


def split_sentences(paragraph: str) -> list[str]:
    """Sentences of a text without layout."""
    found: list[str] = []
    start = 0
    for end in _END.finditer(paragraph):
        if _ends_sentence(paragraph, start, end):
            found.append(paragraph[start : end.end()].strip())
            start = end.end()
    found.append(paragraph[start:].strip())
    return [sentence for sentence in found if sentence]


def plain(text: str) -> str:
    """A line without markup, on one line."""
    text = _IMAGE_OR_LINK.sub(r"\1", text)
    text = _SOURCE_NUMBER.sub("", _TAG.sub(" ", text))
    text = _EMPHASIS.sub("", text).replace("`", "")
    return " ".join(html.unescape(text).split())


def _ends_sentence(text: str, start: int, end: re.Match[str]) -> bool:
    mark = end.group()[0]
    if mark != ".":
        return True
    following = text[end.end() : end.end() + 12].lstrip()
    if following[:1].islower():
        return False
    word = text[max(start, end.start() - 12) : end.start()].split()[-1:]
    last = word[0].lstrip("(\"'„“«").lower() if word else ""
    # An initial, an abbreviation, or a German ordinal ("3. März"); a year or a price ends a sentence.
    return not (last in _ABBREVIATIONS or (len(last) == 1 and last.isalpha()) or (last.isdigit() and len(last) <= 2))


def _clipped(text: str) -> str:
    return text if len(text) <= MAX_UNIT_CHARS else text[: MAX_UNIT_CHARS - 1].rsplit(" ", 1)[0] + "…"


@dataclass(slots=True)
class _Reader:
    """Gathers lines into blocks and blocks into units."""

    units: list[Unit] = field(default_factory=list)
    heading: str = ""
    asked: str = ""
    lead: str = ""
    block: int = 0
    position: int = 0
    paragraph: list[str] = field(default_factory=list)
    items: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    header_ruled: bool = False
    code: list[str] = field(default_factory=list)
    in_code: bool = False

    def line(self, line: str) -> None:
        if _FENCE.match(line):
            if self.in_code:
                self.end_block()
            else:
                self.end_block(keep_lead=True)
            self.in_code = not self.in_code
        elif self.in_code:
            self.code.append(line.rstrip())
        else:
            self._prose(_QUOTE.sub("", line, count=1))

    def end_block(self, keep_lead: bool = False) -> None:
        """Turns what was gathered into units. `keep_lead`: what comes next may belong to a last sentence that ends in a
        colon."""
        if self.code:
            self._list(Kind.CODE, ["\n".join(self.code).strip("\n")])
        elif self.rows:
            self._table()
        elif self.items:
            self._list(Kind.ITEM, [plain(item) for item in self.items])
        elif self.paragraph:
            self._paragraph()
            keep_lead = True
        if not keep_lead:
            self.lead = ""
        self.paragraph, self.items, self.rows, self.code = [], [], [], []
        self.header_ruled = False

    def _prose(self, line: str) -> None:
        cells = _cells(line)
        if not line.strip():
            # A loose list goes on after a blank line.
            if not self.items:
                self.end_block(keep_lead=True)
        elif _PAGE_MARK.fullmatch(line.strip()):
            return
        elif heading := _HEADING.match(line) or _BOLD_LINE.match(line):
            self._head(heading.group(heading.lastindex or 1))
        elif self.paragraph and len(self.paragraph) == 1 and _UNDERLINE.match(line):
            title, self.paragraph = self.paragraph[0], []
            self._head(title)
        elif self.rows and _RULE_ROW.match(line):
            self.header_ruled = self.header_ruled or len(self.rows) == 1
        elif cells:
            if not self.rows:
                self.end_block(keep_lead=True)
            self.rows.append(cells)
        elif _UNDERLINE.match(line):
            self.end_block()
        elif bullet := _BULLET.match(line):
            if not self.items:
                self.end_block(keep_lead=True)
            self.items.append(line[bullet.end() :])
        elif self.items and (line[:1].isspace() or _is_open(self.items[-1])):
            self.items[-1] += " " + line.strip()
        else:
            if self.items or self.rows:
                self.end_block()
            self.paragraph.append(line.strip())

    def _head(self, title: str) -> None:
        self.end_block()
        text = plain(title)
        if _is_question(text):
            self.asked = text
        else:
            self.heading, self.asked = text, ""

    def _paragraph(self) -> None:
        pieces = _joined(self.paragraph)
        if len(pieces) == 1 and _is_title(pieces[0]):
            self.heading, self.asked = plain(pieces[0]), ""
            return
        self.lead = ""
        title = ""
        if run_in := _RUN_IN.match(pieces[0]):
            title = plain(run_in.group(2))
            pieces[0] = pieces[0][run_in.end() :]
        for piece in pieces:
            sentences = split_sentences(plain(piece))
            if len(sentences) == 1 and _is_question(sentences[0]):
                self.asked = sentences[0]
                continue
            for sentence in sentences:
                self._add(sentence, Kind.SENTENCE, title)
            self.lead = sentences[-1] if sentences and sentences[-1].endswith((":", "：")) else ""
        self.block += 1

    def _list(self, kind: Kind, texts: list[str]) -> None:
        first = self.position
        lead = self.lead
        for text in texts:
            self._add(text, kind, lead)
        listed = [f"- {text}" for text in texts] if kind is Kind.ITEM else texts
        whole = "\n".join(([lead] if lead else []) + listed)
        if (lead or len(texts) > 1) and len(texts) <= MAX_LIST_ITEMS and len(whole) <= MAX_UNIT_CHARS:
            start = first - 1 if lead else first
            covered = frozenset(range(start, self.position))
            self.units.append(Unit(whole, Kind.LIST, self.heading, self.asked, self.block, covered))
        self.block += 1

    def _table(self) -> None:
        rows = [[plain(cell) for cell in row] for row in self.rows]
        named = len(rows) > 1 and (self.header_ruled or not any(c.isdigit() for cell in rows[0] for c in cell))
        names = rows[0] if named else []
        for row in rows[1:] if named else rows:
            cells = [
                f"{names[i]}: {cell}" if i < len(names) and names[i] else cell for i, cell in enumerate(row) if cell
            ]
            self._add("; ".join(cells), Kind.ROW, self.lead)
        self.block += 1

    def _add(self, text: str, kind: Kind, lead: str = "") -> None:
        if not any(c.isalnum() for c in text):
            return
        context = f"{self.heading} {lead}".strip()
        self.units.append(Unit(_clipped(text), kind, context, self.asked, self.block, frozenset({self.position})))
        self.position += 1


def _cells(line: str) -> list[str]:
    """The cells of a table row, empty where the line is none."""
    stripped = line.strip()
    if stripped.startswith("|") or stripped.count(" | ") >= 1:
        return [cell.strip() for cell in stripped.strip("|").split("|")]
    return [cell.strip() for cell in line.split("\t")] if stripped.count("\t") >= 1 else []


def _joined(lines: list[str]) -> list[str]:
    """The lines of a paragraph with wrapped ones put together again. A line was wrapped if it ends no sentence and the
    next word would not have fitted into the paragraph's width; the lines of a data sheet stay apart."""
    width = max(map(len, lines))
    pieces = [lines[0]]
    for last, line in pairwise(lines):
        word = line.partition(" ")[0]
        full = len(last) + 1 + len(word) > _FILLED * width
        delimited = len(_DELIMITER.findall(line)) > 1  # a record of a CSV file
        if _is_open(last) and not delimited and (line[:1].islower() or full):
            pieces[-1] += " " + line
        else:
            pieces.append(line)
    return pieces


def _is_open(line: str) -> bool:
    stripped = line.rstrip()
    return len(stripped) >= _WRAPPED and not stripped.endswith((".", "!", "?", ":", "…", "。", "！", "？"))


def _is_question(text: str) -> bool:
    return text.endswith(("?", "？", "؟"))


def _is_title(line: str) -> bool:
    """A short line by itself, without the marks of a statement."""
    text = line.strip()
    if text.isupper() and len(text) <= _HEADING_CHARS and not text.endswith((".", "!", "?")):
        return True
    return len(text) <= _HEADING_CHARS and text[-1:].isalnum() and ":" not in text and len(text.split()) <= 9
