"""The sorted index that the embedded store keeps in its file for the next start: it changes no answer, holds nothing
that was deleted, and may be damaged or missing."""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from lacuna.adapters.vectors import images
from lacuna.adapters.vectors.analysis import passage_terms
from lacuna.adapters.vectors.database import connect
from lacuna.adapters.vectors.embedded import EmbeddedVectorStore
from lacuna.domain.identity import Reach
from lacuna.domain.retrieval import Scored
from lacuna.domain.tiers import Tier
from lacuna.testing.contracts.vector_edges import EVERYTHING
from lacuna.testing.contracts.vectors import ids
from lacuna.testing.passages import FINGERPRINT, passage, unit

WORDS = ("valve", "pump", "gasket", "flange", "turbine", "bearing", "rotor")
MANY = images.WORTH + 50
SECRET = "Zyxomancer"
NOBODY = Reach(Tier.PUBLIC, frozenset())


@asynccontextmanager
async def opened(
    path: Path, quiet_seconds: float = 3_600, max_bytes: int | None = None
) -> AsyncIterator[EmbeddedVectorStore]:
    store = await EmbeddedVectorStore.open(path, max_bytes=max_bytes, quiet_seconds=quiet_seconds)
    try:
        yield store
    finally:
        await store.close()


def sql(path: Path, *statements: str) -> list[tuple[object, ...]]:
    """As another program. The rows of the last statement."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        return [connection.execute(statement).fetchall() for statement in statements][-1]
    finally:
        connection.close()


def kept(path: Path) -> list[int]:
    """How many passages each image in the file holds."""
    return [int(str(row[0])) for row in sql(path, "SELECT passages FROM segments ORDER BY range")]


def on_disk(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(path.parent.glob("passages.db*")))


def size(path: Path) -> int:
    return path.stat().st_size


def key_of_secret() -> bytes:
    """The word as the index writes it."""
    [key] = [key for key in passage_terms("", "", SECRET).keys if key > 0xFFFF][:1]
    return bytes(key.tobytes())


async def answers(path: Path) -> list[list[tuple[str, float]]]:
    """What searches of every kind find, with their scores to the last bit."""
    async with opened(path) as store:
        found: list[Sequence[Scored]] = []
        for reach in (EVERYTHING, NOBODY):
            found += [await store.lexical(word, reach, 40) for word in ("valve rotor", "gaskets", "urbin", SECRET)]
            found += [await store.dense(unit(seed), FINGERPRINT, reach, 40) for seed in (1, 700)]
        return [[(each.chunk.chunk_id, each.score) for each in some] for some in found]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with an image: many passages of one document, and a few of others."""
    path = tmp_path_factory.mktemp("template") / "passages.db"

    async def fill() -> None:
        async with opened(path) as store:
            texts = [f"{WORDS[n % 7]} {WORDS[n % 5]} number {n % 90}" for n in range(MANY)]
            many = [passage(f"m{n}", text, document_id="many", seed=n) for n, text in enumerate(texts)]
            secret = passage("s", f"a {SECRET} valve", document_id="secret", seed=7)
            hidden = passage("h", "a hidden rotor", document_id="hidden", seed=8, tier=Tier.PROPRIETARY)
            await store.replace("secret", FINGERPRINT, [secret])
            await store.replace("hidden", FINGERPRINT, [hidden])
            await store.replace("many", FINGERPRINT, many)

    asyncio.run(fill())
    return path


@pytest.fixture
def path(template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(template, tmp_path / "passages.db"))


async def without_images(path: Path, folder: str) -> list[list[tuple[str, float]]]:
    """What is found where every passage's terms are sorted anew."""
    (path.parent / folder).mkdir()
    bare = Path(shutil.copy(path, path.parent / folder / "passages.db"))
    sql(bare, "DELETE FROM segments")
    return await answers(bare)


class TestUse:
    async def test_a_start_takes_the_image_and_finds_the_same(self, path: Path) -> None:
        assert kept(path) == [MANY + 2]
        expected = await without_images(path, "bare")
        sql(path, "UPDATE terms SET terms = x'00000000'")  # only the image knows the words now
        assert await answers(path) == expected
        assert all(expected[:3])

    async def test_passages_written_after_the_image_are_found_beside_it(self, path: Path) -> None:
        async with opened(path) as store:
            later = [passage(f"l{n}", f"a later valve {n}", document_id="later", seed=50 + n) for n in range(9)]
            await store.replace("later", FINGERPRINT, later)
        assert kept(path) == [MANY + 2]
        assert await answers(path) == await without_images(path, "bare")

    async def test_rights_changed_after_the_image_count(self, path: Path) -> None:
        async with opened(path) as store:
            await store.retag("secret", Tier.PROPRIETARY, frozenset({"few"}))
            await store.retag("hidden", Tier.PUBLIC, frozenset())
        assert kept(path) == [MANY + 2]
        async with opened(path) as store:
            assert await store.lexical(SECRET, NOBODY, 5) == []
            assert ids(await store.lexical("hidden", NOBODY, 5)) == ["h"]
        assert await answers(path) == await without_images(path, "bare")

    async def test_a_store_that_stays_open_writes_it_when_nothing_changes(self, path: Path) -> None:
        sql(path, "DELETE FROM segments")
        async with opened(path, quiet_seconds=0.01) as store:
            for _ in range(3_000):
                if kept(path):
                    break
                await asyncio.sleep(0.01)
            assert ids(await store.lexical(SECRET, EVERYTHING, 5)) == ["s"]
        assert kept(path) == [MANY + 2]

    async def test_few_passages_are_not_worth_one(self, tmp_path: Path) -> None:
        async with opened(tmp_path / "passages.db") as store:
            await store.replace("d", FINGERPRINT, [passage("c", "valve", document_id="d", seed=1)])
        assert kept(tmp_path / "passages.db") == []

    async def test_one_who_only_reads_writes_none(self, path: Path) -> None:
        sql(path, "DELETE FROM segments")
        await answers(path)
        assert kept(path) == []


class TestDeletion:
    async def test_what_is_removed_is_in_no_file_and_the_next_start_knows(self, path: Path) -> None:
        assert key_of_secret() in on_disk(path)
        async with opened(path) as store:
            assert await store.remove("secret")
            left = on_disk(path)  # what a process that is killed now leaves
            crashed = path.parent / "crashed"
            crashed.mkdir()
            for file in path.parent.glob("passages.db*"):
                shutil.copy(file, crashed)
        assert SECRET.encode() not in left
        assert key_of_secret() not in left
        assert kept(crashed / "passages.db") == []
        found = await answers(crashed / "passages.db")
        assert found == await answers(path)
        assert "s" not in {name for some in found for name, _ in some}
        assert kept(path) == [MANY + 1]
        assert key_of_secret() not in on_disk(path)

    async def test_an_older_program_that_deletes_takes_the_image_along(self, path: Path) -> None:
        of_secret = "(SELECT document FROM documents WHERE document_id = 'secret')"
        sql(path, f"DELETE FROM terms WHERE document = {of_secret}")
        assert kept(path) == []

    async def test_an_image_made_before_a_deletion_is_not_written_after_it(self, path: Path) -> None:
        async with opened(path) as other:
            connection = connect(path, 1, read_only=False)
            made = images.make(connection, 0)
            assert made is not None
            await other.remove("secret")
            assert not images.keep(connection, made)
            connection.close()
            assert kept(path) == []
            assert key_of_secret() not in on_disk(path)

    async def test_a_changed_document_is_found_by_its_new_words_only(self, path: Path) -> None:
        async with opened(path) as store:
            await store.replace("secret", FINGERPRINT, [passage("s2", "a plain valve", document_id="secret", seed=9)])
        assert key_of_secret() not in on_disk(path)
        async with opened(path) as store:
            assert await store.lexical(SECRET, EVERYTHING, 5) == []
            assert ids(await store.lexical("plain", EVERYTHING, 5)) == ["s2"]


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "a bit": lambda raw: raw[:5_000] + bytes([raw[5_000] ^ 4]) + raw[5_001:],
    "an end": lambda raw: raw[:-100],
    "nothing left": lambda raw: b"",
    "zeros": lambda raw: bytes(len(raw)),
}


class TestDamage:
    async def _same_and_made_anew(self, path: Path, expected: list[list[tuple[str, float]]]) -> None:
        assert await answers(path) == expected
        assert kept(path) == []
        async with opened(path) as store:
            await store.replace("d", "", [passage("d", "another", document_id="d")])
        assert kept(path) == [MANY + 3]

    @pytest.mark.parametrize("damage", DAMAGES)
    async def test_a_damaged_image_is_noticed_and_made_anew(self, path: Path, damage: str) -> None:
        expected = await answers(path)
        connection = sqlite3.connect(path)
        (raw,) = connection.execute("SELECT image FROM segments").fetchone()
        connection.execute("UPDATE segments SET image = ?", (DAMAGES[damage](raw),))
        connection.commit()
        connection.close()
        await self._same_and_made_anew(path, expected)

    @pytest.mark.parametrize("change", ["passages = passages - 1", "keys = -1", "postings = 1 << 60", "checksum = 'x'"])
    async def test_wrong_numbers_beside_it_are_noticed(self, path: Path, change: str) -> None:
        expected = await answers(path)
        sql(path, f"UPDATE segments SET {change}")
        await self._same_and_made_anew(path, expected)

    async def test_an_image_of_passages_that_are_gone_is_noticed(self, path: Path) -> None:
        sql(
            path,
            "DROP TRIGGER segment_of_deleted",
            "DELETE FROM access WHERE chunk = 1",
            "DELETE FROM vectors WHERE chunk = 1",
            "DELETE FROM terms WHERE chunk = 1",
            "DELETE FROM chunks WHERE chunk = 1",
        )
        assert "s" not in {name for some in await answers(path) for name, _ in some}
        assert kept(path) == []

    async def test_an_image_of_another_analysis_is_not_used(self, path: Path) -> None:
        expected = await answers(path)
        sql(path, "UPDATE forms SET name = 'an older one'")
        assert await answers(path) == expected
        assert kept(path) == []

    async def test_a_full_disk_leaves_the_store_as_it_was(self, path: Path) -> None:
        expected = await answers(path)
        sql(path, "DELETE FROM segments", "VACUUM")
        async with opened(path, quiet_seconds=0, max_bytes=size(path) + 20_000) as store:
            await store.replace("d", "", [passage("d", "another", document_id="d")])
        assert kept(path) == []
        async with opened(path) as store:
            await store.remove("d")
        assert await answers(path) == expected
