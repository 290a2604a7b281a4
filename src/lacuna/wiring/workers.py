"""Several processes that do the same work, started, watched, replaced and stopped by one that does nothing else.

Guarantees that no further process starts before the first one is ready, so that what has to be made in the data folder
is made once; that a process that dies is replaced, more and more slowly if it keeps dying; that all end with the one
that started them, however it ends; and that a fault at the start is raised here as if it had been raised here. The one
that watches has no threads and no event loop: forking is safe (POSIX only).
"""

import os
import selectors
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType
from typing import Final, NoReturn

import msgspec
import structlog

from lacuna.domain import errors
from lacuna.domain.errors import ConfigError, LacunaError

log = structlog.get_logger("lacuna.workers")

STEADY_S: Final = 60.0
"""A worker that lived this long had no trouble starting: its next replacement comes without delay."""

PAUSES: Final = (0.0, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds before a worker is replaced, by the number of times in a row that it did not last."""

LOOK_S: Final = 0.5
_LONGEST_REPORT: Final = 64 * 1024
_PROBLEMS_TOLD: Final = 50
_REPORTS: Final = msgspec.json.Decoder(dict[str, object])


@dataclass(frozen=True, slots=True)
class Place:
    """One worker's view of itself. `number` is from 1 to `count`; `lifeline` is readable once the watcher is gone."""

    number: int
    count: int
    lifeline: int
    _report: int

    def ready(self) -> None:
        """Tells the watcher that this worker does its work."""
        os.write(self._report, _encoded({"ready": True}))

    def failed(self, fault: LacunaError) -> None:
        """Tells the watcher why this worker does not start."""
        problems = list(fault.problems[:_PROBLEMS_TOLD]) if isinstance(fault, ConfigError) else []
        told = {"message": fault.message, "cure": fault.cure, "code": fault.code, "problems": problems}
        os.write(self._report, _encoded({"fault": type(fault).__name__, **told}))


class _Worker:
    """A process as the watcher sees it."""

    def __init__(self, number: int, pid: int, report: socket.socket) -> None:
        self.number = number
        self.pid = pid
        self.report = report
        self.ready = False
        self.fault: LacunaError | None = None
        self.started = time.monotonic()


class Workers:
    """`work` is what each process does, until it is told to stop by SIGTERM; it may raise LacunaError. `look` is called
    by the watcher about every LOOK_S seconds."""

    def __init__(self, count: int, work: Callable[[Place], None], look: Callable[[], None]) -> None:
        self._count = count
        self._work = work
        self._look = look
        self._selector = selectors.DefaultSelector()
        self._workers: dict[int, _Worker] = {}
        self._failures = dict.fromkeys(range(1, count + 1), 0)
        self._due: dict[int, float] = {}
        self._stopping = False
        self._lifeline, self._held = os.pipe()

    def run(self, ready: Callable[[], None], stopping: Callable[[], None], stop_within_s: float) -> None:
        """Returns after SIGTERM or SIGINT, when all workers have ended; those that take longer are killed. `ready` is
        called once all work, `stopping` when the signal comes. Raises a worker's LacunaError while they start."""
        previous = {number: signal.signal(number, self._signalled) for number in (signal.SIGTERM, signal.SIGINT)}
        waking, woken = socket.socketpair()
        waking.setblocking(False)
        woken.setblocking(False)
        signal.set_wakeup_fd(waking.fileno(), warn_on_full_buffer=False)
        self._selector.register(woken, selectors.EVENT_READ)
        try:
            if self._all_started():
                ready()
            while not self._stopping:
                self._replace()
                self._wait(LOOK_S)
                self._look()
        finally:
            stopping()
            self._end(stop_within_s)
            signal.set_wakeup_fd(-1)
            for number, handler in previous.items():
                signal.signal(number, handler)
            self._selector.close()
            for one in (waking, woken):
                one.close()
            for descriptor in (self._lifeline, self._held):
                os.close(descriptor)

    def _all_started(self) -> bool:
        """The first worker alone, then the others at once. False where a signal came meanwhile."""
        for numbers in ((1,), range(2, self._count + 1)):
            for number in numbers:
                self._start(number)
            while not self._stopping and not all(worker.ready for worker in self._workers.values()):
                ended = self._wait(LOOK_S)
                if ended is not None:
                    raise ended.fault or LacunaError("A worker ended while it started.", cure="See the log.")
        return not self._stopping

    def _start(self, number: int) -> None:
        ours, theirs = socket.socketpair()
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            self._become(number, ours, theirs)
        theirs.close()
        ours.setblocking(False)
        self._workers[number] = _Worker(number, pid, ours)
        self._selector.register(ours, selectors.EVENT_READ, number)

    def _become(self, number: int, ours: socket.socket, theirs: socket.socket) -> NoReturn:
        """The new process: does the work and ends without returning to what the watcher was doing."""
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            self._selector.close()
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # from a terminal all get it; the watcher decides
            os.close(self._held)  # else the lifeline would outlive the watcher
            ours.close()
            for worker in self._workers.values():
                worker.report.close()
            place = Place(number, self._count, self._lifeline, theirs.fileno())
            try:
                self._work(place)
                code = 0
            except LacunaError as fault:
                place.failed(fault)
        except BaseException as unforeseen:
            # Type and frames only: the message of an unforeseen error may hold content.
            frames = [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(unforeseen.__traceback__)]
            log.error("worker_failed", worker=number, error=type(unforeseen).__name__, frames=frames[-12:])
            raise
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def _wait(self, seconds: float) -> _Worker | None:
        """Hears signals and reports for at most `seconds`; a worker that has ended, if one has."""
        for key, _ in self._selector.select(seconds):
            if key.data is None:
                key.fileobj.recv(64)  # type: ignore[union-attr]  # woken by a signal: its handler has run
                continue
            worker = self._workers[key.data]
            try:
                heard = worker.report.recv(_LONGEST_REPORT)
            except OSError:
                heard = b""
            if not heard:
                self._ended(worker)
                return worker
            self._report(worker, heard)
        return None

    def _report(self, worker: _Worker, heard: bytes) -> None:
        for told in _REPORTS.decode_lines(heard):
            if "ready" in told:
                worker.ready = True
            else:
                worker.fault = _rebuilt(told)

    def _ended(self, worker: _Worker) -> None:
        self._selector.unregister(worker.report)
        worker.report.close()
        _, status = os.waitpid(worker.pid, 0)
        del self._workers[worker.number]
        if self._stopping:
            return
        lasted = time.monotonic() - worker.started
        self._failures[worker.number] = 0 if lasted >= STEADY_S else self._failures[worker.number] + 1
        pause = PAUSES[min(self._failures[worker.number], len(PAUSES) - 1)]
        self._due[worker.number] = time.monotonic() + pause
        outcome = os.waitstatus_to_exitcode(status)
        code = worker.fault.code if worker.fault is not None else ""
        log.error("worker_ended", worker=worker.number, pid=worker.pid, outcome=outcome, code=code, replaced_in_s=pause)

    def _replace(self) -> None:
        now = time.monotonic()
        for number in [number for number, due in self._due.items() if due <= now]:
            del self._due[number]
            self._start(number)
            log.info("worker_replaced", worker=number, pid=self._workers[number].pid)

    def _end(self, seconds: float) -> None:
        self._stopping = True
        self._signal_all(signal.SIGTERM)
        until = time.monotonic() + seconds
        while self._workers and time.monotonic() < until:
            self._wait(max(0.0, min(LOOK_S, until - time.monotonic())))
        self._signal_all(signal.SIGKILL)
        for worker in list(self._workers.values()):
            self._ended(worker)

    def _signal_all(self, number: signal.Signals) -> None:
        for worker in self._workers.values():
            os.kill(worker.pid, number)  # not waited for yet, so the pid is still its own

    def _signalled(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True


def _encoded(told: dict[str, object]) -> bytes:
    return msgspec.json.encode(told) + b"\n"


def _rebuilt(told: dict[str, object]) -> LacunaError:
    """The worker's error, of the same family."""
    family = getattr(errors, str(told["fault"]), LacunaError)
    message, cure, code = str(told["message"]), str(told["cure"]), str(told["code"])
    if family is ConfigError:
        problems = told["problems"]
        return ConfigError(message, cure=cure, problems=tuple(map(str, problems)) if isinstance(problems, list) else ())
    if not (isinstance(family, type) and issubclass(family, LacunaError)):
        family = LacunaError
    return family(message, cure=cure, code=code)
