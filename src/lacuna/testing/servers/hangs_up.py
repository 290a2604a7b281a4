"""A server that closes connections without a word, as busy and restarted ones do."""

import asyncio
import contextlib
from types import TracebackType
from typing import Self


class HangsUp:
    """Answers the first request of a connection with `body`, up to `answered` of them in all, and hangs up on every
    other. `requests` are the request lines and bodies that arrived, by connection."""

    def __init__(self, answered: int = 0, body: bytes = b"", content_type: str = "application/json") -> None:
        self.connections: list[list[bytes]] = []
        self.url = ""
        self._left = answered
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
        self._answer = head.encode() + body
        self._server: asyncio.Server | None = None

    @property
    def requests(self) -> list[bytes]:
        """All of them."""
        return [request for connection in self.connections for request in connection]

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        got: list[bytes] = []
        self.connections.append(got)
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            got.append(await _request(reader))
            if self._left > 0:
                self._left -= 1
                writer.write(self._answer)
                await writer.drain()
                got.append(await _request(reader))
        writer.close()


async def _request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    lengths = [line.partition(b":")[2] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return head.partition(b"\r\n")[0] + b"\n" + await reader.readexactly(int(lengths[0]) if lengths else 0)
