"""Stored texts are sealed, bound to their place, and gone for good when their subject is erased."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from lacuna.adapters.texts.sealed import FILE, SealedTexts
from lacuna.adapters.texts.subject_keys import SubjectKeys
from lacuna.domain.errors import NotFound, StorageCorrupt
from lacuna.testing.contracts.texts import TextVaultContract
from lacuna.testing.fakes.texts import InMemoryTexts

MASTER = bytes(range(32))
PLANTED = "the heron nests at quay nine"


def opened(folder: Path, master: bytes = MASTER) -> SealedTexts:
    return SealedTexts(folder, SubjectKeys(folder / "subject-keys", master))


class TestSealedTexts(TextVaultContract):
    @pytest.fixture
    def vault(self, tmp_path: Path) -> SealedTexts:
        return opened(tmp_path)


class TestInMemoryTexts(TextVaultContract):
    @pytest.fixture
    def vault(self) -> InMemoryTexts:
        return InMemoryTexts()


def bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


async def test_no_text_and_no_key_lies_open_on_disk(tmp_path: Path) -> None:
    vault = opened(tmp_path)
    await vault.put("ann", "dec_1", {"query": PLANTED})
    keys = SubjectKeys(tmp_path / "subject-keys", MASTER)
    assert PLANTED.encode() not in bytes_of(tmp_path)
    assert keys.made("ann").key not in bytes_of(tmp_path)
    assert keys.made("ann").key.hex() not in repr(keys.made("ann"))
    assert {path.stat().st_mode & 0o777 for path in keys.folder.iterdir()} == {0o600}


async def test_a_restored_backup_of_the_texts_brings_nothing_back(tmp_path: Path) -> None:
    vault = opened(tmp_path)
    await vault.put("ann", "dec_1", {"query": PLANTED})
    await vault.put("bob", "dec_2", {"query": "his"})
    shutil.copytree(tmp_path, tmp_path / "backup", ignore=shutil.ignore_patterns("subject-keys", "backup"))
    await vault.erase("ann")
    shutil.copytree(tmp_path / "backup", tmp_path, dirs_exist_ok=True)
    restored = opened(tmp_path)
    with pytest.raises(NotFound):
        await restored.get("dec_1")
    await restored.put("ann", "dec_3", {"query": "new"})
    with pytest.raises(NotFound):
        await restored.get("dec_1")
    assert await restored.get("dec_2") == {"query": "his"}


def test_a_key_that_was_erased_is_overwritten_where_it_lay(tmp_path: Path) -> None:
    keys = SubjectKeys(tmp_path, MASTER)
    keys.made("ann")
    [path] = tmp_path.iterdir()
    kept_open = path.open("rb")
    assert keys.destroy("ann")
    assert set(kept_open.read()) == {0}
    kept_open.close()
    assert not list(tmp_path.iterdir())


def test_an_erasure_that_was_interrupted_is_finished_at_the_next_start(tmp_path: Path) -> None:
    """Stopped between taking the key out of sight and overwriting it."""
    SubjectKeys(tmp_path, MASTER).made("ann")
    [path] = tmp_path.iterdir()
    kept_open = path.open("rb")
    path.rename(tmp_path / f".{path.name}.0badcafe.erased")
    keys = SubjectKeys(tmp_path, MASTER)
    assert keys.find("ann") is None
    assert set(kept_open.read()) == {0}
    kept_open.close()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE texts SET part = 'answer'",
        "UPDATE texts SET decision = 'dec_9'",
        "UPDATE texts SET sealed = zeroblob(length(sealed))",
        "UPDATE texts SET sealed = substr(sealed, 1, 20)",
        "UPDATE texts SET sealed = x''",
    ],
)
async def test_a_text_that_was_changed_or_moved_does_not_open(tmp_path: Path, change: str) -> None:
    vault = opened(tmp_path)
    await vault.put("ann", "dec_1", {"query": PLANTED})
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute(change)
    connection.close()
    with pytest.raises(StorageCorrupt):
        await vault.get("dec_9" if "dec_9" in change else "dec_1")


async def test_a_key_of_another_subject_or_another_master_does_not_open(tmp_path: Path) -> None:
    vault = opened(tmp_path)
    await vault.put("ann", "dec_1", {"query": PLANTED})
    await vault.put("bob", "dec_2", {"query": "his"})
    with pytest.raises(StorageCorrupt, match="master"):
        await opened(tmp_path, bytes(32)).get("dec_1")
    one, two = sorted((tmp_path / "subject-keys").iterdir())
    shutil.copy(one, two)
    outcomes = []
    for decision in ("dec_1", "dec_2"):
        try:
            outcomes.append(len(await vault.get(decision)))
        except StorageCorrupt:
            outcomes.append(0)
    assert sorted(outcomes) == [0, 1]
