"""A stand-in for DuckDuckGo's page without scripts: `POST /html/` with a form of `q`."""

import html
from collections.abc import Sequence
from urllib.parse import parse_qs, quote

from lacuna.domain.retrieval import WebResult
from lacuna.testing.servers.loopback import LoopbackServer, Received, Reply

HEADERS = {"Content-Type": "text/html; charset=UTF-8", "Set-Cookie": "kl=wt-wt; Path=/"}

_PAGE = """<!DOCTYPE html><html><head><title>at DuckDuckGo</title></head><body>
<div id="links" class="results">{results}</div></body></html>"""
_RESULT = """<div class="result results_links results_links_deep web-result {more}">
<div class="links_main result__body">
<h2 class="result__title"><a rel="nofollow" class="result__a" href="{href}">{title}</a></h2>
<div class="result__extras"><a class="result__url" href="{href}">shown</a></div>
<a class="result__snippet" href="{href}">{snippet}</a></div></div>"""
_NOTHING = '<div class="result results_links no-results"><div class="no-results">No results.</div></div>'
CHALLENGE = (
    b'<html><body><form id="challenge-form"><div class="anomaly-modal__title">Bots use it too</div></form></body>'
)


class DuckDuckGoDouble(LoopbackServer):
    """Answers every search with an advertisement and `results`, whose links go through the service's redirect."""

    def __init__(self, results: Sequence[WebResult] = ()) -> None:
        super().__init__(self._search)
        self.results = list(results)

    @property
    def queries(self) -> list[str]:
        """The texts that arrived."""
        forms = [parse_qs(request.body.decode(), keep_blank_values=True) for request in self.received]
        return [form.get("q", [""])[0] for form in forms]

    def _search(self, request: Received) -> Reply:
        if request.path != "/html/":
            return Reply(status=404)
        return Reply((self.page(self.results),), headers=HEADERS)

    def page(self, results: Sequence[WebResult]) -> bytes:
        """A page with these results. Titles and snippets stand in it as they are."""
        advertisement = _RESULT.format(
            more="result--ad",
            href="https://duckduckgo.com/y.js?ad_domain=shop.example&amp;u3=https%3A%2F%2Fads.example",
            title="Buy now",
            snippet="An advertisement.",
        )
        shown = [_shown(result) for result in results]
        return _PAGE.format(results="".join([advertisement, *shown]) if shown else _NOTHING).encode()


def _shown(result: WebResult) -> str:
    href = html.escape(f"//duckduckgo.com/l/?uddg={quote(result.url, safe='')}&rut=0123456789abcdef")
    return _RESULT.format(more="", href=href, title=result.title, snippet=result.snippet)
