"""An HTTP server on the loopback interface that answers as told and remembers what it was sent.

For tests of adapters: real sockets, real HTTP, and every misbehaviour on command (slow, cut off, too large,
redirecting).
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from aiohttp import web


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it came over the wire. Header names are in lower case."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer in pieces: bytes are sent, numbers are seconds to wait. `cut_off` drops the connection instead of
    ending properly."""

    pieces: tuple[bytes | float, ...] = ()
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut_off: bool = False


class LoopbackServer:
    """Answers each request with what `answer` returns; an async context manager. `hung_up` are the requests whose
    sender did not wait for the end."""

    def __init__(self, answer: Callable[[Received], Reply]) -> None:
        self.answer = answer
        self.received: list[Received] = []
        self.hung_up: list[Received] = []
        self.url = ""
        self._runner: web.ServerRunner | None = None

    async def __aenter__(self) -> Self:
        self._runner = web.ServerRunner(web.Server(self._serve), shutdown_timeout=0.05)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        received = Received(request.method, request.path, dict(request.query), headers, await request.read())
        self.received.append(received)
        reply = self.answer(received)
        response = web.StreamResponse(status=reply.status, headers=reply.headers)
        try:
            await response.prepare(request)
            for piece in reply.pieces:
                if isinstance(piece, bytes):
                    await response.write(piece)
                else:
                    await asyncio.sleep(piece)
            if reply.cut_off and request.transport is not None:
                request.transport.close()
            else:
                await response.write_eof()
        except ConnectionError:
            self.hung_up.append(received)  # the adapter under test did so first
        return response
