"""HTML: the article for retrieval, every text in the file for classification.

The page is walked with the standard library's event parser: it has no depth limit at which text would go missing.
`trafilatura` finds the article; where it finds too little of what is visible, the visible text is taken as it stands.
"""

import re
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from typing import Final

from lacuna.adapters.parsers.decoding import decode
from lacuna.adapters.parsers.embedded import add_data_urls
from lacuna.adapters.parsers.layers import without_tags
from lacuna.adapters.parsers.layout import markdown_sections, sections_of, title_from_name
from lacuna.adapters.parsers.limits import MAX_DEPTH, Collector, Limits
from lacuna.ports.parsers import Parsed

_CHARSET: Final = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE)
_SILENT: Final = frozenset(
    {"script", "style", "template", "noscript", "title", "head", "svg", "iframe", "object", "select"}
)
_BOILERPLATE: Final = frozenset({"nav", "footer", "aside", "menu"})
_HIDING: Final = _SILENT | _BOILERPLATE
_HEADINGS: Final = {f"h{level}": level for level in range(1, 7)}
_INLINE: Final = frozenset(
    {"a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "ins"}
    | {"kbd", "label", "mark", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u"}
    | {"var", "wbr", "img", "tspan", "textpath", "mn", "mi", "mo", "mtext", "mrow"}
)
_TAGS: Final = (
    _HIDING
    | _INLINE
    | _HEADINGS.keys()
    | {
        "html",
        "body",
        "main",
        "header",
        "article",
        "section",
        "div",
        "p",
        "pre",
        "blockquote",
        "hr",
        "br",
        "img",
        "form",
    }
    | {"table", "caption", "colgroup", "col", "thead", "tbody", "tfoot", "tr", "th", "td", "ul", "ol", "li", "dl", "dt"}
    | {"dd", "figure", "figcaption", "picture", "source", "video", "audio", "track", "link", "meta", "base", "input"}
    | {"button", "textarea", "option", "optgroup", "fieldset", "legend", "details", "summary", "address", "path", "g"}
)
"""Known tags; the name of any other is text that somebody chose."""
_MEANINGLESS: Final = frozenset({"d", "points", "viewbox", "transform", "integrity", "nonce"})
_GEOMETRY: Final = re.compile(
    r"[MmLlHhVvCcSsQqTtAaZz\d\s,.eE+-]*|(?:[a-zA-Z]+\([^()]*\)\s*)+|(?:sha\d{3}-)?[\w+/=-]{16,}"
)
"""What the values of these look like where they are what they should be."""
_LOOKS: Final = frozenset({"class", "style"})
_MEDIA_DATA: Final = re.compile(r"\s*data:(?:image|font|audio|video)/", re.IGNORECASE)
_HEADING: Final = re.compile(r"^#{1,6} ", re.MULTILINE)
_SPACE: Final = re.compile(r"\s+")
_MOST_UNENDED: Final = 20
_ENOUGH: Final = 0.5
"""The share of the visible text outside navigation below which the article finder is not believed."""


@dataclass(frozen=True, slots=True)
class PageText:
    """A page's title, what is visible as Markdown with headings, and every text in it."""

    title: str
    visible: str
    everything: str


def read(data: bytes, filename: str, limits: Limits) -> Parsed:
    """Article text by headings; `everything` also holds hidden text, comments, scripts, attributes and metadata."""
    source = source_text(data)
    everything = Collector(limits.max_output_chars)
    page = add_page(source, limits, everything)
    article = _article(source)
    chosen = article if _believable(article, page.visible) else page.visible
    sections = sections_of(markdown_sections(chosen), limits.max_output_chars)
    return Parsed(page.title or title_from_name(filename), "text/html", sections, everything.text())


def source_text(data: bytes) -> str:
    """The characters of an HTML file, in the character set that it declares where they are no UTF-8."""
    declared = _CHARSET.search(data[:4_096])
    return decode(data, declared.group(1).decode("ascii") if declared else "")


def add_page(source: str, limits: Limits, found: Collector) -> PageText:
    """Adds every text in an HTML page to `found`, the files in its `data:` URLs as well; gives what is visible."""
    page = page_text(source, limits.max_output_chars)
    found.add(page.everything)
    if "data:" in source:
        add_data_urls(source, limits, found)
    return page


def page_text(source: str, limit: int, depth: int = 0) -> PageText:
    """The texts in an HTML page, which stands in `depth` others. Raises TooLarge beyond `limit` characters."""
    page = _Page(limit, depth)
    page.read(source)
    return PageText(" ".join("".join(page.title).split())[:300], "".join(page.visible), page.everything.text())


def _article(source: str) -> str:
    # The import costs half a second and 40 MB: only children that read HTML pay for it.
    import trafilatura

    return (
        trafilatura.extract(
            source, output_format="markdown", include_comments=False, include_tables=True, favor_recall=True, fast=True
        )
        or ""
    )


def _believable(article: str, visible: str) -> bool:
    """Whether the article finder kept most of the page and its headings."""
    enough = len("".join(article.split())) >= _ENOUGH * len("".join(visible.split()))
    return enough and (_HEADING.search(article) is not None or _HEADING.search(visible) is None)


class _Page(HTMLParser):
    """Collects what is visible (as Markdown with headings) and everything that is there."""

    def __init__(self, limit: int, depth: int) -> None:
        super().__init__(convert_charrefs=True)
        self._limit = limit
        self._depth = depth
        self.everything = Collector(limit)
        self.visible: list[str] = []
        self.title: list[str] = []
        self._open: list[str] = []
        self._hidden = 0
        self._line: list[str] = []
        self._looks = set[tuple[str, str]]()

    def read(self, source: str) -> None:
        # An unclosed comment runs to the end; said so here, the parser does not look for its end again and again.
        unclosed = source.rfind("<!--") > source.rfind("-->")
        source = source + "-->" if unclosed else source
        # So many beginnings of tags that never end would each be searched for an end.
        whole = source.rfind(">") + 1
        broken = source[whole:] if source.count("<", whole) > _MOST_UNENDED else ""
        self.feed(source[:whole] if broken else source)
        self.close()
        self.everything.add(unescape(broken))
        # What an unclosed script or comment swallowed is left in the parser's buffer.
        self.everything.add("".join(self._line))
        self.everything.add(self.rawdata)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._break(tag)
        if tag not in _TAGS:
            self.everything.add(tag)
        for name, value in attrs:
            if value is None:
                self.everything.add(name)
            elif value and not (name in _MEANINGLESS and _GEOMETRY.fullmatch(value)) and not _MEDIA_DATA.match(value):
                self._attribute(name, value)
        if tag in _HEADINGS and self._is_visible():
            self.visible.append("#" * _HEADINGS[tag] + " ")
        elif tag == "li" and self._is_visible():
            self.visible.append("- ")
        # Only tags that decide visibility are tracked: authors leave out the end tags of the others.
        if tag in _HIDING or tag == "pre":
            self._open.append(tag)
            self._hidden += tag in _HIDING

    def _attribute(self, name: str, value: str) -> None:
        """Looks repeat on many elements and are said once."""
        if name == "srcdoc" and self._depth < MAX_DEPTH:
            self.everything.add(page_text(value, self._limit, self._depth + 1).everything)
        if name in _LOOKS:
            if (name, value) in self._looks:
                return
            self._looks.add((name, value))
        self.everything.add(f"{name}={value}")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th") and self._is_visible():
            self.visible.append(" | ")
        # Close up to the nearest open tag of that name; ignore an end tag without one.
        if tag in self._open[-64:]:
            while (closed := self._open.pop()) != tag:
                self._hidden -= closed in _HIDING
            self._hidden -= closed in _HIDING
        self._break(tag)

    def parse_endtag(self, i: int) -> int:
        """Words in an end tag are attributes that browsers ignore, but they are there to be read."""
        end = super().parse_endtag(i)
        inside = self.rawdata[i + 2 : end - 1].strip().lower() if end > 0 else ""
        if inside not in _TAGS:
            self.everything.add(inside)
        return end

    def handle_data(self, data: str) -> None:
        self._line.append(data)
        if self._open and self._open[-1] == "script" and "</" in data:
            self.everything.add(without_tags(data))
        if self._open and self._open[-1] == "title":
            self.title.append(data)
        elif self._is_visible():
            self.visible.append(data if "pre" in self._open[-8:] else _SPACE.sub(" ", data))

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        """Sections of a kind that nobody knows are comments, as browsers have it."""
        try:
            return super().parse_marked_section(i, report)
        except AssertionError:
            return self.parse_bogus_comment(i)

    def handle_comment(self, data: str) -> None:
        self.everything.add(data)
        if "</" in data:
            self.everything.add(without_tags(data))

    def handle_decl(self, decl: str) -> None:
        self.everything.add(decl)

    def handle_pi(self, data: str) -> None:
        self.everything.add(data)

    def unknown_decl(self, data: str) -> None:
        self.everything.add(data)

    def _break(self, tag: str) -> None:
        """Text before and after a block is two texts; inline tags leave a word whole."""
        if tag in _INLINE or "-" in tag:
            return
        self.everything.add("".join(self._line))
        self._line.clear()
        if tag not in ("td", "th") and self.visible and not self.visible[-1].endswith("\n\n"):
            self.visible.append("\n" if tag in ("tr", "li", "br") else "\n\n")

    def _is_visible(self) -> bool:
        return self._hidden == 0
