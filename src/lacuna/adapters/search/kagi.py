"""Web search through Kagi's Search API (`GET /api/v0/search?q=...&limit=...`, help.kagi.com/kagi/api/search.html).

Promise: it sends the released text, the number of results and the account's key (in a header, never in an address),
and nothing that could say who of its users asks.
"""

from typing import Final

import aiohttp
import msgspec

from lacuna.adapters.search.results import MAX_RESULTS, collected, query_of
from lacuna.adapters.search.service import Resolver, connection, key_header, read_answer
from lacuna.domain.retrieval import WebResult
from lacuna.domain.routing import Outbound

_SERVICE: Final = "The web search Kagi"
_RESULT: Final = 0
"""The `t` of a search result; others are related searches and the like."""

_CURES: Final = {
    401: "Check web_search.api_key: it is a token of Kagi's API portal.",
    402: "The account's API balance is used up.",
    403: "Check web_search.api_key, and that the account has access to the Search API.",
}


class _Object(msgspec.Struct):
    t: int | None = None
    url: str | None = None
    title: str | None = None
    snippet: str | None = None


class _Answer(msgspec.Struct):
    data: list[_Object]


_answer: Final = msgspec.json.Decoder(_Answer)


class Kagi:
    """A `WebSearch`. `endpoint` is the base address, without /api."""

    name = "kagi"

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
        headers = key_header(_SERVICE, "Authorization", "Bot {}", api_key)
        self._host, self._client = connection(
            _SERVICE, endpoint, network, timeout_s=timeout_s, headers=headers, resolver=resolver
        )

    @property
    def host(self) -> str:
        return self._host

    async def search(self, outbound: Outbound, limit: int) -> list[WebResult]:
        """At most `limit` results, each address once. Raises OutboundRefused, TooLarge or a DependencyError."""
        params = {"q": query_of(outbound), "limit": str(max(1, min(limit, MAX_RESULTS)))}
        body = await self._client.get("/api/v0/search", params=params, cures=_CURES)
        answer: _Answer = read_answer(_answer, body, self._client.where)
        return collected(((o.url, o.title, o.snippet) for o in answer.data if o.t == _RESULT), limit)

    async def close(self) -> None:
        await self._client.close()
