"""The bound on a request's head counts the head only, however the bytes arrive."""

import asyncio
from collections.abc import Iterable
from typing import Any, cast

import pytest
import uvicorn
from uvicorn.server import ServerState

from lacuna.http.protocol import MAX_HEAD_BYTES, BoundedProtocol


class Wire(asyncio.Transport):
    """A transport that remembers whether it was closed."""

    def __init__(self) -> None:
        super().__init__()
        self.closed = False

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    def write(self, data: Any) -> None:
        """Nobody reads."""

    def pause_reading(self) -> None:
        """Nothing comes by itself."""

    def resume_reading(self) -> None:
        """Nothing comes by itself."""


async def _never(scope: Any, receive: Any, send: Any) -> None:
    await asyncio.Event().wait()


async def closed_after(pieces: Iterable[bytes]) -> bool:
    config = uvicorn.Config(_never, log_config=None, lifespan="off")
    config.load()
    protocol = BoundedProtocol(config, ServerState(), {}, _loop=asyncio.get_running_loop())
    wire = Wire()
    protocol.connection_made(wire)
    for piece in pieces:
        protocol.data_received(piece)
    closed = wire.closed
    protocol.connection_lost(None)
    for task in list(cast(Any, protocol).tasks):
        task.cancel()
    await asyncio.sleep(0)
    return closed


def request(body: int, header: int = 0) -> bytes:
    lines = (f"POST / HTTP/1.1\r\nHost: x\r\nX-Long: {'x' * header}\r\nContent-Length: {body}\r\n\r\n").encode()
    return lines + b"x" * body


@pytest.mark.parametrize("step", [10**9, 65_536, 1_000])
async def test_a_large_body_is_no_large_head(step: int) -> None:
    whole = request(3 * MAX_HEAD_BYTES)
    assert not await closed_after(whole[at : at + step] for at in range(0, len(whole), step))


async def test_a_head_over_the_limit_closes_the_connection() -> None:
    whole = request(0, header=MAX_HEAD_BYTES + 10_000)
    assert await closed_after(whole[at : at + 1_000] for at in range(0, len(whole) - 2_000, 1_000))
