"""Plain text, Markdown and HTML."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.adapters.parsers import html, markdown, plain
from lacuna.adapters.parsers.decoding import decode
from lacuna.adapters.parsers.layout import markdown_sections, tidy
from lacuna.adapters.parsers.limits import Limits
from lacuna.domain.errors import TooLarge, UnsupportedFormat

LIMITS = Limits()
PAGE = """<!DOCTYPE html><html lang="de"><head><title>Pumpen &amp; Ventile</title>
<meta name="author" content="Hidden Author"><style>.x{color:red}</style>
<script>const host = "build7.internal.example";</script></head>
<body><nav><a href="/home">Startseite</a></nav>
<h1>Pumpen</h1><p>Das Pro<b>jekt</b> l&auml;uft. <img src="p.png" alt="Foto der Anlage"></p>
<!-- ticket 4711 for customer Aldbrook -->
<h2>Maße</h2><table><tr><th>Typ</th><th>Druck</th></tr><tr><td>P2</td><td>16 bar</td></tr></table>
<p hidden>unsichtbar</p>
<input class="class-words" style="x:style-words" type="hidden" value="token-in-a-form" title="Tooltip words">
<footer>Impressum</footer></body></html>"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_text_is_decoded_in_every_common_encoding(encoding: str) -> None:
    assert decode("Grüße, naïve façade: 20 °C\r\nzwei".encode(encoding)) == "Grüße, naïve façade: 20 °C\nzwei"


def test_bytes_that_windows_1252_leaves_undefined_are_read_as_latin_1() -> None:
    assert decode(b"caf\xe9 \x81 bar") == "café \x81 bar"


def test_a_declared_character_set_counts_where_utf_8_fails() -> None:
    assert decode("Привет".encode("koi8-r"), "koi8-r") == "Привет"
    assert decode("ü".encode("cp1252"), "no-such-charset") == "ü"
    assert decode("ü".encode("cp1252"), "base64") == "ü"


@pytest.mark.parametrize("data", [bytes(range(256)) * 4, codecs.BOM_UTF16_LE + b"a", b"text" + bytes(2000)])
def test_bytes_that_are_no_text_are_refused(data: bytes) -> None:
    with pytest.raises(UnsupportedFormat):
        decode(data)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=200))
def test_decoding_inverts_encoding(text: str) -> None:
    assert decode(text.encode()) == text.removeprefix("\ufeff")


@given(st.text(alphabet=" \n\t\r\fab#", max_size=300))
def test_tidied_text_keeps_every_letter_and_is_stable(text: str) -> None:
    once = tidy(text)
    assert "".join(once.split()) == "".join(text.split())
    assert tidy(once) == once
    assert "\n\n\n" not in once


def test_markdown_headings_are_found_outside_code_only() -> None:
    text = "# One\n\n```\n# no heading\n```\n\nTwo\n===\n\ntext\n\n### Three `x` [link](http://e.example) ###\n"
    assert [section.heading for section in markdown_sections(text)] == ["One", "Two", "Three x link"]


def test_front_matter_gives_the_title_and_is_classified_but_not_retrieved() -> None:
    parsed = markdown.read(b'---\ntitle: "Plan B"\nowner: someone@example.com\n---\n# Other\n\ntext\n', "p.md", LIMITS)
    assert parsed.title == "Plan B"
    assert "someone@example.com" in parsed.everything
    assert all("someone@example.com" not in section.text for section in parsed.sections)


def test_too_much_text_is_refused() -> None:
    with pytest.raises(TooLarge):
        plain.read(b"word " * 100, "a.txt", Limits(max_output_chars=100))


def test_html_retrieval_text_is_the_article_by_headings() -> None:
    parsed = html.read(PAGE.encode(), "x.html", LIMITS)
    text = "\n".join(section.text for section in parsed.sections)
    assert parsed.title == "Pumpen & Ventile"
    assert [section.heading for section in parsed.sections] == ["Pumpen", "Maße"]
    assert "Das Projekt läuft." in text
    assert "16 bar" in text
    for hidden in ("Startseite", "Aldbrook", "internal.example", "Impressum"):
        assert hidden not in text


@pytest.mark.parametrize(
    "hidden",
    [
        "ticket 4711 for customer Aldbrook",
        "build7.internal.example",
        "Hidden Author",
        "Foto der Anlage",
        "token-in-a-form",
        "Tooltip words",
        "class-words",
        "style-words",
        ".x{color:red}",
        "unsichtbar",
        "Impressum",
        "Startseite",
        "/home",
        "Das Projekt läuft.",
    ],
)
def test_everything_in_html_is_classified(hidden: str) -> None:
    assert hidden in html.read(PAGE.encode(), "x.html", LIMITS).everything


@pytest.mark.parametrize(
    "source",
    [
        "<script>var k = 'needle",
        "<p>a<!-- needle",
        "<div>" * 3000 + "needle",
        "<textarea>needle",
        "<p>a</nav></b>needle",
    ],
)
def test_broken_html_loses_no_text(source: str) -> None:
    assert "needle" in html.read(b"<html>" + source.encode(), "x.html", LIMITS).everything


SOUP = [
    "<p>",
    "</p>",
    "<b>",
    "</div>",
    "<nav>",
    "<script>",
    "</script>",
    "<!--",
    "-->",
    "needle1 ",
    "&amp;",
    "needle2 ",
]
SOUP += ["<a href='u'>", "<![CDATA[", "]]>", '"', "<", "</", "=", "<title>", "<?"]


@given(st.lists(st.sampled_from(SOUP), max_size=30))
def test_no_tag_soup_hides_a_word(soup: list[str]) -> None:
    everything = html.read(b"<html><body>" + "".join(soup).encode(), "x.html", LIMITS).everything
    for word in ("needle1", "needle2"):
        assert not any(word in piece for piece in soup) or word in everything


def test_comments_that_never_end_are_read_once() -> None:
    everything = html.read(b"<html><p>first" + b"<!-- needle " * 20_000, "x.html", LIMITS).everything
    assert everything.count("needle") == 20_000


def test_html_in_a_declared_character_set_is_decoded() -> None:
    page = '<html><head><meta charset="windows-1251"></head><body><p>Привет, мир</p></body></html>'
    assert "Привет, мир" in html.read(page.encode("windows-1251"), "x.html", LIMITS).everything
