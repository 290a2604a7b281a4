"""What every `Parser` promises. Subclass `ParserContract` and give it a fixture `parser`."""

from contextlib import suppress

import pytest

from lacuna.domain.errors import InvalidInput, TooLarge, UnsupportedFormat
from lacuna.ports.parsers import Parser


class ParserContract:
    """`max_bytes` is the size limit that the fixture's parser was built with."""

    max_bytes = 100_000

    async def test_text_comes_back_whole_in_both_outputs(self, parser: Parser) -> None:
        parsed = await parser.parse("Zürich: first line\nsecond line\n".encode(), "notes.txt")
        assert [section.text for section in parsed.sections] == ["Zürich: first line\nsecond line"]
        assert "Zürich: first line\nsecond line" in parsed.everything
        assert parsed.title == "notes"

    async def test_markdown_has_a_section_for_each_heading(self, parser: Parser) -> None:
        parsed = await parser.parse(b"# Guide\n\nIntro.\n\n## Install\n\nRun it.\n", "guide.md")
        assert parsed.title == "Guide"
        assert [section.heading for section in parsed.sections] == ["Guide", "Install"]
        assert "Run it." in parsed.sections[1].text

    async def test_utf_16_with_a_byte_order_mark_is_text(self, parser: Parser) -> None:
        parsed = await parser.parse("Grüße aus Köln".encode("utf-16"), "a.txt")
        assert parsed.sections[0].text == "Grüße aus Köln"

    async def test_a_document_without_text_has_no_sections(self, parser: Parser) -> None:
        assert (await parser.parse(b" \n\n", "empty.txt")).sections == ()

    async def test_binary_data_is_refused_whatever_its_name_says(self, parser: Parser) -> None:
        with pytest.raises(UnsupportedFormat):
            await parser.parse(bytes(range(256)) * 8, "report.txt")

    async def test_data_over_the_limit_is_refused(self, parser: Parser) -> None:
        with pytest.raises(TooLarge):
            await parser.parse(b"a" * (self.max_bytes + 1), "big.txt")

    @pytest.mark.parametrize("data", [b"", b"\x00", b"\xff\xfe\x00", b"PK\x03\x04", b"%PDF-1.7", b"<", b"\xef\xbb\xbf"])
    async def test_odd_bytes_are_read_or_refused_and_the_parser_goes_on(self, parser: Parser, data: bytes) -> None:
        with suppress(InvalidInput):
            await parser.parse(data, "odd.txt")
        assert (await parser.parse(b"still here", "a.txt")).sections[0].text == "still here"
