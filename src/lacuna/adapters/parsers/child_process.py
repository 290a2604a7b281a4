"""Parsing in child processes, so that no document can crash, stall or bloat the gateway.

Children live on between documents (a small file costs well under a millisecond beyond its parsing) and are replaced
after a crash, a time-out or `_JOBS_PER_CHILD` documents. They start with an empty environment, the root folder as
theirs, and no descriptor but their pipes. What is left to the operating system: children may open network
connections, as nothing portable forbids it (docs/adr/0008-parsing-in-a-child-process.md).
"""

import asyncio
import contextlib
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from typing import Final, Self

import msgspec

from lacuna.adapters.parsers.wire import LENGTH, READY, Job, Read, Refused, decode_reply, encode, error_of, max_frame
from lacuna.domain.errors import DependencyTimeout, DependencyUnavailable, Overloaded, TooLarge, UnreadableDocument
from lacuna.ports.parsers import Parsed

_START_TIMEOUT_S: Final = 60.0
_JOBS_PER_CHILD: Final = 500
_ENVIRONMENT: Final = {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}


class ChildProcessParser:
    """The port's `Parser`. At most `processes` documents are parsed at once and `max_waiting` wait; more are
    Overloaded.

    `timeout_s` is per document. `memory_mb` is the address space of one child. A document over `max_bytes`, or with
    more than `max_output_chars` of text, is TooLarge; an archive may unpack to `max_inflated_bytes`. Children are
    started when they are first needed; `close` ends them.
    """

    def __init__(
        self,
        *,
        timeout_s: float = 60.0,
        memory_mb: int = 1_024,
        max_bytes: int = 64 << 20,
        max_output_chars: int = 20_000_000,
        max_inflated_bytes: int = 256 << 20,
        processes: int = 2,
        max_waiting: int = 256,
    ) -> None:
        self._timeout_s = timeout_s
        self._memory_mb = memory_mb
        self._max_bytes = max_bytes
        self._max_output_chars = max_output_chars
        self._max_inflated_bytes = max_inflated_bytes
        self._slots = asyncio.Semaphore(processes)
        self._idle: list[_Child] = []
        self._places = processes + max_waiting
        self._present = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.close()

    async def parse(self, data: bytes, filename: str) -> Parsed:
        """The document's text. Raises UnsupportedFormat, UnreadableDocument, TooLarge or Overloaded."""
        if len(data) > self._max_bytes:
            raise TooLarge(
                f"The document has {len(data):,} bytes; at most {self._max_bytes:,} are read.",
                cure="Split the document or raise ingest.max_file_bytes.",
            )
        if self._present >= self._places:
            raise Overloaded("Too many documents wait to be parsed.", cure="Try again later.")
        # A file system's names need not be valid UTF-8.
        name = filename.encode(errors="replace").decode()
        job = Job(data, name, self._max_output_chars, self._max_inflated_bytes, int(self._timeout_s) + 1)
        self._present += 1
        try:
            async with self._slots:
                reply = await self._ask(job)
        finally:
            self._present -= 1
        if isinstance(reply, Refused):
            raise error_of(reply)
        return reply

    async def close(self) -> None:
        """Ends the idle children. Call it once nothing is being parsed."""
        idle, self._idle = self._idle, []
        await asyncio.gather(*(child.end() for child in idle))

    async def _ask(self, job: Job) -> Parsed | Refused:
        child = self._idle.pop() if self._idle else await _Child.start(self._memory_mb)
        healthy = False
        try:
            async with asyncio.timeout(self._timeout_s):
                reply = await child.ask(job, max_frame(self._max_output_chars))
            healthy = child.jobs < _JOBS_PER_CHILD
        except TimeoutError:
            raise UnreadableDocument(
                f"The document took longer than {self._timeout_s:g} s to parse.",
                cure="Split the document or raise ingest.parse_timeout_s.",
            ) from None
        except (EOFError, OSError, msgspec.DecodeError):
            # The child died: a limit of the operating system, or a fault in a parsing library.
            raise UnreadableDocument(
                "The document made the parser fail.",
                cure="Open and save it again in the program that made it, then retry.",
            ) from None
        finally:
            # Also on cancellation: a child in the middle of a job cannot take another one.
            if healthy:
                self._idle.append(child)
            else:
                await child.end()
        return reply if isinstance(reply, Refused) else reply.parsed


class _Child:
    """One child process and its pipes."""

    def __init__(self, process: Process) -> None:
        assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018  both are pipes
        self._process = process
        self._requests = process.stdin
        self._replies = process.stdout
        self.jobs = 0

    @classmethod
    async def start(cls, memory_mb: int) -> "_Child":
        """A child that is ready for jobs. Raises DependencyUnavailable or DependencyTimeout."""
        command = (sys.executable, "-I", "-X", "utf8", "-m", "lacuna.adapters.parsers.worker", str(memory_mb))
        try:
            process = await asyncio.create_subprocess_exec(
                *command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=_ENVIRONMENT, cwd="/", start_new_session=True
            )
        except OSError as error:
            raise DependencyUnavailable(
                f"The parsing process could not be started (error {error.errno}).", cure="Free memory or processes."
            ) from None
        child = cls(process)
        try:
            async with asyncio.timeout(_START_TIMEOUT_S):
                await child._replies.readexactly(len(READY))
        except TimeoutError:
            await child.end()
            raise DependencyTimeout("The parsing process did not start in time.", cure="Try again later.") from None
        except (asyncio.IncompleteReadError, OSError):
            await child.end()
            raise DependencyUnavailable(
                "The parsing process ended while it started.", cure="Raise ingest.parse_memory_mb or reinstall Lacuna."
            ) from None
        except asyncio.CancelledError:
            await child.end()
            raise
        return child

    async def ask(self, job: Job, max_reply: int) -> Read | Refused:
        """Raises EOFError or OSError where the child died, msgspec.DecodeError where it answered nonsense."""
        self.jobs += 1
        self._requests.write(encode(job))
        await self._requests.drain()
        (size,) = LENGTH.unpack(await self._replies.readexactly(LENGTH.size))
        if size > max_reply:
            raise msgspec.DecodeError("the reply is larger than the limits allow")
        return decode_reply(await self._replies.readexactly(size))

    async def end(self) -> None:
        """Kills the process and waits until it is gone."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        self._requests.close()
        with contextlib.suppress(OSError):
            await self._requests.wait_closed()
        await self._process.wait()
