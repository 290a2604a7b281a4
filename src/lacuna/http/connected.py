"""Work for a client, for as long as that client is there."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

from starlette.requests import Request
from starlette.responses import Response

T = TypeVar("T")

_HUNG_UP: Final = 499
"""For the metrics; nginx calls it so. Nobody is there to read it."""


class HungUp(Exception):
    """The client went away."""


async def while_connected(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """The result of `work`. Where the client hangs up first, `work` is cancelled, waited for, and HungUp is raised. The
    request's body has to be read before. Raises what `work` raises."""
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_hung_up(request))
    try:
        await asyncio.wait((working, leaving), return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        raise HungUp
    finally:
        leaving.cancel()
        if not working.done():
            working.cancel()
            await asyncio.wait((working,))


def to_nobody() -> Response:
    """The answer to a client that hung up."""
    return Response(status_code=_HUNG_UP)


async def _hung_up(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
