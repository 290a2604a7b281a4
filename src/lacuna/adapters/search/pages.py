"""The pages that a web search found, read as plain text.

Promise: one GET of the released address, to a public address on the usual ports, without cookies, referrer or redirect;
at most MAX_PAGE_BYTES of HTML or plain text, parsed in the parser's child process, of which the cleaned text is kept up
to MAX_PAGE_CHARS. What a page says is data from a stranger. A fetch tells the site that somebody at this network
address reads the page, and nothing else. No person chose the page, so its site is asked first whether it wants robots
there (adapters/robots.py); what it said is remembered for REMEMBERED_S.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import aiohttp
import cachebox
from aiohttp.abc import AbstractResolver

from lacuna.adapters.addresses import NETWORKS, Endpoint, sent_path
from lacuna.adapters.http_client import USER_AGENT, Fetched, HttpClient
from lacuna.adapters.robots import MAX_BYTES, NOTHING, PATH, Robots
from lacuna.adapters.search.results import is_web_address, plain
from lacuna.domain.errors import ConfigError, DependencyNonsense, OutboundRefused, TooLarge, UnreadableDocument
from lacuna.domain.policy import Source
from lacuna.domain.released import released_text
from lacuna.domain.routing import Outbound
from lacuna.ports.parsers import Parser

MAX_PAGE_BYTES: Final = 2 << 20
MAX_PAGE_CHARS: Final = 4_000
PORTS: Final = frozenset({80, 443})
REMEMBERED_S: Final = 6 * 3600.0
_REMEMBERED_SITES: Final = 1_000
_FAILED_S: Final = 60.0
"""How long a site whose robots.txt cannot be had is left alone."""

_NO_ROBOTS: Final = tuple(status for status in range(400, 500) if status != 429)
"""Statuses that say that a site has no robots.txt (RFC 9309, section 2.3.1.3)."""

_NAMES: Final = {"text/html": "page.html", "application/xhtml+xml": "page.html", "text/plain": "page.txt"}
"""Media types that are read, and what the parser takes them for."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where a page is, for the ledger."""

    host: str
    name: str = "web page"


class WebPages:
    """A `lacuna.ports.search.PageReader`."""

    def __init__(
        self,
        parser: Parser,
        *,
        timeout_s: float = 10.0,
        network: str = "public",
        ports: frozenset[int] = PORTS,
        resolver: Callable[[], AbstractResolver] = aiohttp.ThreadedResolver,
    ) -> None:
        self._parser = parser
        self._timeout_s = timeout_s
        self._rule = NETWORKS[network]
        self._ports = ports
        self._resolver = resolver
        self._robots: cachebox.VTTLCache[str, Robots] = cachebox.VTTLCache(_REMEMBERED_SITES)

    def rules(self, url: str) -> str | None:
        """The address of the robots.txt to be learned before `url`, if any. Raises OutboundRefused as `site`."""
        base = self._endpoint(url).base
        return None if base in self._robots else f"{base}{PATH}"

    def site(self, url: str) -> Site:
        """Raises OutboundRefused for an address that is not fetched: another scheme or port, a private number, one that
        its site does not want read by robots, or of which that is not known."""
        endpoint = self._endpoint(url)
        path = sent_path(url)
        if path != PATH and not self._robots.get(endpoint.base, NOTHING).allow(path):
            raise OutboundRefused("The site does not want this page read by robots.", cure="Open it in a browser.")
        return Site(endpoint.authority)

    async def learn(self, outbound: Outbound) -> None:
        """Fetches and remembers a robots.txt. One that cannot be had permits nothing for a while. Raises
        OutboundRefused or a DependencyError."""
        url = released_text(outbound, Source.WEB_SEARCH)
        base = self._endpoint(url).base
        if sent_path(url) != PATH:
            raise OutboundRefused("This is not the address of a robots.txt.")
        self._robots.insert(base, NOTHING, _FAILED_S)
        fetched = await self._fetched(url, MAX_BYTES, "text/plain", _NO_ROBOTS)
        rules = Robots.read(fetched.body.decode("utf-8", "replace"), USER_AGENT) if fetched.status < 300 else Robots()
        self._robots.insert(base, rules, REMEMBERED_S)

    async def read(self, outbound: Outbound) -> str:
        """The text of the page whose address was released; "" where it has none. Raises OutboundRefused as `site`, or a
        DependencyError."""
        url = released_text(outbound, Source.WEB_SEARCH)
        where = self.site(url).host
        fetched = await self._fetched(url, MAX_PAGE_BYTES, "text/html, text/plain;q=0.5")
        media = fetched.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media not in _NAMES:
            raise DependencyNonsense(f"{where} sent no HTML and no plain text.")
        try:
            parsed = await self._parser.parse(fetched.body, _NAMES[media])
        except (UnreadableDocument, TooLarge):
            raise DependencyNonsense(f"{where} sent a page that cannot be read.") from None
        return _cleaned(section.text for section in parsed.sections)

    async def _fetched(self, url: str, most: int, accept: str, expected: Sequence[int] = ()) -> Fetched:
        client = HttpClient(
            "A web page",
            self._endpoint(url),
            self._rule,
            timeout_s=self._timeout_s,
            max_body_bytes=most,
            resolver=self._resolver,
        )
        try:
            return await client.fetch(sent_path(url), most, headers={"Accept": accept}, expected=expected)
        except TooLarge:
            raise DependencyNonsense(f"{client.where} sent more than {most:,} bytes.") from None
        finally:
            await client.close()

    def _endpoint(self, url: str) -> Endpoint:
        refused = OutboundRefused("A page is not fetched from such an address.", cure="Open it in a browser.")
        if not is_web_address(url):
            raise refused
        parts = urlsplit(url)
        try:
            endpoint = Endpoint.parse(f"{parts.scheme}://{parts.netloc}", self._rule)
        except ConfigError:
            raise refused from None
        if endpoint.port not in self._ports:
            raise refused
        return endpoint


def _cleaned(texts: Iterable[str]) -> str:
    """Line by line without markup, control and direction-changing characters, up to the limit."""
    kept: list[str] = []
    left = MAX_PAGE_CHARS
    for line in (line for text in texts for line in text.splitlines()):
        shown = plain(line, left) if left > 1 else ""
        if shown:
            kept.append(shown)
            left -= len(shown) + 1
    return "\n".join(kept)
