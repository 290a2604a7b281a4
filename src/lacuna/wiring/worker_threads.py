"""Work of others on threads that may be given up.

A thread of Python cannot be stopped. Work that does not come back in time keeps its thread, which is counted as lost
until the work ends; once all threads are lost, further work is refused at once. The threads are daemons: a process ends
without waiting for them.
"""

import threading
import time
from collections.abc import Callable
from queue import SimpleQueue
from typing import Generic, TypeVar

T = TypeVar("T")


class AllLost(Exception):
    """Every thread is busy with work that should have ended long ago."""


class _Job(Generic[T]):
    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self.value: T
        self.done = threading.Event()
        self.given_up = False

    def run(self) -> None:
        self.value = self._work()
        self.done.set()


class WorkerThreads:
    """At most `most` threads, started when needed. Safe to use from several threads."""

    def __init__(self, name: str, most: int) -> None:
        self._name = name
        self._most = most
        self._started = 0
        self._lost = 0
        self._idle: list[SimpleQueue[_Job[object]]] = []
        self._changed = threading.Condition()

    @property
    def all_lost(self) -> bool:
        """Whether further work would be refused."""
        return self._lost >= self._most

    def run(self, work: Callable[[], T], seconds: float) -> T:
        """What `work`, which must not raise, returns. Raises TimeoutError after `seconds`, waiting for a thread
        included, or where there is none to be had, and AllLost where every thread was given up."""
        deadline = time.monotonic() + seconds
        inbox = self._thread(deadline)
        job = _Job(work)
        inbox.put(job)  # type: ignore[arg-type]  # a job's type is its caller's business
        if not job.done.wait(max(0.0, deadline - time.monotonic())):
            with self._changed:
                if not job.done.is_set():
                    job.given_up = True
                    self._lost += 1
                    self._changed.notify_all()
                    raise TimeoutError
        return job.value

    def _thread(self, deadline: float) -> "SimpleQueue[_Job[object]]":
        with self._changed:
            while not self._idle:
                if self.all_lost:
                    raise AllLost
                if self._started < self._most:
                    return self._start()
                if not self._changed.wait(max(0.0, deadline - time.monotonic())) and not self._idle:
                    raise TimeoutError
            return self._idle.pop()

    def _start(self) -> "SimpleQueue[_Job[object]]":
        inbox: SimpleQueue[_Job[object]] = SimpleQueue()
        thread = threading.Thread(target=self._serve, args=(inbox,), name=self._name, daemon=True)
        try:
            thread.start()
        except RuntimeError:  # the system gives no more threads now
            raise TimeoutError from None
        self._started += 1
        return inbox

    def _serve(self, inbox: "SimpleQueue[_Job[object]]") -> None:
        while True:
            job = inbox.get()
            job.run()
            with self._changed:
                self._lost -= job.given_up
                self._idle.append(inbox)
                self._changed.notify()
