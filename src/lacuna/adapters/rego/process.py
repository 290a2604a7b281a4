"""A set of policies in a child process: compiled once, evaluated with a time limit.

Promise: no policy can stall, crash, bloat or overhear the server. An evaluation that takes too long or dies is an
error, and the next one finds a fresh child; the child has no environment, and its output goes nowhere. Calls block and
may come from several threads; they take turns.
"""

import contextlib
import os
import selectors
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

import msgspec

from lacuna.adapters.rego import wire
from lacuna.adapters.rego.checks import Fault
from lacuna.domain.errors import ConfigError, DependencyError, DependencyNonsense, DependencyTimeout
from lacuna.domain.policy_set import PolicySet

LOAD_TIMEOUT_S: Final = 60.0
_MAX_LOADED: Final = 16 << 20
_ENVIRONMENT: Final = {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
_CURE: Final = "Correct every line; `lacuna policy validate` checks again."


@dataclass(frozen=True, slots=True)
class Tested:
    """The outcome of one test; `why` is empty where it passed."""

    file: str
    line: int
    column: int
    name: str
    why: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.name or 'test'}: {self.why or 'passed'}"


class RegoProcess:
    """`entries` are the rules to be asked ("lacuna/routing/decision"); `timeout_s` is for one evaluation. Raises
    ConfigError, with a line for each fault, where the set does not compile."""

    def __init__(
        self,
        policies: PolicySet,
        entries: tuple[str, ...],
        *,
        timeout_s: float = 1.0,
        memory_mb: int = 1_024,
        own: bool = True,
    ) -> None:
        self._policies = policies
        self._load = wire.Load(policies.files, policies.data, entries, own)
        self._timeout_s = timeout_s
        self._memory_mb = memory_mb
        self._turn = threading.Lock()
        self._child: _Child | None = None
        self._closed = False
        with self._turn:
            loaded = self._start()
        self.reads: Mapping[str, list[str]] = loaded.reads
        """By entry, the input fields that it can read, dotted."""
        self.members: Mapping[str, dict[str, list[str]]] = loaded.members
        """By entry and field, the members of a list that it can tell apart, where that is all that it reads."""
        self.rules: Mapping[str, list[str]] = loaded.rules
        """The rules of each package."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def ask(self, entry: str, document: Mapping[str, Any]) -> Any:
        """The value of a rule for this input, None where it is undefined. Raises DependencyTimeout, DependencyNonsense
        or DependencyError."""
        return self._asked(wire.Ask(entry, _raw(document), int(self._timeout_s) + 1), self._timeout_s)[0]

    def ask_both(
        self, entry: str, document: Mapping[str, Any], then: str, then_document: Mapping[str, Any]
    ) -> tuple[Any, Any]:
        """The values of classification and, after what it says, of routing (None where classification's is not sound),
        in one exchange. Raises the same."""
        ask = wire.Ask(entry, _raw(document), int(2 * self._timeout_s) + 1, wire.Then(then, _raw(then_document)))
        return self._asked(ask, 2 * self._timeout_s)

    def _asked(self, ask: wire.Ask, seconds: float) -> tuple[Any, Any]:
        answer = self._request(ask, seconds)
        if isinstance(answer, wire.Value):
            return msgspec.json.decode(answer.value), msgspec.json.decode(answer.second)
        why = answer.why if isinstance(answer, wire.Failed) else "an answer of another kind"
        rules = " or ".join(
            entry.replace("/", ".") for entry in (ask.entry, ask.then.entry if ask.then else "") if entry
        )
        raise DependencyNonsense(f"The policy rule {rules} gave no answer: {why}.")

    def test(self) -> list[Tested]:
        """Runs the set's own tests. Raises a DependencyError where they do not come to an end."""
        request = wire.Test(self._policies.files, self._policies.data, int(LOAD_TIMEOUT_S))
        answer = self._request(request, LOAD_TIMEOUT_S)
        if not isinstance(answer, wire.Tested):
            raise DependencyNonsense("The policy process did not run the tests.")
        return [Tested(file, line, column, name, why) for file, line, column, name, why in answer.outcomes]

    def close(self) -> None:
        """Ends the child, after the evaluation under way."""
        with self._turn:
            self._closed = True
            self._drop()

    def _request(self, request: wire.Ask | wire.Test, seconds: float) -> wire.Reply:
        with self._turn:
            if self._closed:
                raise DependencyError("The policy engine was closed.")
            if self._child is None:
                self._start()
            return self._exchange(wire.frame(request), seconds, _MAX_LOADED)

    def _start(self) -> wire.Loaded:
        try:
            self._child = _Child(self._memory_mb)
        except OSError as error:
            raise DependencyError(
                f"The policy process could not be started (error {error.errno}).", cure="Free memory or processes."
            ) from None
        try:
            answer = self._exchange(wire.frame(self._load), LOAD_TIMEOUT_S, _MAX_LOADED, ready=True)
        except DependencyError as error:
            raise ConfigError(
                "The policies cannot be used: the engine failed while it compiled them.", cure=_CURE
            ) from error
        if not isinstance(answer, wire.Loaded):
            self._drop()
            raise DependencyError("The policy process did not load its policies.")
        if answer.faults:
            self._drop()
            lines = tuple(str(Fault(*each)) for each in answer.faults)
            raise ConfigError("The policies cannot be used.", cure=_CURE, problems=lines)
        return answer

    def _exchange(self, request: bytes, seconds: float, limit: int, *, ready: bool = False) -> wire.Reply:
        """One request and its reply. A child that fails in any way is dropped."""
        child, healthy = self._child, False
        assert child is not None  # noqa: S101  the caller started it
        deadline = time.monotonic() + seconds
        try:
            child.send(request, deadline)
            if ready and child.take(len(wire.READY), deadline) != wire.READY:
                raise DependencyError("The policy process does not speak as expected.")
            (size,) = wire.LENGTH.unpack(child.take(wire.LENGTH.size, deadline))
            if size > limit:
                raise DependencyNonsense("The policy process sent more than it may.")
            answer: wire.Reply = wire.reply(child.take(size, deadline))
            healthy = True
        except TimeoutError:
            raise DependencyTimeout(f"The policy did not come to an end within {seconds:g} s.") from None
        except (EOFError, OSError, msgspec.DecodeError):
            raise DependencyError("The policy process died: too much memory, or a fault in the engine.") from None
        finally:
            if not healthy:
                self._drop()
        return answer

    def _drop(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.end()


def _raw(document: Mapping[str, Any]) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(document))


class _Child:
    """The process and its pipes."""

    def __init__(self, memory_mb: int) -> None:
        command = (sys.executable, "-I", "-X", "utf8", "-m", "lacuna.adapters.rego.worker", str(memory_mb))
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_ENVIRONMENT,
            cwd="/",
            bufsize=0,
            start_new_session=True,
        )
        assert self._process.stdin is not None and self._process.stdout is not None  # noqa: S101, PT018  both are pipes
        self._requests, self._replies = self._process.stdin, self._process.stdout
        os.set_blocking(self._requests.fileno(), False)
        self._waiting, self._taking = selectors.DefaultSelector(), selectors.DefaultSelector()
        self._waiting.register(self._replies, selectors.EVENT_READ)
        self._taking.register(self._requests, selectors.EVENT_WRITE)
        self._buffer = bytearray()

    def send(self, request: bytes, deadline: float) -> None:
        """Raises TimeoutError where the process does not take it by the deadline: a pipe holds some 64 KiB."""
        view = memoryview(request)
        while view:
            if not self._taking.select(max(0.0, deadline - time.monotonic())):
                raise TimeoutError
            view = view[os.write(self._requests.fileno(), view) :]

    def take(self, size: int, deadline: float) -> bytes:
        """The next `size` bytes. Raises TimeoutError at the deadline and EOFError where the process ended."""
        while len(self._buffer) < size:
            if not self._waiting.select(max(0.0, deadline - time.monotonic())):
                raise TimeoutError
            piece = self._replies.read(1 << 16)
            if not piece:
                raise EOFError
            self._buffer += piece
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def end(self) -> None:
        """Kills the process and waits until it is gone."""
        self._waiting.close()
        self._taking.close()
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        for stream in (self._requests, self._replies):
            with contextlib.suppress(OSError):
                stream.close()
        self._process.wait()
