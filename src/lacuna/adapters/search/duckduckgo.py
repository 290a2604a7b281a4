"""Web search through DuckDuckGo's page without scripts (`POST /html/`), or another that is built like it.

Promise: it sends the released text in the body of the request and nothing else about the asker: no cookies, no
language, no region. Links through the service's own redirect are undone, so that nobody who follows one tells the
service; advertisements are left out. The page is no API: it may change, and where it asks for a proof that a person is
there, this search is unavailable.
"""

import asyncio
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp
from lxml import etree  # type: ignore[import-untyped]

from lacuna.adapters.search.results import MAX_RESULTS, Found, collected, query_of
from lacuna.adapters.search.service import Resolver, connection
from lacuna.domain.errors import DependencyNonsense, DependencyUnavailable
from lacuna.domain.retrieval import WebResult
from lacuna.domain.routing import Outbound

_MAX_CHARS: Final = 499
"""Longer queries get an empty page."""
_CURES: Final = {403: "The service refuses this host; use another back end.", 404: "Check web_search.endpoint."}

_LINKS: Final = etree.XPath("//a[contains(concat(' ', normalize-space(@class), ' '), ' result__a ')]")
_BLOCK: Final = etree.XPath("ancestor::*[contains(concat(' ', normalize-space(@class), ' '), ' result ')][1]")
_SNIPPET: Final = etree.XPath(".//*[contains(concat(' ', normalize-space(@class), ' '), ' result__snippet ')]")
_NOTHING: Final = etree.XPath("boolean(//*[contains(@class, 'no-results') or contains(@class, 'result--no-result')])")
_CHALLENGE: Final = etree.XPath("boolean(//*[contains(@class, 'anomaly-modal') or @id='challenge-form'])")

_Element = Any
"""An lxml element; lxml ships no types."""


class DuckDuckGo:
    """A `WebSearch`. `endpoint` is the base address, without /html; it takes no key."""

    name = "duckduckgo"

    def __init__(
        self,
        endpoint: str,
        *,
        network: str = "public",
        api_key: str = "",
        timeout_s: float = 5.0,
        resolver: Resolver = aiohttp.ThreadedResolver,
    ) -> None:
        """Raises ConfigError where `endpoint` is no plain http(s) URL on `network`."""
        self._host, self._client = connection(
            "The web search DuckDuckGo", endpoint, network, timeout_s=timeout_s, resolver=resolver
        )

    @property
    def host(self) -> str:
        return self._host

    async def search(self, outbound: Outbound, limit: int) -> list[WebResult]:
        """At most `limit` results, each address once. Raises OutboundRefused, TooLarge or a DependencyError."""
        form = urlencode({"q": query_of(outbound, max_chars=_MAX_CHARS)}, errors="replace").encode()
        _, body = await self._client.send(
            "POST",
            "/html/",
            form,
            content_type="application/x-www-form-urlencoded",
            headers={"Accept": "text/html"},
            cures=_CURES,
        )
        page = await asyncio.to_thread(_parsed, body)
        if page is not None and _CHALLENGE(page):
            raise DependencyUnavailable(
                f"{self._client.where} asks for a proof that a person is there.",
                cure="Search less often, or use a back end with an API: kagi, brave or searxng.",
            )
        links = [] if page is None else _LINKS(page)[: 4 * MAX_RESULTS]
        if page is None or (not links and not _NOTHING(page)):
            raise DependencyNonsense(
                f"{self._client.where} answered something that is no list of results.",
                cure="Check web_search.endpoint; the page may also have changed its form.",
            )
        return collected((found for link in links if (found := _found(link)) is not None), limit)

    async def close(self) -> None:
        await self._client.close()


def _parsed(body: bytes) -> _Element | None:
    """The page's tree; None where there is none. Resolves nothing and loads nothing."""
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True)
    try:
        return etree.fromstring(body, parser)
    except (etree.LxmlError, ValueError):
        return None


def _found(link: _Element) -> Found | None:
    """A result; None for an advertisement."""
    block = _BLOCK(link)
    if not block or "result--ad" in block[0].get("class", ""):
        return None
    address = undone(link.get("href") or "")
    snippet = _SNIPPET(block[0])
    return address, _text(link), _text(snippet[0]) if snippet else None


def undone(href: str) -> str | None:
    """Where a link leads without the service's redirect (`//duckduckgo.com/l/?uddg=...`); None where it leads to the
    service itself, as advertisements do."""
    try:
        parts = urlsplit("https:" + href if href.startswith("//") else href)
        own = (parts.hostname or "duckduckgo.com").rstrip(".").lower()
        if own != "duckduckgo.com" and not own.endswith(".duckduckgo.com"):
            return href
        aim = parse_qs(parts.query, max_num_fields=50).get("uddg", [""])[0]
        inner = (urlsplit(aim).hostname or "duckduckgo.com").rstrip(".").lower()
    except ValueError:
        return None
    return None if inner == "duckduckgo.com" or inner.endswith(".duckduckgo.com") else aim


def _text(element: _Element) -> str:
    return "".join(element.itertext())
