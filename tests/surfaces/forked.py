"""`lacuna` in processes of its own that do not import it anew.

A test that starts a server or runs a command wants a real process: own memory, own files, a signal ends it. Most of
what such a start takes is the import of the same modules, hundreds of times in a run of the tests. So one process, the
template, imports them once, has no thread and opens nothing, and each start is a fork of it that runs
`python -m lacuna ARGUMENTS` from there, with the environment, folder and standard streams it was given.

A start is a fresh interpreter instead (`startable` says no) where its environment says more than settings of Lacuna,
where coverage is measured, and with FRESH_PROCESSES set. tests/surfaces/test_forked.py holds one against the other.
"""

import array
import atexit
import contextlib
import gc
import io
import json
import os
import runpy
import select
import selectors
import signal
import socket
import struct
import subprocess
import sys
import threading
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

_LARGEST = 128 * 1024
_PID = struct.Struct("!q")
_CONTROL = 3

_USED = {
    "classifier": "heuristic",
    "code": "sql_or_python",
    "fingerprints": "sqlite",
    "generator": "extractive",
    "keys": "files",
    "parser": "child_process",
    "policy": "rego",
    "storage": "sqlite",
    "telemetry": "prometheus",
    "texts": "sealed",
    "vectors": "embedded",
}
"""Back ends that most starts import."""


def startable(environment: Mapping[str, str]) -> bool:
    """Whether a fork of the template is the same as a new interpreter with this environment."""
    if "FRESH_PROCESSES" in os.environ or any(name.startswith(("COVERAGE_", "COV_")) for name in os.environ):
        return False
    changed = {name for name in {*environment, *os.environ} if environment.get(name) != os.environ.get(name)}
    return hasattr(os, "fork") and all(name.startswith("LACUNA_") for name in changed)


class Forked:
    """A process that the template started; what tests use of subprocess.Popen."""

    def __init__(self, status: socket.socket, pid: int, stderr: IO[str] | None = None) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self.stderr = stderr
        self._status = status

    def poll(self) -> int | None:
        return self._look(0)

    def wait(self, timeout: float | None = None) -> int:
        code = self._look(timeout)
        if code is None:
            raise subprocess.TimeoutExpired("lacuna", timeout or 0)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _look(self, seconds: float | None) -> int | None:
        if self.returncode is None and select.select([self._status], [], [], seconds)[0]:
            told = self._status.recv(_PID.size)
            if not told:
                raise RuntimeError("the template of forked processes is gone")
            [self.returncode] = _PID.unpack(told)
            self._status.close()
        return self.returncode


class _Template:
    """This process's end of the template."""

    def __init__(self) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._lock = threading.Lock()
        command = [sys.executable, "-m", "tests.surfaces.forked", str(theirs.fileno())]
        with theirs:
            self._process = subprocess.Popen(
                command,
                cwd=Path(__file__).resolve().parents[2],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        atexit.register(self._end)

    def start(self, arguments: Sequence[str], cwd: Path, environment: Mapping[str, str], streams: Sequence[int]) -> Any:
        ours, theirs = socket.socketpair()
        asked = json.dumps([list(arguments), str(cwd), dict(environment)]).encode()
        rights = array.array("i", [*streams, theirs.fileno()])
        with theirs, self._lock:
            self._control.sendmsg([asked], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
        told = ours.recv(_PID.size)
        if not told:
            raise RuntimeError("the template of forked processes did not start one")
        return ours, _PID.unpack(told)[0]

    def _end(self) -> None:
        self._control.close()
        self._process.wait(10)


_templates: list[_Template] = []


def start(
    arguments: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    stdin: int | IO[bytes] | None = None,
    stdout: int | IO[bytes] = subprocess.DEVNULL,
    stderr: int | IO[bytes] = subprocess.PIPE,
) -> Forked:
    """Starts `lacuna ARGUMENTS`. With PIPE the process's `stderr` is a text file to read from."""
    if not _templates:
        _templates.append(_Template())
    with contextlib.ExitStack() as stack:
        nothing = os.open(os.devnull, os.O_RDWR)
        stack.callback(os.close, nothing)

        def number(stream: int | IO[bytes] | None) -> int:
            return nothing if stream is None or isinstance(stream, int) else stream.fileno()

        reading: IO[str] | None = None
        errors = number(stderr)
        if stderr == subprocess.PIPE:
            end, errors = os.pipe()
            stack.callback(os.close, errors)
            reading = open(end, encoding="utf-8", errors="replace")  # noqa: SIM115 (the caller closes it)
        status, pid = _templates[0].start(arguments, cwd, env, [number(stdin), number(stdout), errors])
    return Forked(status, pid, reading)


def _run(arguments: Sequence[str], folder: str, environment: Mapping[str, str], streams: Sequence[int]) -> int:
    """What a new interpreter would do from here; the exit status."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = io.TextIOWrapper(open(1, "wb", closefd=False), encoding="utf-8")  # noqa: SIM115
    sys.stderr = io.TextIOWrapper(
        open(2, "wb", closefd=False),  # noqa: SIM115
        encoding="utf-8",
        errors="backslashreplace",
        line_buffering=True,
    )
    sys.argv = ["lacuna", *arguments]
    try:
        runpy.run_module("lacuna", run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:  # noqa: BLE001 (as the interpreter does)
        traceback.print_exc()
        return 1
    return 0


def _child(asked: bytes, streams: Sequence[int]) -> None:
    """Runs and ends the process, as the interpreter does: threads first, then what was registered, then what is
    written."""
    code = 1
    try:
        arguments, folder, environment = json.loads(asked)
        code = _run(arguments, folder, environment, streams)
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
    finally:
        os._exit(code & 0xFF)


def _serve(control: socket.socket) -> None:
    """The template: imports, then forks for each request until nobody can ask any more."""
    import lacuna.cli.app
    import lacuna.server
    from lacuna.api.assembly import import_routes
    from lacuna.wiring.catalog import back_end

    lacuna.cli.app.tree()
    import_routes()
    for port, name in _USED.items():
        back_end(port, name)
    if threading.active_count() != 1:
        raise RuntimeError("the template has threads; a fork would lose them")
    gc.collect()
    gc.freeze()
    waking, woken = os.pipe()
    os.set_blocking(woken, False)
    os.set_blocking(waking, False)
    signal.set_wakeup_fd(woken)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    waited: dict[int, socket.socket] = {}
    with selectors.DefaultSelector() as selector:
        selector.register(control, selectors.EVENT_READ)
        selector.register(waking, selectors.EVENT_READ)
        while True:
            ready = {key.fileobj for key, _ in selector.select()}
            if waking in ready:
                with contextlib.suppress(BlockingIOError):
                    os.read(waking, 4096)
                _reap(waited)
            if control in ready and not _fork(control, selector, (waking, woken), waited):
                return


def _reap(waited: dict[int, socket.socket]) -> None:
    """Says who ended, and how."""
    while waited:
        try:
            pid, how = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        with waited.pop(pid) as status, contextlib.suppress(OSError):
            status.send(_PID.pack(os.waitstatus_to_exitcode(how)))


def _fork(
    control: socket.socket, selector: selectors.BaseSelector, pipe: tuple[int, int], waited: dict[int, socket.socket]
) -> bool:
    """Answers one request; False when there will be none."""
    asked, descriptors, *_ = socket.recv_fds(control, _LARGEST, 4)
    if not asked:
        return False
    *streams, status = descriptors
    pid = os.fork()
    if pid == 0:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        selector.close()
        control.close()
        for other in waited.values():
            other.close()
        for number in (*pipe, status):
            os.close(number)
        _child(asked, streams)
    for number in streams:
        os.close(number)
    waited[pid] = socket.socket(fileno=status)
    with contextlib.suppress(OSError):
        waited[pid].send(_PID.pack(pid))
    return True


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as _control:
        _serve(_control)
