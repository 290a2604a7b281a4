"""A stand-in for SearXNG's JSON API: `GET /search?q=...&format=json`."""

import json
from collections.abc import Mapping, Sequence

from lacuna.domain.retrieval import WebResult
from lacuna.testing.servers.loopback import LoopbackServer, Received, Reply

JSON_HEADERS = {"Content-Type": "application/json"}


class SearxngDouble(LoopbackServer):
    """Answers every search with `results` (objects with `url`, `title`, `content`, as SearXNG gives them). As in its
    default settings, the JSON format answers 403 unless `json_enabled`."""

    def __init__(self, results: Sequence[Mapping[str, object]] = (), *, json_enabled: bool = True) -> None:
        super().__init__(self._search)
        self.results = list(results)
        self.json_enabled = json_enabled

    @property
    def queries(self) -> list[str]:
        """The texts that arrived."""
        return [request.query.get("q", "") for request in self.received]

    def _search(self, request: Received) -> Reply:
        if request.path != "/search":
            return Reply(status=404)
        if not request.query.get("q"):
            return Reply(status=400)
        if request.query.get("format") != "json":
            return Reply((b"<!doctype html>",), headers={"Content-Type": "text/html"})
        if not self.json_enabled:
            return Reply(status=403)
        return Reply((_answer(request.query["q"], self.results),), headers=JSON_HEADERS)

    def page(self, results: Sequence[WebResult]) -> bytes:
        """An answer with these results."""
        return _answer("", [{"url": r.url, "title": r.title, "content": r.snippet} for r in results])


def _answer(query: str, results: Sequence[Mapping[str, object]]) -> bytes:
    body = {
        "query": query,
        "number_of_results": len(results),
        "results": [{"engine": "double", "category": "general", **result} for result in results],
        "answers": [],
        "suggestions": [],
        "unresponsive_engines": [],
    }
    return json.dumps(body).encode()
