"""The fingerprint index on SQLite and its fake: the port's contract, processes, faults, and merging."""

import asyncio
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lacuna.adapters.storage import fingerprint_file
from lacuna.adapters.storage.fingerprint_postings import CROWDED, Postings
from lacuna.adapters.storage.fingerprints import DATABASE, SqliteFingerprints
from lacuna.domain.errors import InvalidInput, StorageCorrupt, StorageError, StorageLocked, StorageMissing
from lacuna.domain.tiers import Tier
from lacuna.ports.fingerprints import FingerprintIndex
from lacuna.testing.contracts.fingerprints import FingerprintIndexContract, found, hashes
from lacuna.testing.fakes.fingerprints import FingerprintShelf, InMemoryFingerprints

ENDLESS = """
import asyncio, sys
from pathlib import Path
from lacuna.adapters.storage.fingerprints import SqliteFingerprints
from lacuna.domain.tiers import Tier
from lacuna.testing.contracts.fingerprints import hashes

async def main():
    index = await SqliteFingerprints.open(Path(sys.argv[1]), "test")
    for number in range(10_000):
        await index.replace(f"d{number}", Tier.INTERNAL, hashes(number * 3, number * 3 + 1, number * 3 + 2))
        print(number, flush=True)

asyncio.run(main())
"""


class TestSqlite(FingerprintIndexContract):
    @pytest.fixture
    async def index(self, tmp_path: Path) -> AsyncIterator[FingerprintIndex]:
        opened = await SqliteFingerprints.open(tmp_path, "test")
        yield opened
        await opened.close()

    @pytest.fixture
    async def other(self, index: FingerprintIndex, tmp_path: Path) -> AsyncIterator[FingerprintIndex]:
        opened = await SqliteFingerprints.open(tmp_path, "test")
        yield opened
        await opened.close()

    @pytest.fixture
    async def rescheme(self, index: FingerprintIndex, tmp_path: Path) -> AsyncIterator[FingerprintIndex]:
        opened = await SqliteFingerprints.open(tmp_path, "another")
        yield opened
        await opened.close()


class TestFake(FingerprintIndexContract):
    @pytest.fixture
    def shelf(self) -> FingerprintShelf:
        return FingerprintShelf()

    @pytest.fixture
    def index(self, shelf: FingerprintShelf) -> FingerprintIndex:
        return InMemoryFingerprints(shelf=shelf)

    @pytest.fixture
    def other(self, shelf: FingerprintShelf) -> FingerprintIndex:
        return InMemoryFingerprints(shelf=shelf)

    @pytest.fixture
    def rescheme(self, shelf: FingerprintShelf) -> FingerprintIndex:
        return InMemoryFingerprints("another", shelf)


async def reopened(folder: Path, busy_seconds: float = 0.1) -> SqliteFingerprints:
    return await SqliteFingerprints.open(folder, "test", busy_seconds)


def killed_after(folder: Path, lines: int) -> int:
    """The last document that another process said it had written before it was killed."""
    writer = subprocess.Popen([sys.executable, "-c", ENDLESS, str(folder)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    acknowledged = [int(writer.stdout.readline()) for _ in range(lines)]
    writer.kill()
    writer.communicate()
    return acknowledged[-1]


async def test_what_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    acknowledged = await asyncio.to_thread(killed_after, tmp_path, 15)
    index = await reopened(tmp_path)
    known = await index.document_ids()
    assert {f"d{number}" for number in range(acknowledged + 1)} <= known
    assert found(index, range(3 * len(known))).total() == 3 * len(known)
    await index.close()


async def test_a_reader_that_missed_the_log_of_changes_loads_everything(tmp_path: Path) -> None:
    index, other = await reopened(tmp_path), await reopened(tmp_path)
    await index.replace("a", Tier.INTERNAL, hashes(1))
    assert found(other, [1]).total() == 1
    await index.remove("a")
    await index.replace("b", Tier.INTERNAL, hashes(2))
    with sqlite3.connect(tmp_path / DATABASE) as connection:
        connection.execute("DELETE FROM changes WHERE change < (SELECT max(change) FROM changes)")
    connection.close()
    assert found(other, [1, 2]) == Counter({(2, Tier.INTERNAL, 1): 1})
    await index.close()
    await other.close()


async def test_many_changes_pile_up_no_segments_and_lose_nothing(tmp_path: Path) -> None:
    index = await reopened(tmp_path)
    for number in range(60):
        await index.replace(f"d{number % 40}", Tier.INTERNAL, hashes(number, 1_000 + number))
        assert found(index, [number]).total() == 1
    await index.remove("d39")
    live = {*range(40, 60), *range(20, 39)}
    assert {asked for asked, _, _ in found(index, range(60))} == live
    await index.close()


def test_merging_leaves_few_segments_and_the_same_answers() -> None:
    postings = Postings()
    for document in range(200):
        postings.put(document, Tier.INTERNAL, hashes(document, 5_000, 6_000 + document % 7))
        if document % 3 == 0:
            postings.drop(document)
        if crowd := postings.crowd():
            postings.swap(crowd, postings.merge(crowd))
        assert len(postings) < CROWDED
    live = [document for document in range(200) if document % 3]
    positions = postings.lookup(hashes(*range(200))).positions.tolist()
    assert sorted(positions) == live


def test_what_changes_during_a_merge_is_not_undone_by_it() -> None:
    postings = Postings()
    for document in range(CROWDED):
        postings.put(document, Tier.INTERNAL, hashes(document))
    crowd = postings.crowd()
    merged = postings.merge(crowd)
    postings.drop(0)
    postings.put(1, Tier.PROPRIETARY, hashes(1))
    postings.put(99, Tier.INTERNAL, hashes(99))
    postings.swap(crowd, merged)
    matches = postings.lookup(hashes(0, 1, 99))
    assert dict(zip(matches.positions.tolist(), matches.tiers.tolist(), strict=True)) == {1: 2, 2: 1}


@pytest.mark.parametrize("content", [b"not a database" * 500, b"SQLite format 3\x00" + b"\xff" * 8_000])
async def test_something_else_is_refused_and_left_as_it_was(tmp_path: Path, content: bytes) -> None:
    write(tmp_path / DATABASE, content)
    with pytest.raises(StorageCorrupt, match="ingest"):
        await reopened(tmp_path)
    assert (tmp_path / DATABASE).read_bytes() == content


def write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


async def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / DATABASE) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    with pytest.raises(StorageCorrupt, match="another program"):
        await reopened(tmp_path)


async def test_a_file_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    await (await reopened(tmp_path)).close()
    newer = fingerprint_file.SCHEMA_VERSION + 1
    with sqlite3.connect(tmp_path / DATABASE) as connection:
        connection.execute(f"PRAGMA user_version = {newer}")
    connection.close()
    with pytest.raises(StorageError, match=f"schema {newer}"):
        await reopened(tmp_path)


async def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageMissing, match="nowhere"):
        await reopened(tmp_path / "nowhere")


async def test_a_row_that_makes_no_sense_raises_at_every_lookup(tmp_path: Path) -> None:
    index = await reopened(tmp_path)
    await index.replace("a", Tier.INTERNAL, hashes(1))
    with sqlite3.connect(tmp_path / DATABASE) as connection:
        connection.execute("INSERT INTO documents (document_id, scheme, tier, hashes) VALUES ('b', 'test', 1, x'00')")
        connection.execute("INSERT INTO changes (document) SELECT max(document) FROM documents")
    connection.close()
    for _ in range(2):
        with pytest.raises(StorageCorrupt):
            index.lookup(hashes(1))
    await index.remove("b")
    assert found(index, [1]).total() == 1
    await index.close()


async def test_another_writer_is_waited_for_only_so_long(tmp_path: Path) -> None:
    index = await reopened(tmp_path)
    holder = sqlite3.connect(tmp_path / DATABASE, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageLocked):
        await index.replace("a", Tier.INTERNAL, hashes(1))
    assert found(index, [1]) == Counter()
    holder.close()
    await index.replace("a", Tier.INTERNAL, hashes(1))
    await index.close()


async def test_a_file_taken_away_while_open_fails_the_check(tmp_path: Path) -> None:
    index = await reopened(tmp_path)
    await index.check()
    move(tmp_path / DATABASE)
    with pytest.raises(StorageMissing, match="moved or deleted"):
        await index.check()
    await index.close()


def move(path: Path) -> None:
    path.rename(path.with_suffix(".elsewhere"))


async def test_a_closed_index_says_so(tmp_path: Path) -> None:
    index = await reopened(tmp_path)
    await index.close()
    with pytest.raises(StorageError, match="closed"):
        await index.remove("a")
    with pytest.raises(StorageError):
        index.lookup(hashes(1))


async def test_an_id_that_is_no_unicode_is_refused(tmp_path: Path) -> None:
    index = await reopened(tmp_path)
    with pytest.raises(InvalidInput):
        await index.replace("\ud800", Tier.INTERNAL, hashes(1))
    await index.close()


async def test_changes_at_once_are_all_made(tmp_path: Path) -> None:
    index = await reopened(tmp_path)
    await asyncio.gather(*(index.replace(f"d{number}", Tier.INTERNAL, hashes(number)) for number in range(30)))
    assert found(index, range(30)).total() == 30
    await index.close()


async def test_an_index_made_anew_has_no_state_of_the_old_one(tmp_path: Path) -> None:
    states = []
    for folder in (tmp_path / "old", tmp_path / "new"):
        folder.mkdir()
        index = await SqliteFingerprints.open(folder, "scheme")
        await index.replace("a", Tier.INTERNAL, hashes(1))
        states.append(index.state)
        await index.close()
        again = await SqliteFingerprints.open(folder, "scheme")
        assert again.state == states[-1]
        await again.close()
    assert states[0] != states[1]
