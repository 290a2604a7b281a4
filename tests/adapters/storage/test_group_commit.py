"""The queue in front of the writing thread, with a committer of the test's own."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from lacuna.adapters.storage.group_commit import BATCH_CALLS, MAX_CALLS, MAX_WEIGHT, GroupCommit
from lacuna.domain.errors import InvalidInput, LacunaError, Overloaded, StorageError, StorageFull


class Recorder:
    """A committer that keeps what was done. While `gate` is closed, its thread waits in `commit`."""

    def __init__(self) -> None:
        self.done: list[int] = []
        self.batches: list[int] = []
        self.fault: Exception | None = None
        self.gate = threading.Event()
        self.gate.set()
        self.closed = 0

    def commit(self, take: Callable[[], Sequence[Callable[[list[int]], Any]]]) -> list[Any]:
        self.gate.wait(30)
        if self.fault is not None:
            raise self.fault
        works = take()
        outcomes: list[Any] = []
        for work in works:
            try:
                outcomes.append(work(self.done))
            except LacunaError as fault:
                outcomes.append(fault)
        self.batches.append(len(works))
        return outcomes

    def idle(self, *, closing: bool) -> float | None:
        return None

    def close(self) -> None:
        self.closed += 1


async def submitted(writes: GroupCommit[list[int]], work: Callable[[list[int]], Any], weight: int = 1) -> Any:
    return await writes.submit(work, weight)


def adding(number: int) -> Callable[[list[int]], int]:
    def work(done: list[int]) -> int:
        done.append(number)
        return number * 2

    return work


async def test_work_is_done_in_order_and_answered_to_its_own_caller() -> None:
    recorder = Recorder()
    writes = GroupCommit(recorder, "test")
    results = await asyncio.gather(*(submitted(writes, adding(number)) for number in range(2_000)))
    await writes.close()
    assert results == [2 * number for number in range(2_000)]
    assert recorder.done == list(range(2_000))
    assert max(recorder.batches) <= BATCH_CALLS
    assert recorder.closed == 1


async def test_what_waits_shares_a_batch() -> None:
    recorder = Recorder()
    recorder.gate.clear()
    writes = GroupCommit(recorder, "test")
    calls = [asyncio.ensure_future(submitted(writes, adding(number))) for number in range(100)]
    await asyncio.sleep(0)
    recorder.gate.set()
    await asyncio.gather(*calls)
    await writes.close()
    assert recorder.batches == [100]


async def test_more_calls_or_bytes_than_the_queue_holds_are_refused() -> None:
    recorder = Recorder()
    recorder.gate.clear()
    writes = GroupCommit(recorder, "test")
    calls = [asyncio.ensure_future(submitted(writes, adding(n))) for n in range(MAX_CALLS + 2 * BATCH_CALLS)]
    heavy = asyncio.ensure_future(submitted(writes, adding(0), MAX_WEIGHT))
    results = asyncio.gather(*calls, heavy, return_exceptions=True)
    await asyncio.sleep(0)
    recorder.gate.set()
    found = await results
    await writes.close()
    assert isinstance(found[-1], Overloaded)
    refused = [result for result in found[:-1] if isinstance(result, Overloaded)]
    assert len(refused) == 2 * BATCH_CALLS
    assert len(recorder.done) == len(calls) - len(refused)


async def test_a_failed_transaction_fails_each_caller_with_an_error_of_its_own() -> None:
    recorder = Recorder()
    recorder.fault = StorageFull("no room", cure="make room")
    writes = GroupCommit(recorder, "test")
    results = await asyncio.gather(*(submitted(writes, adding(n)) for n in range(3)), return_exceptions=True)
    assert [(type(result), str(result)) for result in results] == [(StorageFull, "no room make room")] * 3
    assert len({id(result) for result in results}) == 3
    recorder.fault = None
    assert await writes.submit(adding(4), 1) == 8
    await writes.close()


async def test_one_refused_work_fails_alone() -> None:
    def refused(done: list[int]) -> None:
        raise InvalidInput("no")

    writes = GroupCommit(Recorder(), "test")
    results = await asyncio.gather(
        submitted(writes, adding(1)), submitted(writes, refused), submitted(writes, adding(2)), return_exceptions=True
    )
    await writes.close()
    assert (results[0], type(results[1]), results[2]) == (2, InvalidInput, 4)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
async def test_a_defect_in_the_committer_leaves_nobody_waiting() -> None:
    recorder = Recorder()
    recorder.gate.clear()
    recorder.fault = ZeroDivisionError()
    writes = GroupCommit(recorder, "test")
    calls = [asyncio.ensure_future(submitted(writes, adding(n))) for n in range(BATCH_CALLS + 10)]
    await asyncio.sleep(0)
    recorder.gate.set()
    results = await asyncio.gather(*calls, return_exceptions=True)
    assert {type(result) for result in results} == {StorageError}
    with pytest.raises(StorageError):
        await writes.submit(adding(0), 1)
    await writes.close()


def test_callers_on_several_event_loops_are_all_answered() -> None:
    recorder = Recorder()
    answers: list[int] = []

    async def start() -> "GroupCommit[list[int]]":
        return GroupCommit(recorder, "test")

    writes = asyncio.run(start())

    async def several(first: int) -> None:
        answers.extend(await asyncio.gather(*(submitted(writes, adding(first + n)) for n in range(50))))

    threads = [threading.Thread(target=lambda k=k: asyncio.run(several(100 * k))) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    asyncio.run(writes.close())
    assert sorted(answers) == sorted(2 * (100 * k + n) for k in range(4) for n in range(50))
