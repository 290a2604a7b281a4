"""Web search through Brave's Search API (`GET /res/v1/web/search?q=...&count=...`, api-dashboard.search.brave.com).

Promise: it sends the released text, the number of results and the account's key (in a header, never in an address),
and nothing that could say who of its users asks.
"""

from typing import Final

import aiohttp
import msgspec

from lacuna.adapters.search.results import collected, query_of
from lacuna.adapters.search.service import Resolver, connection, key_header, read_answer
from lacuna.domain.retrieval import WebResult
from lacuna.domain.routing import Outbound

_SERVICE: Final = "The web search Brave"
_MAX_COUNT: Final = 20
_MAX_CHARS: Final = 400
_MAX_WORDS: Final = 50
"""What the service takes; it refuses more."""

_CURES: Final = {
    401: "Check web_search.api_key: it is a subscription token of Brave's Search API.",
    403: "Check that the subscription covers web search.",
    422: "Check web_search.api_key and the subscription: the service refuses the request as it is.",
    429: "The subscription's rate or quota is used up: try again later.",
}


class _Result(msgspec.Struct):
    url: str | None = None
    title: str | None = None
    description: str | None = None


class _Web(msgspec.Struct):
    results: list[_Result]


class _Answer(msgspec.Struct):
    """`web` is missing where there are no results, so the kind of answer tells whether it is one."""

    type: str
    web: _Web | None = None


_answer: Final = msgspec.json.Decoder(_Answer)


class Brave:
    """A `WebSearch`. `endpoint` is the base address, without /res."""

    name = "brave"

    def __init__(
        self,
        endpoint: str,
        *,
        network: str = "public",
        api_key: str = "",
        timeout_s: float = 5.0,
        resolver: Resolver = aiohttp.ThreadedResolver,
    ) -> None:
        """Raises ConfigError without a key, or where `endpoint` is no plain http(s) URL on `network`."""
        headers = key_header(_SERVICE, "X-Subscription-Token", "{}", api_key)
        self._host, self._client = connection(
            _SERVICE, endpoint, network, timeout_s=timeout_s, headers=headers, resolver=resolver
        )

    @property
    def host(self) -> str:
        return self._host

    async def search(self, outbound: Outbound, limit: int) -> list[WebResult]:
        """At most `limit` results, each address once. Raises OutboundRefused, TooLarge or a DependencyError."""
        query = query_of(outbound, max_chars=_MAX_CHARS, max_words=_MAX_WORDS)
        params = {"q": query, "count": str(max(1, min(limit, _MAX_COUNT)))}
        body = await self._client.get("/res/v1/web/search", params=params, cures=_CURES)
        answer: _Answer = read_answer(_answer, body, self._client.where)
        results = [] if answer.web is None else answer.web.results
        return collected(((r.url, r.title, r.description) for r in results), limit)

    async def close(self) -> None:
        await self._client.close()
