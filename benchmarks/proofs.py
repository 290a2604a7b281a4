"""What a large log costs beside a small one: proofs, appends, and every kind of verification.

Two logs, of 10,000 and of a million records at scale 1 (ten million at scale 10: 4.5 GB of disk and some minutes), are
asked in turn, so that whatever else the machine does weighs on both; the ratio is large to small. Times are those of
the processor, all threads together, because other work on the machine would only add to what a clock shows. Proofs are
checked before they count.
"""

import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.large_log import fill
from benchmarks.ledger import Records
from benchmarks.report import Row
from lacuna.adapters.secrets.files import FileKeyRing
from lacuna.adapters.storage.database import SqliteDatabase
from lacuna.adapters.storage.sqlite import DATABASE, open_storage
from lacuna.adapters.storage.store import Storage
from lacuna.domain.audit import Examination, Extent
from lacuna.domain.merkle import inclusion_holds
from lacuna.domain.notes import Checkpoint, parse_note
from lacuna.ports.storage import Entry, Ledger

SMALL = 10_000
LARGE = 1_000_000
TASKS = 64
ROUNDS = 300
SAMPLE = 1_000
_RECORDS = Records()


@dataclass(frozen=True, slots=True)
class Log:
    """A log and the checkpoint that it had when it was filled."""

    storage: Storage
    filled: Checkpoint

    @property
    def ledger(self) -> Ledger:
        return self.storage.ledger

    @property
    def size(self) -> str:
        return f"{self.filled.size:,} records"


Work = Callable[[Log], Awaitable[None]]


def run(scale: float) -> list[Row]:
    """A log of a million records beside one of 10,000 at scale 1; ten million at scale 10."""
    with tempfile.TemporaryDirectory(prefix="lacuna-bench-") as folder:
        return asyncio.run(_measured(Path(folder), max(2_000, int(LARGE * scale))))


async def _measured(folder: Path, large: int) -> list[Row]:
    small, big = [await _filled(folder / str(size), size) for size in (min(SMALL, large // 2), large)]
    try:
        return [
            await _in_turn("inclusion proof with its checkpoint", small, big, _inclusion),
            await _in_turn("consistency proof", small, big, _consistency),
            await _in_turn(f"verification of {SAMPLE:,} records drawn at random", small, big, _sample, rounds=5),
            *await _verifications(small, big),
            await _in_turn("one durable append, nothing else running", small, big, _append),
            await _in_turn(f"{TASKS} durable appends at once", small, big, _appends),
        ]
    finally:
        await small.storage.close()
        await big.storage.close()


async def _filled(folder: Path, size: int) -> Log:
    await asyncio.to_thread(folder.mkdir)
    await asyncio.to_thread(fill, SqliteDatabase(folder / DATABASE), folder, size)
    return await _opened(folder)


async def _opened(folder: Path) -> Log:
    storage = await open_storage(folder, FileKeyRing(folder), create=False)
    return Log(storage, Checkpoint.of(parse_note(await storage.ledger.checkpoint()).text))


async def _in_turn(what: str, small: Log, big: Log, work: Work, rounds: int = ROUNDS) -> Row:
    taken: dict[Log, list[float]] = {small: [], big: []}
    for _ in range(rounds + 1):
        for log, times in taken.items():
            started = time.process_time()
            await work(log)
            times.append((time.process_time() - started) * 1e3)
    # The first one of each is not measured.
    one, other = (statistics.median(times[1:]) for times in taken.values())
    worst = statistics.quantiles(taken[big][1:], n=100)[-1]
    return Row(what, other, "ms", f"{small.size} ({one:.2f} ms)", other / one, f"{big.size}; p99 {worst:.2f} ms")


async def _verifications(small: Log, big: Log) -> list[Row]:
    rates: dict[Log, list[float]] = {small: [], big: []}
    for _ in range(3 if big.filled.size <= LARGE else 1):
        for log, found in rates.items():
            started = time.process_time()
            result = await log.ledger.verify()
            assert result.passed, result.problem
            found.append(result.size / (time.process_time() - started))
    one, other = (statistics.median(found) for found in rates.values())
    since = Examination(Extent.SINCE_LAST)

    async def nothing_new(log: Log) -> None:
        result = await log.ledger.verify(since)
        assert result.passed, result.problem
        assert result.checked < 256

    return [
        Row(
            "full verification",
            other,
            "records/s",
            f"{small.size} ({one:,.0f}/s)",
            other / one,
            f"{big.size}, one core",
        ),
        await _in_turn("verification since the last one, nothing new", small, big, nothing_new, rounds=20),
    ]


async def _inclusion(log: Log) -> None:
    receipt = await log.ledger.receipt(random.randrange(log.filled.size))
    assert inclusion_holds(receipt.leaf, receipt.index, receipt.tree_size, receipt.proof, log.filled.root)


async def _consistency(log: Log) -> None:
    assert await log.ledger.consistency(random.randrange(1, log.filled.size), log.filled.size)


async def _sample(log: Log) -> None:
    result = await log.ledger.verify(Examination(Extent.SAMPLE, SAMPLE))
    assert result.passed, result.problem


async def _append(log: Log) -> None:
    await log.ledger.append(Entry(_RECORDS.next()))


async def _appends(log: Log) -> None:
    await asyncio.gather(*(_append(log) for _ in range(TASKS)))
