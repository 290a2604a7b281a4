"""A web search that knows its results beforehand and remembers what would have left the house."""

from collections.abc import Sequence

from lacuna.domain.errors import DependencyError
from lacuna.domain.policy import Source
from lacuna.domain.released import released_text
from lacuna.domain.retrieval import WebResult
from lacuna.domain.routing import Outbound


class ListedSearch:
    """A WebSearch that answers every text with the first of `results`, or with `failure`. `sent` are the texts that
    were released to it."""

    name = "listed"
    host = "search.example"

    def __init__(self, results: Sequence[WebResult] = (), failure: DependencyError | None = None) -> None:
        self.results = tuple(results)
        self.failure = failure
        self.sent: list[str] = []

    async def search(self, outbound: Outbound, limit: int) -> list[WebResult]:
        self.sent.append(released_text(outbound, Source.WEB_SEARCH))
        if self.failure is not None:
            raise self.failure
        return list(self.results[:limit])

    async def close(self) -> None:
        """Holds nothing."""
