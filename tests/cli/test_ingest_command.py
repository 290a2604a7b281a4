"""`lacuna ingest` as a program: what it prints and how it exits."""

import fcntl
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    folder = tmp_path / "docs with space"
    folder.mkdir()
    (folder / "good.md").write_text("# Pumps\n\nThe pump runs at a fixed speed.\n")
    (folder / "broken.docx").write_bytes(b"PK\x03\x04 cut off")
    return folder


def lacuna(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lacuna", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=110, check=False)


def test_outcomes_as_json_then_a_table_and_exit_codes(documents: Path, tmp_path: Path) -> None:
    where = ("--data-dir", str(tmp_path / "data"))
    first = lacuna("ingest", str(documents), "--tier", "public", "--json", *where, cwd=tmp_path)
    assert first.returncode == 1
    told: dict[str, Any] = json.loads(first.stdout)
    assert [(row["source"], row["status"]) for row in told["outcomes"]] == [
        ("docs with space/broken.docx", "failed"),
        ("docs with space/good.md", "stored"),
    ]
    assert told["outcomes"][0]["error"]["code"] == "unreadable_document"
    assert told["outcomes"][0]["error"]["cure"]
    assert told["counts"] == {"stored": 1, "replaced": 0, "unchanged": 0, "failed": 1}
    again = lacuna("ingest", str(documents / "good.md"), "--tier", "public", *where, cwd=tmp_path)
    assert again.returncode == 0
    assert "unchanged" in again.stdout


@pytest.mark.parametrize("wrong", [("--tier", "secret"), ()])
def test_wrong_usage_exits_with_2(wrong: tuple[str, ...], documents: Path, tmp_path: Path) -> None:
    paths = [str(documents)] if wrong else []
    assert lacuna("ingest", *paths, *wrong, cwd=tmp_path).returncode == 2


def test_a_folder_is_synchronised_and_an_empty_one_is_not_believed(tmp_path: Path) -> None:
    folder = tmp_path / "handbook"
    folder.mkdir()
    (folder / "pumps.md").write_text("# Pumps\n\nThe pump runs at a fixed speed.\n")
    (folder / "valves.md").write_text("# Valves\n\nThe valve opens at a fixed pressure.\n")
    sync = ("ingest", "--sync", str(folder), "--json", "--data-dir", str(tmp_path / "data"))

    def rows(done: subprocess.CompletedProcess[str]) -> list[tuple[str, str, str]]:
        told = json.loads(done.stdout)
        return [(row["source"], row["status"], row["document_id"]) for row in told["outcomes"]]

    would_be = lacuna(*sync, "--dry-run", cwd=tmp_path)
    assert (would_be.returncode, json.loads(would_be.stdout)["dry_run"]) == (0, True)
    first = lacuna(*sync, cwd=tmp_path)
    assert first.returncode == 0, first.stderr
    assert rows(first) == rows(would_be)
    assert [status for _, status, _ in rows(first)] == ["stored", "stored"]
    [lock] = (tmp_path / "data" / "sources.locks").iterdir()
    with lock.open("r+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        second = lacuna(*sync, cwd=tmp_path)
    assert (second.returncode, json.loads(second.stdout)["error"]["code"]) == (1, "being_synchronised")
    for file in folder.iterdir():
        file.unlink()
    refused = lacuna(*sync, cwd=tmp_path)
    assert refused.returncode == 1
    assert json.loads(refused.stdout)["error"]["code"] == "deletions_refused"
    meant = lacuna(*sync, "--allow-empty", cwd=tmp_path)
    assert (meant.returncode, [status for _, status, _ in rows(meant)]) == (0, ["deleted", "deleted"])


def test_only_folders_are_synchronised(documents: Path, tmp_path: Path) -> None:
    done = lacuna("ingest", "--sync", str(documents / "good.md"), cwd=tmp_path)
    assert (done.returncode, "--sync" in done.stderr) == (1, True)


def test_a_watched_folder_is_followed_until_the_process_is_told_to_stop(tmp_path: Path) -> None:
    folder = tmp_path / "handbook"
    folder.mkdir()
    (folder / "pumps.md").write_text("# Pumps\n\nThe pump runs at a fixed speed.\n")
    command = ["ingest", "--watch", str(folder), "--every", "3600", "--json", "--data-dir", str(tmp_path / "data")]
    watching = subprocess.Popen(
        [sys.executable, "-m", "lacuna", *command], cwd=tmp_path, stdout=subprocess.PIPE, text=True
    )

    def next_run() -> list[tuple[str, str]]:
        assert watching.stdout is not None
        lines = [*iter(watching.stdout.readline, "}\n")]
        return [(row["source"], row["status"]) for row in json.loads("".join([*lines, "}"]))["outcomes"]]

    try:
        assert next_run() == [("handbook/pumps.md", "stored")]
        (folder / "broken.docx").write_bytes(b"PK\x03\x04 cut off")
        assert next_run() == [("handbook/broken.docx", "failed")]
        (folder / "broken.docx").unlink()
        (folder / "pumps.md").rename(folder / "all pumps.md")
        (folder / ".hidden").write_text("x")
        assert ("handbook/all pumps.md", "moved") in next_run()
        watching.terminate()
        assert watching.wait(timeout=60) == 0
    finally:
        watching.kill()
        watching.communicate()


def test_a_run_that_is_told_to_stop_says_so_and_the_next_goes_on(tmp_path: Path) -> None:
    folder, data = tmp_path / "handbook", tmp_path / "data"
    folder.mkdir()
    odd = (b"caf\xe9.txt", b"[red]pump[bold].md", b"two\nlines.txt")
    names = [*odd, *(b"%d.md" % number for number in range(30))]
    for name in names:
        with open(os.path.join(os.fsencode(folder), name), "wb") as file:
            file.write(b"Pump " + name.hex().encode() + b" runs at a fixed speed. " * 40)
    sync = ["ingest", "--sync", str(folder), "--json", "--data-dir", str(data)]
    running = subprocess.Popen([sys.executable, "-m", "lacuna", *sync], cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    try:
        while not _stored(data / "passages.db"):
            assert running.poll() is None
            time.sleep(0.02)
        running.send_signal(signal.SIGINT)
        stopped, _ = running.communicate(timeout=60)
    finally:
        running.kill()
        running.wait()
    assert (running.returncode, json.loads(stopped)["error"]["code"]) == (130, "interrupted")
    kept = _stored(data / "passages.db")
    rest = lacuna(*sync, cwd=tmp_path)
    assert rest.returncode == 0, rest.stderr
    told = json.loads(rest.stdout)
    assert (told["counts"]["unchanged"], told["counts"]["stored"]) == (kept, len(names) - kept)
    assert _stored(data / "passages.db") == len(names) > kept
    sources = {row["source"] for row in told["outcomes"]}
    assert {"handbook/caf\\udce9.txt", "handbook/[red]pump[bold].md", "handbook/two\\nlines.txt"} < sources


def _stored(passages: Path) -> int:
    """Documents with passages."""
    if not passages.exists():
        return 0
    store = sqlite3.connect(f"{passages.as_uri()}?mode=ro", uri=True)
    try:
        return int(store.execute("SELECT count(*) FROM documents").fetchone()[0])
    except sqlite3.OperationalError:  # its tables are not there yet
        return 0
    finally:
        store.close()
