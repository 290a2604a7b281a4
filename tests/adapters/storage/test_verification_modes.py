"""Verifying since the last time, by sample, and against a checkpoint kept elsewhere."""

import shutil
from pathlib import Path

import pytest

from lacuna.adapters.storage.sqlite import DATABASE, open_storage
from lacuna.domain.audit import Examination, Extent, Kept, Verification
from lacuna.domain.errors import InvalidInput
from lacuna.domain.notes import Checkpoint, signed_note
from lacuna.testing.contracts.ledger import entry
from lacuna.testing.fakes.keys import FixedKeys
from tests.adapters.storage.conftest import KEYS, SIZE, filled
from tests.adapters.storage.test_tampering import database

SINCE = Examination(Extent.SINCE_LAST)


async def examined(folder: Path, wanted: Examination, keys: FixedKeys = KEYS) -> Verification:
    opened = await open_storage(folder, keys)
    try:
        return await opened.ledger.verify(wanted)
    finally:
        await opened.close()


async def checkpoint(folder: Path) -> str:
    opened = await open_storage(folder, KEYS)
    try:
        return await opened.ledger.checkpoint()
    finally:
        await opened.close()


async def test_the_first_incremental_verification_reads_everything(folder: Path) -> None:
    result = await examined(folder, SINCE)
    assert (result.passed, result.extent, result.start, result.checked) == (True, Extent.FULL, 0, SIZE)


@pytest.mark.parametrize("added", [0, 1, 168, 169, 700])
async def test_the_next_one_reads_only_what_came_since(folder: Path, added: int) -> None:
    await examined(folder, SINCE)
    await filled(folder, added, start=SIZE)
    result = await examined(folder, SINCE)
    assert (result.passed, result.extent, result.start) == (True, Extent.SINCE_LAST, 512)
    assert (result.size, result.checked) == (SIZE + added, SIZE + added - 512)
    assert (await examined(folder, Examination())).passed


async def test_an_incremental_verification_finds_a_change_in_what_is_new(folder: Path) -> None:
    await examined(folder, SINCE)
    await filled(folder, 200, start=SIZE)
    with database(folder) as connection:
        connection.execute("UPDATE records SET actor = 'x' WHERE idx = 700")
    assert (await examined(folder, SINCE)).bad_index == 700


async def test_an_incremental_verification_finds_that_the_log_does_not_extend_what_was_verified(
    folder: Path, tmp_path: Path
) -> None:
    await examined(folder, SINCE)
    other = tmp_path / "other"
    await filled(other, SIZE + 300, start=5)
    for name in (DATABASE, "checkpoint"):
        shutil.copy(other / name, folder / name)
    result = await examined(folder, SINCE)
    assert not result.passed
    assert result.bad_index is not None


async def test_an_incremental_verification_finds_an_older_log(folder: Path, tmp_path: Path) -> None:
    older = Path(shutil.copytree(folder, tmp_path / "older"))
    await filled(folder, 5, start=SIZE)
    await examined(folder, SINCE)
    for name in (DATABASE, "checkpoint"):
        shutil.copy(older / name, folder / name)
    result = await examined(folder, SINCE)
    assert (result.passed, result.bad_index) == (False, SIZE)
    assert "verified" in result.problem


async def test_what_was_verified_cannot_be_claimed_without_the_key(folder: Path, tmp_path: Path) -> None:
    await examined(folder, SINCE)
    path = folder / "verified"
    text = path.read_text("utf-8")
    thief = FixedKeys("thief")
    forged = signed_note(text.rpartition("\n\n")[0] + "\n", KEYS.signer_name, thief.public_key, thief.sign)
    ordinary = await checkpoint(folder)
    for other in (text.replace("600", "512"), forged, ordinary, "", "\n", text[:-5]):
        path.write_text(other, "utf-8")
        result = await examined(folder, SINCE)
        assert not result.passed
        assert "verified" in result.problem
    assert (await examined(folder, Examination())).passed
    assert (await examined(folder, SINCE)).passed


async def test_a_log_that_does_not_verify_is_not_remembered_as_verified(folder: Path) -> None:
    with database(folder) as connection:
        connection.execute("UPDATE records SET actor = 'x' WHERE idx = 3")
    assert not (await examined(folder, SINCE)).passed
    assert not (folder / "verified").exists()


async def test_a_sample_of_all_records_finds_any_change(folder: Path) -> None:
    assert (await examined(folder, Examination(Extent.SAMPLE, SIZE))).passed
    with database(folder) as connection:
        connection.execute("UPDATE records SET actor = 'x' WHERE idx = 321")
    result = await examined(folder, Examination(Extent.SAMPLE, 10_000))
    assert (result.passed, result.bad_index) == (False, 321)


async def test_a_sample_says_how_likely_it_finds_a_fault(folder: Path) -> None:
    result = await examined(folder, Examination(Extent.SAMPLE, 60))
    assert (result.passed, result.checked, result.extent) == (True, 60, Extent.SAMPLE)
    assert result.detection == pytest.approx(0.1)
    assert result.share_found == pytest.approx(1 - 0.05 ** (1 / 60))
    assert not (folder / "verified").exists()


async def test_samples_find_one_bad_record_about_as_often_as_they_say(folder: Path) -> None:
    with database(folder) as connection:
        connection.execute("UPDATE records SET actor = 'x' WHERE idx = 321")
    opened = await open_storage(folder, KEYS)
    found = [(await opened.ledger.verify(Examination(Extent.SAMPLE, SIZE // 2))).passed for _ in range(24)]
    await opened.close()
    assert 2 <= found.count(False) <= 22  # fails by chance once in 300,000 runs


async def test_a_sample_finds_a_changed_interior_node(folder: Path) -> None:
    with database(folder) as connection:
        connection.execute("UPDATE subtrees SET hash = zeroblob(32) WHERE idx = 1")
    result = await examined(folder, Examination(Extent.SAMPLE, SIZE))
    assert not result.passed


@pytest.mark.parametrize("extent", list(Extent))
async def test_a_log_that_extends_an_anchored_checkpoint_passes(folder: Path, extent: Extent) -> None:
    anchored = await checkpoint(folder)
    await examined(folder, Examination())
    await filled(folder, 400, start=SIZE)
    await examined(folder, Examination())
    sample = 20 if extent is Extent.SAMPLE else 0
    assert (await examined(folder, Examination(extent, sample, (Kept(anchored),)))).passed


@pytest.mark.parametrize("extent", list(Extent))
async def test_a_whole_folder_rolled_back_is_found_by_an_anchored_checkpoint(
    folder: Path, tmp_path: Path, extent: Extent
) -> None:
    older = Path(shutil.copytree(folder, tmp_path / "older"))
    await filled(folder, 5, start=SIZE)
    anchored = await checkpoint(folder)
    sample = 20 if extent is Extent.SAMPLE else 0
    result = await examined(older, Examination(extent, sample, (Kept(anchored),)))
    assert (result.passed, result.bad_index) == (False, SIZE)
    assert "cut or rolled back" in result.problem


@pytest.mark.parametrize("extent", list(Extent))
async def test_a_fork_signed_by_the_log_itself_is_found_by_an_anchored_checkpoint(
    folder: Path, tmp_path: Path, extent: Extent
) -> None:
    fork = Path(shutil.copytree(folder, tmp_path / "fork"))
    await filled(folder, 5, start=SIZE)
    anchored = await checkpoint(folder)
    await filled(fork, 300, start=7)
    await examined(fork, Examination())
    sample = 20 if extent is Extent.SAMPLE else 0
    result = await examined(fork, Examination(extent, sample, (Kept(anchored),)))
    assert not result.passed
    assert "forked" in result.problem


async def test_a_checkpoint_that_another_key_signed_does_not_count(folder: Path) -> None:
    thief = FixedKeys("thief")
    for name in (KEYS.signer_name, thief.signer_name):
        note = signed_note(Checkpoint(KEYS.signer_name, 10, bytes(32)).text(), name, thief.public_key, thief.sign)
        result = await examined(folder, Examination(against=(Kept(note),)))
        assert not result.passed
        assert "signed" in result.problem
    assert not (await examined(folder, Examination(against=(Kept("no note"),)))).passed


async def test_an_empty_log_verifies_in_every_way(tmp_path: Path) -> None:
    for wanted in (Examination(), SINCE, SINCE, Examination(Extent.SAMPLE, 5)):
        result = await examined(tmp_path, wanted)
        assert (result.passed, result.size, result.checked) == (True, 0, 0)
    await filled(tmp_path, 3)
    assert (await examined(tmp_path, SINCE)).checked == 3


@pytest.mark.parametrize(("extent", "sample"), [(Extent.FULL, 1), (Extent.SAMPLE, 0), (Extent.SAMPLE, 10**7)])
def test_a_sample_has_a_size_and_nothing_else_has(extent: Extent, sample: int) -> None:
    with pytest.raises(InvalidInput):
        Examination(extent, sample)


async def test_a_new_record_after_the_verification_is_still_taken(folder: Path) -> None:
    opened = await open_storage(folder, KEYS)
    await opened.ledger.verify()
    await opened.ledger.append(entry(0))
    assert (await opened.ledger.verify(SINCE)).size == SIZE + 1
    await opened.close()
