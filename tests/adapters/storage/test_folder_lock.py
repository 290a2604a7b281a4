"""One server for each folder; the lock goes with its holder."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lacuna.adapters.storage.folder_lock import FolderLock, exclusive
from lacuna.domain.errors import StorageLocked, StorageMissing

HOLDER = (
    "import sys, pathlib; from lacuna.adapters.storage.folder_lock import FolderLock; "
    "lock = FolderLock(pathlib.Path(sys.argv[1])); lock.acquire(); print('held', flush=True); sys.stdin.read()"
)


def test_a_second_holder_is_refused_with_the_pid_and_a_cure(tmp_path: Path) -> None:
    lock = FolderLock(tmp_path)
    lock.acquire()
    with pytest.raises(StorageLocked) as caught:
        FolderLock(tmp_path).acquire()
    assert str(os.getpid()) in caught.value.message
    assert caught.value.cure
    lock.release()
    lock.release()
    again = FolderLock(tmp_path)
    again.acquire()
    again.release()


def test_a_killed_holder_holds_nothing(tmp_path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert child.stdout is not None
    assert child.stdout.readline() == b"held\n"
    with pytest.raises(StorageLocked, match=str(child.pid)):
        FolderLock(tmp_path).acquire()
    child.kill()
    child.communicate()
    lock = FolderLock(tmp_path)
    lock.acquire()
    lock.release()


def test_a_folder_that_is_not_there_is_missing(tmp_path: Path) -> None:
    with pytest.raises(StorageMissing):
        FolderLock(tmp_path / "nowhere").acquire()


def test_short_work_is_done_by_one_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "work.lock"
    with exclusive(path, 1.0), pytest.raises(StorageLocked), exclusive(path, 0.0):
        pass
    with exclusive(path, 0.0):
        pass
