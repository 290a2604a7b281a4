"""Web search through SearXNG's JSON API (`GET /search?q=...&format=json`).

Promise: it sends the released text as it is, and nothing else that could say who asks: a constant User-Agent, no
cookies, no language, no referrer. Results come back as plain text of bounded length with http(s) addresses; they are
data from strangers, and whoever uses them treats them so.
"""

import html
import re
import unicodedata
from collections.abc import Callable
from typing import Final
from urllib.parse import quote, urlsplit

import aiohttp
import msgspec
from aiohttp.abc import AbstractResolver

from lacuna.adapters.addresses import AddressRule, Endpoint
from lacuna.adapters.http_client import HttpClient
from lacuna.domain.errors import DependencyNonsense, TooLarge
from lacuna.domain.policy import Source
from lacuna.domain.released import released_text
from lacuna.domain.retrieval import WebResult
from lacuna.domain.routing import Outbound

MAX_RESULTS: Final = 50
MAX_TITLE_CHARS: Final = 300
MAX_SNIPPET_CHARS: Final = 1_000
MAX_URL_CHARS: Final = 2_000
MAX_QUERY_BYTES: Final = 4_000
"""Of the percent-encoded query: a request line over 8 KiB is refused by most servers."""
MAX_BODY_BYTES: Final = 2 << 20

_CURES: Final = {
    403: "Add `json` to `search.formats` in SearXNG's settings.yml, and let its limiter pass this host.",
    404: "Check the endpoint: it is SearXNG's base address, without /search.",
    429: "SearXNG's limiter refuses: let this host pass in its limiter.toml.",
}

_TAG: Final = re.compile(r"<[^<>]*>")
_JOINERS: Final = "\u200c\u200d"
"""Part of the spelling in Persian, Indic scripts and emoji, unlike other invisible characters."""


class _Result(msgspec.Struct):
    url: str | None = None
    title: str | None = None
    content: str | None = None


class _Answer(msgspec.Struct):
    results: list[_Result]


_answer = msgspec.json.Decoder(_Answer)


class SearxNG:
    """A `WebSearch`. `endpoint` is the instance's base address."""

    name = "searxng"

    def __init__(
        self,
        endpoint: str,
        *,
        timeout_s: float = 5.0,
        resolver: Callable[[], AbstractResolver] = aiohttp.ThreadedResolver,
    ) -> None:
        """Raises ConfigError where `endpoint` is no plain http(s) URL."""
        rule = AddressRule.ANY_CONFIGURED
        parsed = Endpoint.parse(endpoint, rule)
        self._host = parsed.authority
        self._client = HttpClient(
            "The web search SearXNG",
            parsed,
            rule,
            timeout_s=timeout_s,
            max_body_bytes=MAX_BODY_BYTES,
            resolver=resolver,
        )

    @property
    def host(self) -> str:
        return self._host

    async def search(self, outbound: Outbound, limit: int) -> list[WebResult]:
        """At most `limit` results, each address once. Raises OutboundRefused, TooLarge or a DependencyError."""
        query = released_text(outbound, Source.WEB_SEARCH)
        if len(quote(query, errors="replace")) > MAX_QUERY_BYTES:
            raise TooLarge(
                f"The query of {len(query)} characters is too long for a web search.",
                cure=f"Ask in at most {MAX_QUERY_BYTES} bytes as written in a URL.",
            )
        body = await self._client.get("/search", params={"q": query, "format": "json"}, cures=_CURES)
        return self._results(body, min(limit, MAX_RESULTS))

    async def close(self) -> None:
        await self._client.close()

    def _results(self, body: bytes, limit: int) -> list[WebResult]:
        try:
            answer = _answer.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            answer = None
        if answer is None:  # raised here, where no context holds a piece of the body
            raise DependencyNonsense(
                f"{self._client.where} answered something that is no list of results.",
                cure="Check that the endpoint is a SearXNG instance with its JSON format enabled.",
            )
        found: dict[str, WebResult] = {}
        for result in answer.results:
            if len(found) >= limit:
                break
            url = (result.url or "").strip()
            if url not in found and _is_web_address(url):
                title = plain(result.title or "", MAX_TITLE_CHARS) or urlsplit(url).netloc
                found[url] = WebResult(title, url, plain(result.content or "", MAX_SNIPPET_CHARS))
        return list(found.values())


def plain(text: str, limit: int) -> str:
    """`text` on one line and at most `limit` long, without markup, control, invisible and direction-changing
    characters."""
    # Entities can hide tags, so tags go before and after; the slices bound the work on hostile lengths.
    untagged = _TAG.sub(" ", html.unescape(_TAG.sub(" ", text[: limit * 8])))
    shown = "".join(c if _is_shown(c) else " " if c.isspace() else "" for c in untagged)
    flat = " ".join(shown.split())
    return flat if len(flat) <= limit else flat[: limit - 1].rstrip() + "…"


def _is_shown(character: str) -> bool:
    return character in _JOINERS or not unicodedata.category(character).startswith("C")


def _is_web_address(url: str) -> bool:
    if len(url) > MAX_URL_CHARS or not url.isprintable() or any(c in ' "<>\\^`{|}' for c in url):
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme.lower() in {"http", "https"} and bool(parts.hostname) and parts.username is None
    except ValueError:
        return False
