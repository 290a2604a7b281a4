"""An internet on the loopback interface that records every byte sent to it, every name looked up, and every connection
to somewhere else.

It stands beneath the application: names and connections of this process are answered by it (`socket.getaddrinfo`,
`socket.socket.connect`), so that the whole of Lacuna, its address rules included, runs as it is. Hosts have addresses
of the open internet, and a name may be answered differently each time. Child processes are not beneath it.
"""

import asyncio
import contextlib
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Final, Self

import pytest

from lacuna.testing.servers.loopback import LoopbackServer

FIRST_ADDRESS: Final = "93.184.216."
"""Of the open internet; nothing is ever sent there."""
METADATA: Final = "169.254.169.254"


@dataclass
class Host:
    """A name, what answers there, and how the name is answered: each look-up takes the next of `answers`, the last one
    for ever. `sent` are the bytes that arrived, connection by connection."""

    name: str
    double: LoopbackServer
    answers: list[tuple[str, ...]]
    sent: list[bytearray] = field(default_factory=list)
    relay: asyncio.Server | None = None

    @property
    def port(self) -> int:
        assert self.relay is not None
        found: int = self.relay.sockets[0].getsockname()[1]
        return found


class FakeInternet:
    """An async context manager. `looked_up` are the names asked for, `strays` the addresses that nobody has to which a
    connection was tried."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch
        self._hosts: dict[str, Host] = {}
        self._at: dict[str, Host] = {}
        self._stack = contextlib.AsyncExitStack()
        self.looked_up: list[str] = []
        self.strays: list[str] = []

    async def __aenter__(self) -> Self:
        self._getaddrinfo = socket.getaddrinfo
        self._connect = socket.socket.connect
        self._patch.setattr(socket, "getaddrinfo", self._answered)
        internet = self

        def connect(self: socket.socket, address: Any) -> None:
            internet._connected(self, address)

        self._patch.setattr(socket.socket, "connect", connect)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._patch.undo()
        await self._stack.aclose()

    async def host(self, name: str, double: LoopbackServer, *answers: Sequence[str]) -> Host:
        """Puts `double` on the internet. Without `answers` the name leads to an address of its own."""
        await self._stack.enter_async_context(double)
        own = f"{FIRST_ADDRESS}{len(self._hosts) + 10}"
        made = Host(name, double, [tuple(each) for each in answers] or [(own,)])
        made.relay = await asyncio.start_server(lambda r, w: self._relayed(made, r, w), "127.0.0.1", 0)
        self._stack.push_async_callback(self._closed, made.relay)
        self._hosts[name] = self._at[own] = made
        return made

    def address_of(self, name: str) -> str:
        """The address at which a host really is."""
        return next(address for address, host in self._at.items() if host.name == name)

    def answer(self, name: str, *answers: Sequence[str]) -> None:
        """How a name is answered from now on, look-up by look-up."""
        self._hosts[name].answers[:] = [tuple(each) for each in answers]

    @property
    def everything(self) -> list[bytes]:
        """All that left: what each host got, in one piece by host, and the names that were asked for."""
        hosts = [b"\n".join(bytes(each) for each in host.sent) for host in self._hosts.values()]
        return [*hosts, "\n".join((*self.looked_up, *self.strays)).encode()]

    def sent_to(self, name: str) -> bytes:
        """What one host got."""
        return b"\n".join(bytes(each) for each in self._hosts[name].sent)

    @property
    def requests(self) -> int:
        return sum(len(host.double.received) for host in self._hosts.values())

    def forget(self) -> None:
        """Starts the recordings anew."""
        for host in self._hosts.values():
            host.sent.clear()
            host.double.received.clear()
        self.looked_up.clear()
        self.strays.clear()

    def _answered(self, host: Any, port: Any, *args: Any, **more: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        known = self._hosts.get(str(name).rstrip(".").lower())
        if known is not None:
            self.looked_up.append(str(name))
            answer = known.answers.pop(0) if len(known.answers) > 1 else known.answers[0]
            number = int(port or 0)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, number)) for address in answer]
        if _is_name(str(name)):
            self.looked_up.append(str(name))
            raise socket.gaierror(socket.EAI_NONAME, "no such name on this internet")
        return self._getaddrinfo(host, port, *args, **more)

    def _connected(self, opened: socket.socket, address: Any) -> None:
        if opened.family == socket.AF_INET and isinstance(address, tuple):
            host = self._at.get(address[0])
            if host is not None:
                address = ("127.0.0.1", host.port)
            elif not address[0].startswith("127."):
                self.strays.append(f"{address[0]}:{address[1]}")
                raise ConnectionRefusedError(111, "nobody is there")
        self._connect(opened, address)

    async def _relayed(self, host: Host, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sent = bytearray()
        host.sent.append(sent)
        port = int(host.double.url.rpartition(":")[2])
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            await asyncio.gather(_copied(reader, inner_writer, sent), _copied(inner_reader, writer, None))
        finally:
            for each in (writer, inner_writer):
                each.close()
                with contextlib.suppress(ConnectionError):
                    await each.wait_closed()

    async def _closed(self, relay: asyncio.Server) -> None:
        relay.close()


async def _copied(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, kept: bytearray | None) -> None:
    with contextlib.suppress(ConnectionError):
        while piece := await reader.read(65_536):
            if kept is not None:
                kept += piece
            writer.write(piece)
            await writer.drain()
        if writer.can_write_eof() and kept is not None:
            writer.write_eof()
    if kept is None:
        writer.close()


def _is_name(host: str) -> bool:
    return host not in ("", "localhost", "None") and any(c.isalpha() for c in host) and ":" not in host
