"""A small web site with robots.txt and a sitemap, on the loopback interface."""

from collections.abc import Mapping
from urllib.parse import quote

from lacuna.testing.servers.loopback import LoopbackServer, Received, Reply


class Website(LoopbackServer):
    """Serves `pages` by path; each is listed with the time in `changed`, where that says one. `robots` is the text of
    robots.txt, None for none. `replies` answer for other paths, and before the pages."""

    def __init__(self, pages: Mapping[str, bytes], robots: str | None = None) -> None:
        super().__init__(self._page)
        self.pages = dict(pages)
        self.robots = robots
        self.changed: dict[str, str] = {}
        self.replies: dict[str, Reply] = {}
        self.more_in_sitemap = ""

    @property
    def sitemap_url(self) -> str:
        return f"{self.url}/sitemap.xml"

    @property
    def asked(self) -> list[str]:
        """The paths that were asked for."""
        return [request.path for request in self.received]

    def _page(self, request: Received) -> Reply:
        path = request.path
        if path in self.replies:
            return self.replies[path]
        if path == "/robots.txt":
            return Reply(status=404) if self.robots is None else Reply((self.robots.encode(),))
        if path == "/sitemap.xml":
            return Reply((self._sitemap().encode(),))
        page = self.pages.get(path)
        return Reply(status=404) if page is None else Reply((page,))

    def _sitemap(self) -> str:
        entries = "".join(
            f"<url><loc>{self.url}{quote(path)}</loc>{self._lastmod(path)}</url>" for path in sorted(self.pages)
        )
        namespace = "http://www.sitemaps.org/schemas/sitemap/0.9"
        return f'<?xml version="1.0"?><urlset xmlns="{namespace}">{entries}{self.more_in_sitemap}</urlset>'

    def _lastmod(self, path: str) -> str:
        changed = self.changed.get(path)
        return "" if changed is None else f"<lastmod>{changed}</lastmod>"
