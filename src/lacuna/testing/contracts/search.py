"""What every web search is held to. Subclass in a test module and give the fixtures named in the class."""

from collections.abc import Callable
from typing import cast
from urllib.parse import urlsplit

import pytest

from lacuna.domain.errors import OutboundRefused
from lacuna.domain.policy import Source
from lacuna.domain.routing import Outbound
from lacuna.ports.search import WebSearch
from lacuna.testing.outbound import released


class WebSearchContract:
    """Needs a fixture `search` that gives a WebSearch whose service knows at least three results for every query, and a
    fixture `sent`: the texts that have arrived at that service."""

    async def test_sends_exactly_the_released_text(self, search: WebSearch, sent: Callable[[], list[str]]) -> None:
        text = " what is TLS & 50% of 1+1? #\u00e9\u4e2d "
        await search.search(released(text), 3)
        assert sent() == [text]

    @pytest.mark.parametrize("wrong", ["what is TLS", None, released("what is TLS", Source.EXTERNAL_LLM)])
    async def test_refuses_what_was_not_released_for_it(
        self, search: WebSearch, sent: Callable[[], list[str]], wrong: object
    ) -> None:
        with pytest.raises(OutboundRefused):
            await search.search(cast("Outbound", wrong), 3)
        assert sent() == []

    @pytest.mark.parametrize("limit", [0, 1, 3])
    async def test_gives_no_more_than_was_asked_for(self, search: WebSearch, limit: int) -> None:
        assert len(await search.search(released("what is TLS"), limit)) == limit

    async def test_gives_web_addresses_with_titles(self, search: WebSearch) -> None:
        for result in await search.search(released("what is TLS"), 3):
            assert urlsplit(result.url).scheme in {"http", "https"}
            assert result.title.strip()

    async def test_names_itself_and_its_host(self, search: WebSearch) -> None:
        assert search.name
        assert search.host

    async def test_closes_twice(self, search: WebSearch) -> None:
        await search.close()
        await search.close()
