"""Read the pages that a web search found, each address through the gate.

Promise: a site's robots.txt is asked for first, unless it is known, and obeyed; each address, that of robots.txt too,
is recorded before it is sent. Where a page cannot be read the result stays as the search gave it, and `degraded` says
so.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from lacuna.domain.errors import LacunaError
from lacuna.domain.retrieval import WebResult
from lacuna.ports.search import PageReader
from lacuna.ports.telemetry import Telemetry
from lacuna.usecases.asked import Run
from lacuna.usecases.classify import Decided
from lacuna.usecases.leave import Gate

_PART = "web_pages"


class Pages:
    """Reads the pages of the first `most` results."""

    def __init__(self, reader: PageReader, gate: Gate, telemetry: Telemetry, most: int) -> None:
        self._reader = reader
        self._gate = gate
        self._telemetry = telemetry
        self._most = most

    async def read(self, found: Sequence[WebResult], decided: Decided, run: Run) -> list[WebResult]:
        """The results, the first of them with the text of their pages. `decided` is on what was searched for."""
        read = await asyncio.gather(*(self._read(each, decided, run) for each in found[: self._most]))
        return [*read, *found[self._most :]]

    async def _read(self, result: WebResult, decided: Decided, run: Run) -> WebResult:
        url = result.url.partition("#")[0]
        try:
            rules = self._reader.rules(url)
            if rules is not None:
                await self._reader.learn(await self._gate.page(rules, decided, run, self._reader.site(rules)))
            outbound = await self._gate.page(url, decided, run, self._reader.site(url))
            return replace(result, text=await self._reader.read(outbound))
        except LacunaError as error:
            self._telemetry.failed(_PART, error.code)
            run.degraded.append(_PART)
            return result
