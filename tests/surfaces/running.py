"""A real Lacuna in child processes: the server, and commands run to their end."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, Queue
from tempfile import TemporaryFile
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx

from lacuna.testing.servers.loopback import LoopbackServer
from tests.surfaces import forked

START_SECONDS = 60.0
LISTENING = re.compile(r"Listening on (https?://\S+)")


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The child's environment: no settings from outside, any free metrics port."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LACUNA_")}
    own = {
        "LACUNA_METRICS__PROMETHEUS_PORT": "0",
        "LACUNA_CLASSIFICATION__LAYERS__HEURISTIC__COMPILE_PATTERNS": "false",
    }
    return {**kept, **own, **(extra or {})}


_Double = TypeVar("_Double", bound=LoopbackServer)


@contextmanager
def beside(double: _Double) -> Iterator[_Double]:
    """Runs a loopback server on a thread of its own, for tests that are not async."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(double.__aenter__(), loop).result(30)
        yield double
    finally:
        asyncio.run_coroutine_threadsafe(double.__aexit__(None, None, None), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


@dataclass(frozen=True)
class Finished:
    """A command that ran to its end."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)


def lacuna(
    *args: str | Path, cwd: Path, env: Mapping[str, str] | None = None, stdin: str | None = None, seconds: float = 100.0
) -> Finished:
    """Runs `lacuna` with these arguments in `cwd`."""
    if forked.startable(environment(env)):
        return _forked([*map(str, args)], cwd, environment(env), stdin, seconds)
    command = [sys.executable, "-m", "lacuna", *map(str, args)]
    done = subprocess.run(
        command,
        cwd=cwd,
        env=environment(env),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    return Finished(done.returncode, done.stdout, done.stderr)


def _forked(arguments: list[str], cwd: Path, env: Mapping[str, str], stdin: str | None, seconds: float) -> Finished:
    with TemporaryFile() as given, TemporaryFile() as out, TemporaryFile() as err:
        given.write((stdin or "").encode())
        given.seek(0)
        process = forked.start(arguments, cwd=cwd, env=env, stdin=given, stdout=out, stderr=err)
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        for file in (out, err):
            file.seek(0)
        return Finished(code, out.read().decode(), err.read().decode())


@dataclass
class Server:
    """`lacuna dev` (or another serving command) as a child process, with a client on it."""

    data_dir: Path
    cwd: Path
    command: Sequence[str] = ("dev",)
    env: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Returns once the server accepts requests; raises RuntimeError with its output if it ends before."""
        arguments = [*self.command, "--port", "0", "--data-dir", str(self.data_dir)]
        env = environment(self.env)
        self.process: forked.Forked | subprocess.Popen[str]
        if forked.startable(env):
            self.process = forked.start(arguments, cwd=self.cwd, env=env)
        else:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "lacuna", *arguments],
                cwd=self.cwd,
                env=env,
                stderr=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                text=True,
            )
        self.lines: list[str] = []
        addresses: Queue[str | None] = Queue()
        self._reader = threading.Thread(target=self._read, args=(addresses,), daemon=True)
        self._reader.start()
        try:
            address = addresses.get(timeout=START_SECONDS)
        except Empty:
            address = None
        if address is None:
            self.kill()
            raise RuntimeError("the server did not start:\n" + "".join(self.lines))
        self.url = address
        self.client = httpx.Client(
            base_url=address,
            timeout=60.0,
            headers=dict(self.headers),
            trust_env=False,
            # Less than the server's five seconds: it must not close a connection on which a request is on its way.
            limits=httpx.Limits(keepalive_expiry=1.0),
        )

    def stop(self) -> int:
        """Asks the server to stop and waits for it."""
        if hasattr(self, "client"):
            self.client.close()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self._ended()

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        self._ended()

    @property
    def log(self) -> str:
        return "".join(self.lines)

    def _ended(self) -> int:
        code = self.process.wait(timeout=30)
        self._reader.join(timeout=10)
        if self.process.stderr is not None:
            self.process.stderr.close()
        return code

    def _read(self, addresses: "Queue[str | None]") -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append(line)
            if match := LISTENING.search(line):
                addresses.put(match.group(1))
        addresses.put(None)
