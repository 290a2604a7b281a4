"""What every web search does alike, whatever its service: the query that may be sent, and strangers' results made safe.

Promise: a query is the released text as it is, refused rather than cut where a service would take less; results are
plain text of bounded length with http(s) addresses, each once. They are data from strangers, and whoever uses them
treats them so.
"""

import html
import re
import unicodedata
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote, urlsplit

from lacuna.domain.errors import TooLarge
from lacuna.domain.policy import Source
from lacuna.domain.released import released_text
from lacuna.domain.retrieval import WebResult
from lacuna.domain.routing import Outbound

MAX_RESULTS: Final = 50
MAX_TITLE_CHARS: Final = 300
MAX_SNIPPET_CHARS: Final = 1_000
MAX_URL_CHARS: Final = 2_000
MAX_QUERY_BYTES: Final = 4_000
"""Of the percent-encoded query: a request line over 8 KiB is refused by most servers."""
MAX_BODY_BYTES: Final = 2 << 20

_TAG: Final = re.compile(r"<[^<>]*>")
_JOINERS: Final = "\u200c\u200d"
"""Part of the spelling in Persian, Indic scripts and emoji, unlike other invisible characters."""

Found = tuple[str | None, str | None, str | None]
"""Address, title and snippet of a result as the service gave them."""


def query_of(outbound: Outbound, *, max_chars: int | None = None, max_words: int | None = None) -> str:
    """The text to search for. Raises OutboundRefused for what was not released for a web search, TooLarge for what is
    over a limit, also one of the service's own."""
    query = released_text(outbound, Source.WEB_SEARCH)
    most = f"{MAX_QUERY_BYTES} bytes as written in a URL"
    fits = len(quote(query, errors="replace")) <= MAX_QUERY_BYTES
    if max_chars is not None:
        most, fits = f"{max_chars} characters", fits and len(query) <= max_chars
    if max_words is not None:
        most, fits = f"{most} and {max_words} words", fits and len(query.split()) <= max_words
    if not fits:
        raise TooLarge(
            f"The query of {len(query)} characters is too long for this web search.", cure=f"Ask in at most {most}."
        )
    return query


def collected(found: Iterable[Found], limit: int) -> list[WebResult]:
    """The first `limit` results that lead to the web, each address once."""
    kept: dict[str, WebResult] = {}
    for address, title, snippet in found:
        if len(kept) >= min(limit, MAX_RESULTS):
            break
        url = (address or "").strip()
        if url not in kept and is_web_address(url):
            named = plain(title or "", MAX_TITLE_CHARS) or urlsplit(url).netloc
            kept[url] = WebResult(named, url, plain(snippet or "", MAX_SNIPPET_CHARS))
    return list(kept.values())


def plain(text: str, limit: int) -> str:
    """`text` on one line and at most `limit` long, without markup, control, invisible and direction-changing
    characters."""
    # Entities can hide tags, so tags go before and after; the slices bound the work on hostile lengths.
    untagged = _TAG.sub(" ", html.unescape(_TAG.sub(" ", text[: limit * 8])))
    shown = "".join(c if _is_shown(c) else " " if c.isspace() else "" for c in untagged)
    flat = " ".join(shown.split())
    return flat if len(flat) <= limit else flat[: limit - 1].rstrip() + "…"


def is_web_address(url: str) -> bool:
    """Whether it is an http(s) address that may be shown as a link."""
    if len(url) > MAX_URL_CHARS or not url.isprintable() or any(c in ' "<>\\^`{|}' for c in url):
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme.lower() in {"http", "https"} and bool(parts.hostname) and parts.username is None
    except ValueError:
        return False


def _is_shown(character: str) -> bool:
    return character in _JOINERS or not unicodedata.category(character).startswith("C")
