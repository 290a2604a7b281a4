"""Web search."""

from typing import Protocol

from lacuna.domain.retrieval import WebResult
from lacuna.domain.routing import Outbound


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
