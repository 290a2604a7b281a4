"""Web search through SearXNG's JSON API (`GET /search?q=...&format=json`, docs.searxng.org/dev/search_api.html).

Promise: it sends the released text as it is, and nothing else that could say who asks: a constant User-Agent, no
cookies, no language, no referrer.
"""

from typing import Final

import aiohttp
import msgspec

from lacuna.adapters.search.results import collected, query_of
from lacuna.adapters.search.service import Resolver, connection, read_answer
from lacuna.domain.retrieval import WebResult
from lacuna.domain.routing import Outbound

_CURES: Final = {
    403: "Add `json` to `search.formats` in SearXNG's settings.yml, and let its limiter pass this host.",
    404: "Check the endpoint: it is SearXNG's base address, without /search.",
    429: "SearXNG's limiter refuses: let this host pass in its limiter.toml.",
}


class _Result(msgspec.Struct):
    url: str | None = None
    title: str | None = None
    content: str | None = None


class _Answer(msgspec.Struct):
    results: list[_Result]


_answer: Final = msgspec.json.Decoder(_Answer)


class SearxNG:
    """A `WebSearch`. `endpoint` is the instance's base address; it takes no key."""

    name = "searxng"

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
            "The web search SearXNG", endpoint, network, timeout_s=timeout_s, resolver=resolver
        )

    @property
    def host(self) -> str:
        return self._host

    async def search(self, outbound: Outbound, limit: int) -> list[WebResult]:
        """At most `limit` results, each address once. Raises OutboundRefused, TooLarge or a DependencyError."""
        query = query_of(outbound)
        body = await self._client.get("/search", params={"q": query, "format": "json"}, cures=_CURES)
        answer: _Answer = read_answer(_answer, body, self._client.where)
        return collected(((r.url, r.title, r.content) for r in answer.results), limit)

    async def close(self) -> None:
        await self._client.close()
