"""A stand-in for Kagi's Search API: `GET /api/v0/search?q=...&limit=...` with `Authorization: Bot KEY`."""

import json
from collections.abc import Sequence

from lacuna.domain.retrieval import WebResult
from lacuna.testing.servers.loopback import LoopbackServer, Received, Reply

HEADERS = {"Content-Type": "application/json"}


class KagiDouble(LoopbackServer):
    """Answers every search that carries `key` with `results`, and an object of related searches after them."""

    def __init__(self, results: Sequence[WebResult] = (), key: str = "kagi-key") -> None:
        super().__init__(self._search)
        self.results = list(results)
        self.key = key

    @property
    def queries(self) -> list[str]:
        """The texts that arrived."""
        return [request.query.get("q", "") for request in self.received]

    def _search(self, request: Received) -> Reply:
        if (request.method, request.path) != ("GET", "/api/v0/search"):
            return Reply(status=404)
        if request.headers.get("authorization") != f"Bot {self.key}":
            return Reply((b'{"error":[{"code":1,"msg":"Unauthorized"}]}',), 401, HEADERS)
        limit = int(request.query.get("limit", "10"))
        return Reply((self.page(self.results[:limit]),), headers=HEADERS)

    def page(self, results: Sequence[WebResult]) -> bytes:
        """An answer with these results."""
        listed = [{"t": 0, "url": r.url, "title": r.title, "snippet": r.snippet} for r in results]
        data = [*listed, {"t": 1, "list": ["a related search"]}]
        return json.dumps({"meta": {"id": "x", "node": "double", "ms": 1}, "data": data}).encode()
