"""What the embedded store promises beyond the port: processes, crashes, deletion, faults, scripts."""

import asyncio
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lacuna.adapters.vectors.database import APPLICATION_ID, SCHEMA_VERSION
from lacuna.adapters.vectors.embedded import EmbeddedVectorStore
from lacuna.domain.errors import (
    InvalidInput,
    LacunaError,
    StorageCorrupt,
    StorageError,
    StorageFull,
    StorageLocked,
    StorageMissing,
)
from lacuna.domain.tiers import Tier
from lacuna.testing.contracts.vector_edges import EVERYTHING
from lacuna.testing.contracts.vectors import ids
from lacuna.testing.passages import FINGERPRINT, passage, unit

WRITER = Path(__file__).with_name("endless_writer.py")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder with spaces" / "passages.db"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[EmbeddedVectorStore]:
    path.parent.mkdir()
    opened = await EmbeddedVectorStore.open(path)
    yield opened
    await opened.close()


@contextmanager
def held(path: Path, statement: str) -> Iterator[sqlite3.Connection]:
    """Another program's connection in the middle of a transaction."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("BEGIN")
        connection.execute(statement).fetchall()
        yield connection
    finally:
        connection.close()


def written(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def moved(path: Path) -> None:
    path.rename(path.with_suffix(".elsewhere"))


def overwrite(path: Path, start: int) -> None:
    """Damages the file from `start` to its end."""
    with path.open("r+b") as file:
        file.seek(start)
        file.write(b"\xa5" * (path.stat().st_size - start))


def bytes_on_disk(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(path.parent.iterdir()))


class TestDurability:
    async def test_what_was_acknowledged_survives_kill_9_and_nothing_is_half_there(self, path: Path) -> None:
        path.parent.mkdir()
        for _ in range(2):
            acknowledged = _killed_after(path, lines=12)
            store = await EmbeddedVectorStore.open(path)
            try:
                found = await store.lexical("valve", EVERYTHING, 1_000)
                versions: dict[str, list[str]] = {}
                for scored in found:
                    versions.setdefault(scored.chunk.document_id, []).append(scored.chunk.chunk_id)
                assert {*acknowledged} <= {*versions}
                assert all(len(chunks) == 3 for chunks in versions.values())
                assert {*ids(await store.dense(unit(1), FINGERPRINT, EVERYTHING, 1_000))} == {*ids(found)}
            finally:
                await store.close()

    async def test_two_processes_write_and_both_see_everything(self, store: EmbeddedVectorStore, path: Path) -> None:
        writer = await asyncio.create_subprocess_exec(sys.executable, str(WRITER), str(path), "10")
        for n in range(10):
            await store.replace(f"mine-{n}", FINGERPRINT, [passage(f"m{n}", "valve", document_id=f"mine-{n}", seed=n)])
        assert await writer.wait() == 0
        assert len(await store.document_ids()) == 20
        assert len(await store.dense(unit(1), FINGERPRINT, EVERYTHING, 1_000)) == 10 + 10 * 3

    async def test_a_reader_that_missed_the_log_of_changes_loads_everything(
        self, store: EmbeddedVectorStore, path: Path
    ) -> None:
        other = await EmbeddedVectorStore.open(path)
        try:
            await store.replace("a", FINGERPRINT, [passage("a", "valve", document_id="a", seed=1)])
            assert ids(await other.dense(unit(1), FINGERPRINT, EVERYTHING, 5)) == ["a"]
            await store.remove("a")
            await store.replace("b", FINGERPRINT, [passage("b", "valve", document_id="b", seed=1)])
            with sqlite3.connect(path) as connection:
                connection.execute("DELETE FROM changes WHERE change < (SELECT max(change) FROM changes)")
            connection.close()
            assert ids(await other.dense(unit(1), FINGERPRINT, EVERYTHING, 5)) == ["b"]
        finally:
            await other.close()


class TestDeletion:
    SECRETS = ("Zyxomancer", "Quibberdash", "Vorplestone")

    async def _with_secrets(self, store: EmbeddedVectorStore) -> None:
        title, heading, body = self.SECRETS
        for n in range(30):
            await store.replace(f"d{n}", "", [passage(f"d{n}", "an ordinary valve", document_id=f"d{n}")])
        secret = passage("s", f"about {body} " * 400, document_id="secret", title=title, seed=1)
        await store.replace("secret", FINGERPRINT, [secret])
        await store.replace("after", "", [passage("after", f"a valve, not {heading}", document_id="after")])

    def _left(self, path: Path) -> list[str]:
        """Which words are on the disk: as written, folded or stemmed."""
        disk = bytes_on_disk(path).lower()
        return [word for word in self.SECRETS if word.lower()[:-2].encode() in disk]

    async def test_a_removed_document_is_in_no_file_when_remove_returns(
        self, store: EmbeddedVectorStore, path: Path
    ) -> None:
        await self._with_secrets(store)
        assert len(self._left(path)) == 3
        await store.remove("secret")
        await store.remove("after")
        assert self._left(path) == []
        assert unit(1).tobytes() not in bytes_on_disk(path)
        assert len(await store.lexical("valve", EVERYTHING, 100)) == 30

    async def test_a_replaced_text_is_in_no_file_after_close(self, path: Path) -> None:
        path.parent.mkdir()
        store = await EmbeddedVectorStore.open(path)
        await self._with_secrets(store)
        for name in ("secret", "after"):
            await store.replace(name, "", [passage(name, "something else", document_id=name)])
        await store.close()
        assert self._left(path) == []

    async def test_removals_at_once_are_all_purged(self, store: EmbeddedVectorStore, path: Path) -> None:
        await self._with_secrets(store)
        assert all(await asyncio.gather(*(store.remove(name) for name in ("secret", "after", "d1", "d2"))))
        assert self._left(path) == []

    async def test_a_reader_in_the_way_is_named_and_the_purge_is_made_up_for(self, path: Path) -> None:
        path.parent.mkdir()
        store = await EmbeddedVectorStore.open(path, busy_seconds=0.1)
        try:
            await self._with_secrets(store)
            await store.remove("after")
            with held(path, "SELECT * FROM chunks"):
                with pytest.raises(StorageLocked, match="deleted, but a reader"):
                    await store.remove("secret")
                assert await store.lexical(self.SECRETS[2], EVERYTHING, 5) == []
            assert await store.remove("secret") is False
            assert self._left(path) == []
        finally:
            await store.close()

    async def test_an_interrupted_purge_is_made_up_for_at_the_next_start(self, path: Path) -> None:
        path.parent.mkdir()
        store = await EmbeddedVectorStore.open(path, busy_seconds=0.1)
        await self._with_secrets(store)
        await store.remove("after")
        with held(path, "SELECT * FROM chunks"):
            with pytest.raises(StorageLocked):
                await store.remove("secret")
            await store.close()
            assert self._left(path) != []
        await (await EmbeddedVectorStore.open(path)).close()
        assert self._left(path) == []


class TestOlderFiles:
    """The form of texts in the file changes with versions of Lacuna."""

    async def _filled(self, path: Path) -> None:
        path.parent.mkdir()
        store = await EmbeddedVectorStore.open(path)
        for n in range(3):
            await store.replace(f"d{n}", FINGERPRINT, [passage(f"c{n}", f"valve {n}", document_id=f"d{n}", seed=n)])
        await store.close()

    def _as_version_1(self, path: Path) -> None:
        connection = sqlite3.connect(path, isolation_level=None)
        for statement in (
            "DROP TABLE terms",
            "DROP TABLE forms",
            "CREATE VIRTUAL TABLE words USING fts5 (title, heading, body, content='')",
            "INSERT INTO words (rowid, body) SELECT chunk, text FROM chunks",
            "PRAGMA user_version = 1",
        ):
            connection.execute(statement)
        connection.close()

    async def test_a_file_of_the_first_version_is_analysed_at_the_start(self, path: Path) -> None:
        await self._filled(path)
        self._as_version_1(path)
        store = await EmbeddedVectorStore.open(path)
        try:
            assert ids(await store.lexical("valves", EVERYTHING, 9)) == ["c0", "c1", "c2"]
            assert await store.remove("d1")
            assert ids(await store.lexical("valves", EVERYTHING, 9)) == ["c0", "c2"]
        finally:
            await store.close()
        with sqlite3.connect(path) as connection:
            assert connection.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
            assert connection.execute("SELECT name FROM sqlite_master WHERE name LIKE 'words%'").fetchall() == []
        connection.close()

    async def test_passages_in_another_form_are_analysed_anew(self, path: Path) -> None:
        await self._filled(path)
        with sqlite3.connect(path) as connection:
            connection.execute("UPDATE forms SET name = 'an older one'")
            connection.execute("UPDATE terms SET terms = x'00000000'")
        connection.close()
        store = await EmbeddedVectorStore.open(path)
        try:
            assert ids(await store.lexical("valves", EVERYTHING, 9)) == ["c0", "c1", "c2"]
        finally:
            await store.close()

    async def test_an_older_program_does_not_write_beside_a_newer_one(self, path: Path) -> None:
        await self._filled(path)
        store = await EmbeddedVectorStore.open(path)
        try:
            with sqlite3.connect(path) as connection:
                connection.execute("UPDATE forms SET name = 'a newer one'")
            connection.close()
            with pytest.raises(StorageError, match="Another version"):
                await store.replace("d4", FINGERPRINT, [passage("c4", "valve", document_id="d4", seed=4)])
        finally:
            await store.close()

    async def test_programs_that_start_together_share_the_work(self, path: Path) -> None:
        await self._filled(path)
        self._as_version_1(path)
        stores = await asyncio.gather(*(EmbeddedVectorStore.open(path) for _ in range(3)))
        try:
            for store in stores:
                assert ids(await store.lexical("valves", EVERYTHING, 9)) == ["c0", "c1", "c2"]
        finally:
            for store in stores:
                await store.close()


class TestFaults:
    async def test_a_missing_folder_is_named(self, path: Path) -> None:
        with pytest.raises(StorageMissing, match="folder with spaces"):
            await EmbeddedVectorStore.open(path)

    @pytest.mark.parametrize("content", [b"not a database" * 500, b"SQLite format 3\x00" + b"\xff" * 8_000])
    async def test_something_else_is_refused_and_left_as_it_was(self, path: Path, content: bytes) -> None:
        path.parent.mkdir()
        written(path, content)
        with pytest.raises(StorageCorrupt) as refused:
            await EmbeddedVectorStore.open(path)
        assert refused.value.cure
        assert bytes_on_disk(path) == content

    async def test_another_programs_database_is_refused_and_left_as_it_was(self, path: Path) -> None:
        path.parent.mkdir()
        with sqlite3.connect(path) as connection:
            connection.execute("CREATE TABLE theirs (x)")
        connection.close()
        before = bytes_on_disk(path)
        with pytest.raises(StorageCorrupt, match="another program"):
            await EmbeddedVectorStore.open(path)
        assert bytes_on_disk(path) == before

    async def test_a_file_of_a_newer_version_is_refused(self, path: Path) -> None:
        path.parent.mkdir()
        with sqlite3.connect(path) as connection:
            connection.execute("CREATE TABLE chunks (unheard_of)")
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
        connection.close()
        with pytest.raises(StorageError, match=f"schema {SCHEMA_VERSION + 1}"):
            await EmbeddedVectorStore.open(path)

    async def test_damage_in_the_middle_is_told_and_does_not_crash(self, path: Path) -> None:
        path.parent.mkdir()
        store = await EmbeddedVectorStore.open(path)
        await store.replace(
            "d", FINGERPRINT, [passage(f"c{n}", "valve " * 200, document_id="d", seed=n) for n in range(60)]
        )
        await store.close()
        overwrite(path, 4096 * 3)
        with pytest.raises(StorageError) as told:
            await _searched(path)
        assert told.value.cure

    async def test_a_full_disk_keeps_what_was_stored_and_writing_works_again(self, path: Path) -> None:
        path.parent.mkdir()
        store = await EmbeddedVectorStore.open(path, max_bytes=400_000)
        await store.replace("kept", FINGERPRINT, [passage("kept", "valve", document_id="kept", seed=1)])
        with pytest.raises(StorageFull):
            await store.replace("big", "", [passage("big", "pump " * 200_000, document_id="big")])
        assert ids(await store.lexical("valve pump", EVERYTHING, 5)) == ["kept"]
        await store.replace("small", "", [passage("small", "pump", document_id="small")])
        await store.close()
        reopened = await EmbeddedVectorStore.open(path)
        assert await reopened.document_ids() == {"kept", "small"}
        await reopened.close()

    async def test_another_writer_is_waited_for_only_so_long(self, path: Path) -> None:
        path.parent.mkdir()
        store = await EmbeddedVectorStore.open(path, busy_seconds=0.1)
        try:
            with held(path, "UPDATE residue SET owed = owed") as writer:
                with pytest.raises(StorageLocked):
                    await store.replace("d", "", [passage("c", "valve", document_id="d")])
                assert await store.lexical("valve", EVERYTHING, 5) == []
                writer.execute("ROLLBACK")
            await store.replace("d", "", [passage("c", "valve", document_id="d")])
        finally:
            await store.close()

    async def test_a_file_taken_away_while_open_fails_the_check(self, store: EmbeddedVectorStore, path: Path) -> None:
        await store.check()
        moved(path)
        with pytest.raises(StorageMissing, match="moved or deleted"):
            await store.check()

    async def test_a_closed_store_says_so(self, path: Path) -> None:
        path.parent.mkdir()
        store = await EmbeddedVectorStore.open(path)
        await store.close()
        with pytest.raises(StorageError, match="closed"):
            await store.lexical("valve", EVERYTHING, 5)

    async def test_vectors_of_another_length_are_refused(self, store: EmbeddedVectorStore) -> None:
        await store.replace("d", FINGERPRINT, [passage("c", "valve", document_id="d", seed=1)])
        longer = unit(1).repeat(2)
        with pytest.raises(InvalidInput, match="8 dimensions, not 16"):
            await store.dense(longer, FINGERPRINT, EVERYTHING, 5)

    async def test_no_error_quotes_content(self, store: EmbeddedVectorStore) -> None:
        await store.replace("a", "", [passage("c", "Zyxomancer", document_id="a")])
        with pytest.raises(InvalidInput) as refused:
            await store.replace("b", "", [passage("c", "Zyxomancer", document_id="b", title="Zyxomancer")])
        error: BaseException | None = refused.value
        while error is not None:
            assert "Zyxomancer" not in repr(error)
            error = error.__cause__

    async def test_the_loop_is_free_while_a_writer_waits(self, path: Path) -> None:
        path.parent.mkdir()
        store = await EmbeddedVectorStore.open(path)
        try:
            with held(path, "UPDATE residue SET owed = owed") as writer:
                waiting = asyncio.create_task(store.replace("d", "", [passage("c", "valve", document_id="d")]))
                for _ in range(100):
                    await asyncio.sleep(0)
                assert not waiting.done()
                assert await store.lexical("valve", EVERYTHING, 5) == []
                writer.execute("ROLLBACK")
            await waiting
        finally:
            await store.close()


class TestScripts:
    @pytest.mark.parametrize(
        ("text", "question"),
        [
            ("\u6771\u4eac\u90fd\u306e\u30bb\u30f3\u30b5\u30fc\u4fdd\u5b88\u624b\u9806", "\u4fdd\u5b88"),
            ("\u6771\u4eac\u90fd\u306e\u30bb\u30f3\u30b5\u30fc", "\u90fd"),
            ("\u538b\u529b\u4f20\u611f\u5668\u6545\u969c", "\u4f20\u611f\u5668"),
            ("\ubcf4\uc548\uc815\ucc45\uc744 \ud655\uc778", "\uc815\ucc45"),
            ("\u0e2d\u0e38\u0e1b\u0e01\u0e23\u0e13\u0e4c\u0e27\u0e31\u0e14", "\u0e27\u0e31\u0e14"),
            ("Die \u00dcberdruckventile pr\u00fcfen", "uberdruckventile"),
            ("le capteur d\u00e9fectueux", "D\u00c9FECTUEUX"),
            ("u\u0308berlast", "\u00fcberlast"),
            (
                "\u0434\u0430\u0442\u0447\u0438\u043a \u0434\u0430\u0432\u043b\u0435\u043d\u0438\u044f",
                "\u0434\u0430\u0432\u043b\u0435\u043d\u0438\u044f",
            ),
            ("\uff21\uff30\uff29\u30ad\u30fc", "api"),
            ("call project_apollo now", "apollo"),
            ("\u092a\u094d\u0930\u0947\u0936\u0930 \u0938\u0947\u0902\u0938\u0930", "\u0938\u0947\u0902\u0938\u0930"),
            ("the pumps were running", "pump runs"),
        ],
    )
    async def test_words_are_found_in_every_script(self, store: EmbeddedVectorStore, text: str, question: str) -> None:
        await store.replace("d", "", [passage("c", text, document_id="d")])
        await store.replace("e", "", [passage("x", "\u4ed6 nothing in common", document_id="e")])
        assert ids(await store.lexical(question, EVERYTHING, 5)) == ["c"]

    async def test_any_text_can_be_deleted_again(self, store: EmbeddedVectorStore, path: Path) -> None:
        text = "\u6771\u4eac \u0e27\u0e31\u0e14 \ufb01ne\u0000x \U0001f600 e\u0301 " * 3
        await store.replace("d", "", [passage("c", text, document_id="d", title=text)])
        await store.remove("d")
        with sqlite3.connect(path) as connection:
            assert connection.execute("SELECT * FROM terms").fetchall() == []
        connection.close()


class TestBounds:
    async def test_searches_beyond_the_queue_are_refused(self, store: EmbeddedVectorStore) -> None:
        await store.replace("d", "", [passage("c", "valve", document_id="d")])
        results = await asyncio.gather(
            *(store.lexical("valve", EVERYTHING, 5) for _ in range(400)), return_exceptions=True
        )
        refused = [result for result in results if isinstance(result, BaseException)]
        assert {error.code for error in refused if isinstance(error, LacunaError)} == {"overloaded"}
        assert 0 < len(refused) < 200
        assert ids(await store.lexical("valve", EVERYTHING, 5)) == ["c"]

    async def test_a_huge_question_is_cut(self, store: EmbeddedVectorStore) -> None:
        await store.replace("d", "", [passage("c", "valve", document_id="d")])
        assert ids(await store.lexical("valve " + "word " * 200_000, EVERYTHING, 5)) == ["c"]

    async def test_threads_end_with_the_store(self, path: Path) -> None:
        path.parent.mkdir()
        store = await EmbeddedVectorStore.open(path)
        await store.retag("d", Tier.PUBLIC, frozenset())
        await store.close()
        assert not [thread for thread in threading.enumerate() if thread.name.startswith("vector store")]


async def _searched(path: Path) -> None:
    store = await EmbeddedVectorStore.open(path)
    try:
        await store.lexical("valve", EVERYTHING, 5)
    finally:
        await store.close()


def _killed_after(path: Path, lines: int) -> list[str]:
    """Runs the endless writer, kills it after some acknowledgements, and returns all it gave."""
    with subprocess.Popen([sys.executable, str(WRITER), str(path)], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        seen = [writer.stdout.readline().strip() for _ in range(lines)]
        writer.send_signal(signal.SIGKILL)
        seen += [line.strip() for line in writer.stdout if line.endswith("\n")]
    return seen


async def test_a_file_that_is_made_anew_is_another_corpus_than_the_one_before(tmp_path: Path) -> None:
    """What is remembered outside the process under one corpus must not count under another."""

    async def version(name: str) -> str:
        store = await EmbeddedVectorStore.open(tmp_path / name)
        try:
            if not await store.document_ids():
                await store.replace("d1", FINGERPRINT, [passage("d1-1", "some text", document_id="d1")])
            return store.corpus(FINGERPRINT).version
        finally:
            await store.close()

    first = await version("one.db")
    assert await version("one.db") == first
    assert await version("two.db") != first
