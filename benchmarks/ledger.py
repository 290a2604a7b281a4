"""Durable appends beside raw batched inserts of the same rows, and full verification beside SHA-256 of the same bytes.

Both sides of a pair run in turn, several times, on the same volume and with the same durability (WAL,
`synchronous=FULL`); the ratio is that of the medians. The event loop is that of `lacuna serve` (uvloop); the records,
which are made before the clock runs, are kept from the garbage collector.
"""

import asyncio
import gc
import hashlib
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import uvloop

from benchmarks.report import Row
from lacuna.adapters.secrets.files import FileKeyRing
from lacuna.adapters.storage.clock import SystemClock, TimeOrderedIds
from lacuna.adapters.storage.database import connect, open_database
from lacuna.adapters.storage.sqlite import open_storage
from lacuna.adapters.storage.store import Storage
from lacuna.domain.audit import Json, Record
from lacuna.ports.storage import Entry

TASKS = 64
ROUNDS = 5
RAW_BATCHES = (64, 512)

_INSERT = "INSERT INTO records (idx, at, kind, actor, decision, leaf, body) VALUES (?, ?, ?, ?, ?, ?, ?)"


def run(scale: float) -> list[Row]:
    """20,000 records a round at scale 1."""
    count = max(TASKS, int(20_000 * scale) // TASKS * TASKS)
    with (
        tempfile.TemporaryDirectory(prefix="lacuna-bench-") as folder,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        return runner.run(_measured(Path(folder), count))


async def _measured(folder: Path, count: int) -> list[Row]:
    storage = await open_storage(folder, FileKeyRing(folder))
    try:
        appends: list[float] = []
        raw: dict[int, list[float]] = {batch: [] for batch in RAW_BATCHES}
        for number in range(ROUNDS):
            appends.append(await _appends_a_second(storage, count))
            for batch, rates in raw.items():
                rates.append(_raw_inserts_a_second(folder / f"raw-{batch}-{number}.db", count, batch))
        verified = [await _verified_a_second(storage) for _ in range(ROUNDS)]
        bodies = [stored.body async for stored in storage.ledger.read()]
        hashed = [
            _a_second(len(bodies), lambda: [hashlib.sha256(body).digest() for body in bodies]) for _ in range(ROUNDS)
        ]
        single = await _single_append_seconds(storage)
    finally:
        await storage.close()
    rate, checked, bare = (statistics.median(figures) for figures in (appends, verified, hashed))
    size = statistics.fmean(map(len, bodies))
    rows = [
        Row(
            f"durable appends, {TASKS} tasks",
            rate,
            "records/s",
            f"raw inserts, {batch} a commit ({statistics.median(rates):,.0f}/s)",
            rate / statistics.median(rates),
            f"one record a call, {size:.0f} bytes",
        )
        for batch, rates in raw.items()
    ]
    rows.append(Row("one durable append, nothing else running", single * 1e6, "us", "", None, "median"))
    rows.append(
        Row(
            "full verification",
            checked,
            "records/s",
            f"SHA-256 of the bodies ({bare:,.0f}/s)",
            checked / bare,
            f"{len(bodies):,} records, one core",
        )
    )
    return rows


class Records:
    """Records such as classification writes them, each with its own id and HMAC."""

    def __init__(self) -> None:
        self._clock = SystemClock()
        self._ids = TimeOrderedIds()

    def next(self) -> Record:
        decision = self._ids.new("dec")
        finding: dict[str, Json] = {
            "kind": "PII.EMAIL",
            "rule": "pii.email",
            "layer": "heuristic",
            "tier": "INTERNAL",
            "confidence": 990,
            "start": 3,
            "end": 21,
        }
        return Record(
            kind="decision.classify",
            at=self._clock.now_us(),
            actor="dev-user",
            via="dev",
            decision=decision,
            data={
                "confidence": 990,
                "findings": [finding],
                "ruleset": "0123456789abcdef",
                "strategy": "balanced",
                "text_hmac": decision[4:] * 2,
                "tier": "INTERNAL",
            },
        )


async def _appends_a_second(storage: Storage, count: int) -> float:
    source = Records()
    records = iter([source.next() for _ in range(count)])
    gc.collect()
    gc.freeze()

    async def work() -> None:
        for _ in range(count // TASKS):
            await storage.ledger.append(Entry(next(records)))

    started = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(TASKS)))
    return count / (time.perf_counter() - started)


async def _single_append_seconds(storage: Storage) -> float:
    records = Records()
    taken = []
    for _ in range(200):
        started = time.perf_counter()
        await storage.ledger.append(Entry(records.next()))
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def _raw_inserts_a_second(path: Path, count: int, batch: int) -> float:
    """Finished rows into the same table: no canonical form, no hash, no tree, no signature, no event loop."""
    open_database(path, create=True)
    records = Records()
    rows: list[tuple[object, ...]] = []
    for index in range(count):
        record = records.next()
        rows.append((index, record.at, record.kind, record.actor, record.decision, bytes(32), record.canonical()))
    connection = connect(path)

    def insert() -> None:
        for start in range(0, count, batch):
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(_INSERT, rows[start : start + batch])
            connection.execute("COMMIT")

    try:
        return _a_second(count, insert)
    finally:
        connection.close()


async def _verified_a_second(storage: Storage) -> float:
    started = time.perf_counter()
    result = await storage.ledger.verify()
    assert result.passed, result.problem
    return result.size / (time.perf_counter() - started)


def _a_second(count: int, work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return count / (time.perf_counter() - started)
