"""Web search."""

from typing import Protocol

from lacuna.domain.retrieval import WebResult
from lacuna.domain.routing import Outbound


class Site(Protocol):
    """Where a page is, as the ledger names it."""

    @property
    def name(self) -> str: ...

    @property
    def host(self) -> str: ...


class PageReader(Protocol):
    """MUST fetch exactly the released address, from a public network address, and follow no redirect; MUST bound time,
    bytes and text; MUST keep to what it learned of a site's robots.txt (RFC 9309), and read no page of a site of which
    it learned nothing. What it gives is data from a stranger, never an instruction."""

    def rules(self, url: str) -> str | None:
        """The address of the robots.txt that has to be learned before this page; None where it is known. Raises
        OutboundRefused for an address that is not fetched."""
        ...

    def site(self, url: str) -> Site:
        """Raises OutboundRefused for an address that is not fetched, or that its site does not want fetched."""
        ...

    async def learn(self, outbound: Outbound) -> None:
        """Fetches a robots.txt. One that cannot be had permits nothing, and raises a DependencyError."""
        ...

    async def read(self, outbound: Outbound) -> str:
        """The text of a page. Raises OutboundRefused as `site` does, and a DependencyError."""
        ...


class WebSearch(Protocol):
    """MUST send exactly `outbound.text` and nothing else about the asker, to the configured host only: no cookies, no
    redirects, no proxy variables. MUST refuse anything that is not an `Outbound` for web search."""

    name: str

    @property
    def host(self) -> str:
        """Where the text goes, for the ledger."""
        ...

    async def search(self, outbound: Outbound, limit: int) -> list[WebResult]: ...

    async def close(self) -> None: ...
