"""Statements that go to PostgreSQL without waiting for one another, on libpq's pipeline itself.

psycopg's own pipeline costs several times what the server needs for these few statements, and all writers wait
meanwhile. Statements are prepared when they are first met and their values go in the binary format, whole columns as
one array. Guarantees that the server works on what was executed while the caller goes on, and that the first error is
raised by `finish`, after the server has answered everything.
"""

import struct
from collections.abc import Callable, Generator, Sequence
from itertools import chain, repeat
from typing import Any, Final

import psycopg
from psycopg import errors
from psycopg.adapt import Transformer
from psycopg.pq import ConnStatus, ExecStatus
from psycopg.pq.abc import PGresult
from psycopg.waiting import Ready, Wait

_BINARY: Final = 1
_OIDS: Final = {"int4": 23, "int8": 20, "text": 25, "bytea": 17}
_LENGTH: Final = struct.Struct("!i").pack
_ARRAY: Final = struct.Struct("!iiIii").pack
_GOOD: Final = (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK)


class Pipeline:
    """Everything between two states of rest of one connection. `prepared` are the names of the statements that the
    connection has prepared so far."""

    def __init__(self, raw: "psycopg.Connection[tuple[Any, ...]]", prepared: dict[bytes, bytes]) -> None:
        self._raw = raw
        self._server = raw.pgconn
        self._prepared = prepared
        self._expected = 0
        self._ends = 0
        self._server.enter_pipeline_mode()

    def execute(self, statement: bytes, values: Sequence[bytes] = ()) -> int:
        """`values` are in the binary format of the types that the statement gives them. The place of its result among
        those of `finish`."""
        name = self._prepared.get(statement)
        if name is None:
            name = self._prepared[statement] = b"lacuna_%d" % len(self._prepared)
            self._server.send_prepare(name, statement)
            self._expected += 1
        self._server.send_query_prepared(name, values, [_BINARY] * len(values), _BINARY)
        self._expected += 1
        return self._expected - 1

    def send(self) -> None:
        """The server begins with what was executed so far. It ends there, too: a server that waits for more of the same
        would not count the time for which its client says nothing."""
        self.end()
        self._server.flush()

    def end(self) -> None:
        """What comes after this is done, or fails, by itself."""
        self._server.pipeline_sync()
        self._ends += 1

    def finish(self) -> list[PGresult]:
        """Ends, and waits until all is done. The results in order. Raises psycopg.Error."""
        self.end()
        results = self._raw.wait(self._results())
        self._server.exit_pipeline_mode()
        for result in results:
            if result.status not in _GOOD:
                raise errors.error_from_result(result)
        return results

    def row(self, result: PGresult) -> tuple[Any, ...] | None:
        """The first row of a result."""
        if not result.ntuples:
            return None
        reading = Transformer(self._raw)
        reading.set_pgresult(result)
        row: tuple[Any, ...] = reading.load_row(0, tuple)
        return row

    def _results(self) -> Generator[Wait, Ready | int, list[PGresult]]:
        server, ends = self._server, self._ends
        found: list[PGresult] = []
        while True:
            ready = yield Wait.RW if server.flush() else Wait.R
            if ready & Ready.R:
                server.consume_input()
            while not server.is_busy():
                result = server.get_result()
                if result is None:
                    if server.status != ConnStatus.OK:
                        raise errors.OperationalError("the connection is lost")
                elif result.status == ExecStatus.PIPELINE_SYNC:
                    ends -= 1
                    if not ends:
                        return found
                else:
                    found.append(result)


def int4(value: int) -> bytes:
    """A number in PostgreSQL's binary format."""
    return struct.pack("!i", value)


def int8(value: int) -> bytes:
    """A number in PostgreSQL's binary format."""
    return struct.pack("!q", value)


def array(kind: str, values: Sequence[Any]) -> bytes:
    """An array of int4, int8, text or bytea, without NULLs, in PostgreSQL's binary format."""
    return _ARRAY(1, 0, _OIDS[kind], len(values), 1) + _ELEMENTS[kind](values)


def _numbers(code: str, size: int) -> Callable[[Sequence[int]], bytes]:
    def packed(values: Sequence[int]) -> bytes:
        return struct.pack(
            "!" + f"i{code}" * len(values), *chain.from_iterable(zip(repeat(size), values, strict=False))
        )

    return packed


def _texts(values: Sequence[str]) -> bytes:
    return _bytes([value.encode() for value in values])


def _bytes(values: Sequence[bytes]) -> bytes:
    return b"".join(chain.from_iterable((_LENGTH(len(value)), value) for value in values))


_ELEMENTS: Final[dict[str, Callable[[Sequence[Any]], bytes]]] = {
    "int4": _numbers("i", 4),
    "int8": _numbers("q", 8),
    "text": _texts,
    "bytea": _bytes,
}
