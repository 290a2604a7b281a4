"""HTTP/1.1 as uvicorn speaks it, with a bound on the head of a request: bytes and seconds.

The parser has neither, and the head comes before anybody has signed in: one endless header would fill the memory and
hold the event loop, and idle connections would use up the process's file descriptors. Bodies are bounded by
`http/gate.py`.
"""

import asyncio
from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD_BYTES: Final = 64 * 1024
HEAD_TIMEOUT_S: Final = 30.0


class BoundedProtocol(HttpToolsProtocol):
    """Closes a connection whose request line and headers are too long, or do not arrive in time."""

    _head = 0
    _in_head = True
    _completed = False
    _patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Waits for the first head from now on."""
        super().connection_made(transport)
        self._patience = self.loop.call_later(HEAD_TIMEOUT_S, transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Feeds the parser as long as the head keeps its limits."""
        self._completed = False
        if self._in_head and self._patience is None:
            self._patience = self.loop.call_later(HEAD_TIMEOUT_S, self.transport.close)
        before = self._in_head
        super().data_received(data)
        # A whole request may come at once: then its body is in `data` too, and no head has been waited for.
        if before and self._in_head and not self._completed:
            self._head += len(data)
            if self._head > MAX_HEAD_BYTES:
                self.transport.close()

    def on_headers_complete(self) -> None:
        """The head is in."""
        self._in_head, self._head, self._completed = False, 0, True
        self._stop_waiting()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The next thing to come is another head."""
        self._in_head = True
        super().on_message_complete()

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
