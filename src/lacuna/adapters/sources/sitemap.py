"""The pages that a site lists in its sitemap (sitemaps.org): `lacuna.ports.sources.Source`.

Fetches from the one host that is configured, never follows a redirect, and honours robots.txt (RFC 9309), one page at a
time. A page's version is the time of its last change where the sitemap tells one; a date alone is no version, since a
page may change twice a day.
"""

import asyncio
import re
import zlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import unquote, urlsplit

from lacuna.adapters import robots
from lacuna.adapters.addresses import AddressRule, Endpoint, sent_path
from lacuna.adapters.http_client import USER_AGENT, Fetched, HttpClient
from lacuna.adapters.robots import Robots
from lacuna.adapters.sources.patterns import wanted
from lacuna.adapters.xml_listing import Element, read_listing
from lacuna.domain.errors import ConfigError, DependencyNonsense, Forbidden, NotFound, TooLarge
from lacuna.ports.plugins import OptionFault, read_options
from lacuna.ports.sources import Content, Item

MAX_SITEMAP_BYTES: Final = 50 * 1024 * 1024
"""As sitemaps.org allows, unpacked."""

MAX_SITEMAPS: Final = 500
MAX_PAGES: Final = 100_000
_CURES: Final = {403: "The site refuses the page.", 404: "Check the sitemap's address."}
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)")


@dataclass(frozen=True, slots=True)
class SitemapOptions:
    """`url` is the sitemap's address; `include` and `exclude` are patterns of paths; `network` says where the site
    stands."""

    url: str
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    max_pages: int = 5_000
    network: Literal["public", "private"] = "public"
    timeout_s: float = 30.0

    def __post_init__(self) -> None:
        if not 1 <= self.max_pages <= MAX_PAGES:
            raise OptionFault("max_pages", f"must be 1 to {MAX_PAGES:,}")
        if not 0 < self.timeout_s <= 600:
            raise OptionFault("timeout_s", "must be above 0 and at most 600")


class SitemapSource:
    """A `Source` of the pages of one site."""

    kind = "sitemap"

    def __init__(self, options: Mapping[str, object], secrets: Mapping[str, str]) -> None:
        """Raises OptionFault."""
        self._options = read_options(options, SitemapOptions)
        for name in secrets:
            raise OptionFault(name, "a sitemap needs no secret")
        self._rule = AddressRule.PUBLIC_ONLY if self._options.network == "public" else AddressRule.PRIVATE_ONLY
        try:
            parsed = Endpoint.parse(self._options.url, self._rule)
        except ConfigError as error:
            raise OptionFault("url", str(error)) from None
        self._site = Endpoint(parsed.scheme, parsed.host, parsed.port, "")
        self._wanted = wanted(self._options.include, self._options.exclude)
        self._client = HttpClient(
            "site",
            self._site,
            self._rule,
            timeout_s=self._options.timeout_s,
            max_body_bytes=1 << 31,
            reuse_connections=True,
        )
        self._robots: Robots | None = None
        self._one_at_a_time = asyncio.Lock()

    @property
    def identity(self) -> str:
        return f"sitemap\0{self._options.url}"

    async def items(self) -> AsyncIterator[Item]:
        """In the order of the sitemap. Pages of other hosts and those that robots.txt forbids are left out."""
        allowed = await self._asked()
        count = 0
        async for page in self._pages(self._path(self._options.url) or "/"):
            address = page.text("loc")
            path = self._path(address)
            if path is None or not allowed.allow(path) or not self._wanted(unquote(urlsplit(path).path)):
                continue
            count += 1
            if count > self._options.max_pages:
                raise TooLarge(
                    f"The sitemap lists more than {self._options.max_pages:,} pages.",
                    cure="Raise max_pages, or narrow include and exclude.",
                )
            uri, changed = self._site.base + path, page.text("lastmod")
            yield Item(uri, uri, _filename(path), changed if _TIME.fullmatch(changed) else "")

    async def fetch(self, item: Item, max_bytes: int) -> Content:
        """Raises Forbidden where robots.txt has come to forbid the page."""
        path = self._path(item.uri)
        allowed = await self._asked()
        if path is None or not allowed.allow(path):
            raise Forbidden("The site's robots.txt forbids this page.", cure="Exclude it, or ask the site's owner.")
        got = await self._got(path, max_bytes, allowed.delay_s, expected=(404, 410))
        if got.status >= 400:
            raise NotFound(
                "There is no such page any more.", cure="Ask the site's owner to take it out of the sitemap."
            )
        return Content(got.body, item.version)

    async def close(self) -> None:
        await self._client.close()

    async def _pages(self, first: str) -> AsyncIterator[Element]:
        """The entries of the sitemap and of those it leads to."""
        waiting, seen = [first], {first}
        while waiting:
            root = await self._sitemap(waiting.pop(0))
            for entry in root.children("url"):
                yield entry
            for entry in root.children("sitemap"):
                path = self._path(entry.text("loc"))
                if path is not None and path not in seen:
                    seen.add(path)
                    waiting.append(path)
            if len(seen) > MAX_SITEMAPS:
                raise TooLarge(f"There are more than {MAX_SITEMAPS} sitemaps.", cure="Name one of them.")

    async def _sitemap(self, path: str) -> Element:
        allowed = await self._asked()
        data = (await self._got(path, MAX_SITEMAP_BYTES, allowed.delay_s)).body
        if data[:2] == b"\x1f\x8b":
            data = _unpacked(data, self._client.where)
        root = read_listing(data, self._client.where)
        if root.name not in ("urlset", "sitemapindex"):
            raise DependencyNonsense(f"{self._client.where} sent no sitemap.", cure="Name the sitemap's own address.")
        return root

    async def _asked(self) -> Robots:
        """What robots.txt asks. One that is missing allows everything, one that cannot be had nothing (section
        2.3.1)."""
        if self._robots is None:
            missing = tuple(range(400, 500))
            got = await self._client.fetch(robots.PATH, robots.MAX_BYTES, expected=missing)
            text = "" if got.status >= 400 else got.body.decode("utf-8", "replace")
            self._robots = Robots.read(text, USER_AGENT)
        return self._robots

    async def _got(self, path: str, max_bytes: int, delay_s: float, expected: Sequence[int] = ()) -> Fetched:
        async with self._one_at_a_time:
            got = await self._client.fetch(path, max_bytes, expected=expected, cures=_CURES)
            await asyncio.sleep(delay_s)
            return got

    def _path(self, address: str) -> str | None:
        """Path and query of an address on the configured host; None for any other."""
        try:
            parts = urlsplit(address)
            there = Endpoint.parse(f"{parts.scheme}://{parts.netloc}", self._rule)
        except (ValueError, ConfigError):
            return None
        return sent_path(address) if there == self._site else None


def _filename(path: str) -> str:
    """What hints at the format: the last part of the path, as a page where it has no ending."""
    name = unquote(urlsplit(path).path).rpartition("/")[2]
    return name if "." in name else f"{name or 'index'}.html"


def _unpacked(data: bytes, where: str) -> bytes:
    unpacking = zlib.decompressobj(wbits=31)
    try:
        unpacked = unpacking.decompress(data, MAX_SITEMAP_BYTES)
    except zlib.error:
        raise DependencyNonsense(f"{where} sent a damaged sitemap.", cure="Try again.") from None
    if unpacking.unconsumed_tail:
        raise TooLarge(f"A sitemap is larger than {MAX_SITEMAP_BYTES:,} bytes.", cure="Divide it.")
    return unpacked
