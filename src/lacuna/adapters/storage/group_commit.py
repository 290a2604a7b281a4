"""Many callers, one transaction: the queue in front of the single thread that writes.

Guarantees that a call returns only after the transaction that holds its work is committed, that work is done in the
order in which it was submitted, and that queue and batches are bounded. What a transaction is, and what makes it
durable, is left to the `Committer`. A caller that is cancelled while waiting does not undo its work.
"""

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Generic, Protocol, TypeVar

from lacuna.domain.errors import LacunaError, Overloaded, StorageError

Context = TypeVar("Context")
ContextOf = TypeVar("ContextOf", covariant=True)
Result = TypeVar("Result")

MAX_CALLS = 8_192
MAX_WEIGHT = 64 * 1024 * 1024
"""The most calls, and the most bytes of work, that wait. Beyond either, callers get Overloaded."""

BATCH_CALLS = 512
BATCH_WEIGHT = 4 * 1024 * 1024


class Committer(Protocol[ContextOf]):
    """What the thread drives. All methods run on that thread only."""

    def commit(self, take: Callable[[], Sequence[Callable[[ContextOf], Any]]]) -> list[Any]:
        """Begins a transaction, takes the works that wait by then, does all of them, and returns, once it is durable,
        for each its result or the LacunaError that it alone raised. Calls `take` at most once. Raises StorageError or
        LedgerBroken where the whole transaction failed."""
        ...

    def idle(self, *, closing: bool) -> float | None:
        """Does work that is due outside transactions; returns in how many seconds there is more of it, None for
        never."""
        ...

    def close(self) -> None: ...


class _Call:
    __slots__ = ("future", "loop", "outcome", "weight", "work")

    outcome: Any

    def __init__(self, work: Callable[[Any], Any], weight: int, loop: asyncio.AbstractEventLoop) -> None:
        self.work = work
        self.weight = weight
        self.loop = loop
        self.future: asyncio.Future[Any] = loop.create_future()

    def settle(self) -> None:
        if self.future.done():
            return
        if isinstance(self.outcome, LacunaError):
            self.future.set_exception(self.outcome)
        else:
            self.future.set_result(self.outcome)


class GroupCommit(Generic[Context]):
    """One thread that drains what waits into one transaction after another."""

    def __init__(self, committer: Committer[Context], name: str) -> None:
        self._committer = committer
        self._name = name
        self._waiting: deque[_Call] = deque()
        self._weight = 0
        self._lock = threading.Lock()
        self._condition = threading.Condition(self._lock)
        self._sleeping = False
        self._waker: asyncio.AbstractEventLoop | None = None
        self._closing = False
        self._thread = threading.Thread(target=self._run, name=f"{name} writer", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[Context], Result], weight: int) -> "asyncio.Future[Result]":
        """What `work` returned, once it is durable. `weight` is its rough size in bytes. Work must check before it
        writes: what it raises after writing would stay written. Raises StorageError and Overloaded at once, and, where
        it is awaited, what `work` raised or what made the transaction fail."""
        loop = asyncio.get_running_loop()
        call = _Call(work, weight, loop)
        with self._lock:
            if self._closing:
                raise StorageError(f"The {self._name} is closed.", cure="Restart Lacuna.", code="storage_closed")
            if len(self._waiting) >= MAX_CALLS or (self._waiting and self._weight + weight > MAX_WEIGHT):
                raise Overloaded(
                    f"{len(self._waiting)} writes are waiting for the {self._name}.", cure="Try again in a moment."
                )
            self._waiting.append(call)
            self._weight += weight
            wake = self._sleeping and self._waker is not loop
            if wake:
                self._waker = loop
        if wake:
            # Not at once, but after everything that is ready to run now: tasks that were answered together ask
            # together, and the first of them must not get a transaction to itself.
            loop.call_soon(self._wake)
        return call.future

    def _wake(self) -> None:
        with self._condition:
            self._waker = None
            if self._sleeping:
                self._condition.notify()

    async def close(self) -> None:
        """Refuses further work and waits until what was accepted is durable."""
        with self._condition:
            self._closing = True
            self._condition.notify()
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        try:
            while True:
                due = self._committer.idle(closing=False)
                waiting = self._await_calls(due)
                if waiting is None:
                    self._committer.idle(closing=True)
                    return
                if waiting:
                    self._commit()
        finally:
            # Also reached when the thread dies of a defect: then nobody may wait for it for ever.
            with self._lock:
                self._closing = True
                orphans = list(self._waiting)
                self._waiting.clear()
            for call in orphans:
                call.outcome = self._stopped()
            _settle(orphans)
            self._committer.close()

    def _await_calls(self, seconds: float | None) -> bool | None:
        """Whether calls wait; False when `seconds` passed without any, None when closing and all is done."""
        with self._condition:
            if not self._waiting and not self._closing:
                self._sleeping = True
                self._condition.wait(seconds)
                self._sleeping = False
            if not self._waiting:
                return None if self._closing else False
            return True

    def _taken(self) -> list[_Call]:
        """What waits, up to one batch."""
        batch: list[_Call] = []
        weight = 0
        with self._lock:
            while self._waiting and len(batch) < BATCH_CALLS and weight < BATCH_WEIGHT:
                call = self._waiting.popleft()
                weight += call.weight
                batch.append(call)
            self._weight -= weight
        return batch

    def _commit(self) -> None:
        batch: list[_Call] = []

        def take() -> list[Callable[[Any], Any]]:
            # Only now: who came while others held the log's lock need not wait for another turn.
            batch.extend(self._taken())
            return [call.work for call in batch]

        outcomes: Sequence[Any] | None = None
        try:
            outcomes = self._committer.commit(take)
        except LacunaError as fault:
            if not batch:
                batch.extend(self._taken())
            outcomes = [type(fault)(fault.message, cure=fault.cure, code=fault.code) for _ in batch]
        finally:
            # There are none where the committer dies of a defect: the thread ends, but its callers know.
            for call, outcome in zip(batch, outcomes or [self._stopped()] * len(batch), strict=True):
                call.outcome = outcome
            _settle(batch)

    def _stopped(self) -> StorageError:
        return StorageError(f"The {self._name} has stopped.", cure="Restart Lacuna.", code="storage_closed")


def _settle(calls: Sequence[_Call]) -> None:
    """Wakes each event loop once, however many of its calls are done."""
    by_loop: dict[asyncio.AbstractEventLoop, list[_Call]] = {}
    for call in calls:
        by_loop.setdefault(call.loop, []).append(call)
    for loop, done in by_loop.items():
        # A loop that was closed meanwhile has nobody left who waits.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(_settle_here, done)


def _settle_here(calls: Sequence[_Call]) -> None:
    for call in calls:
        call.settle()
