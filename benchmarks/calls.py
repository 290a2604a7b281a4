"""Requests as the benchmarks of the server make them, and what they ask about and of."""

import asyncio
import http.client
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from lacuna.testing.servers.loopback import Reply
from lacuna.testing.servers.openai_chat import ChatDouble

_TIMEOUT_S: Final = 60.0


def post(
    port: int, path: str, body: Mapping[str, object], key: str = "", *, host: str = "127.0.0.1", until: bytes = b""
) -> bytes:
    """Posts JSON on a connection of its own; the answer, read to its end, or to the line that holds `until`. Raises
    RuntimeError for an answer that is an error, or that ends before."""
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
    connection = http.client.HTTPConnection(host, port, timeout=_TIMEOUT_S)
    try:
        connection.request("POST", path, json.dumps(body), headers)
        answer = connection.getresponse()
        if answer.status >= 300:
            raise RuntimeError(f"{path} answered {answer.status}")
        if not until:
            return answer.read()
        for line in answer:
            if until in line:
                return line
        raise RuntimeError(f"{path} ended without {until.decode()}")
    finally:
        connection.close()


def add_halls(port: int, count: int) -> None:
    """So many public documents with one fact each: which pump a hall has, and when it stops."""
    for number in range(count):
        text = f"Hall {number} has a pump of type P{number} that stops at {number % 24} o'clock. " * 8
        post(port, "/api/v1/documents", {"text": text, "source": f"hall-{number}", "tier": "PUBLIC"})


@contextmanager
def model_server(reply: Reply | None = None) -> Iterator[str]:
    """The address of a stand-in for a model server, which answers at once, on a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    double = ChatDouble(reply)
    asyncio.run_coroutine_threadsafe(double.__aenter__(), loop).result(30)
    try:
        yield double.url
    finally:
        asyncio.run_coroutine_threadsafe(double.__aexit__(None, None, None), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
