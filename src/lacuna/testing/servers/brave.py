"""A stand-in for Brave's Search API: `GET /res/v1/web/search?q=...&count=...` with `X-Subscription-Token`."""

import json
from collections.abc import Sequence

from lacuna.domain.retrieval import WebResult
from lacuna.testing.servers.loopback import LoopbackServer, Received, Reply

HEADERS = {"Content-Type": "application/json"}


class BraveDouble(LoopbackServer):
    """Answers every search that carries `key` with `results`; without any, as the service does, without `web`."""

    def __init__(self, results: Sequence[WebResult] = (), key: str = "brave-key") -> None:
        super().__init__(self._search)
        self.results = list(results)
        self.key = key

    @property
    def queries(self) -> list[str]:
        """The texts that arrived."""
        return [request.query.get("q", "") for request in self.received]

    def _search(self, request: Received) -> Reply:
        if (request.method, request.path) != ("GET", "/res/v1/web/search"):
            return Reply(status=404)
        count, query = request.query.get("count", "20"), request.query.get("q", "")
        valid = count.isdigit() and 1 <= int(count) <= 20 and 1 <= len(query) <= 400 and len(query.split()) <= 50
        if request.headers.get("x-subscription-token") != self.key or not valid:
            return Reply((b'{"type":"ErrorResponse","error":{"status":422}}',), 422, HEADERS)
        return Reply((self.page(self.results[: int(count)]),), headers=HEADERS)

    def page(self, results: Sequence[WebResult]) -> bytes:
        """An answer with these results."""
        listed = [{"type": "search_result", "url": r.url, "title": r.title, "description": r.snippet} for r in results]
        answer: dict[str, object] = {"type": "search", "query": {"original": "", "more_results_available": False}}
        if listed:
            answer["web"] = {"type": "search", "results": listed}
        return json.dumps(answer).encode()
