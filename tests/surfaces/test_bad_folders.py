"""A damaged, full, foreign or busy data folder: a clear error with cause and cure, and nothing stored is lost."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.surfaces.conftest import DOCUMENTS, write_config
from tests.surfaces.running import Server, lacuna
from tests.surfaces.test_terms_surface import eventually


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return {"LACUNA_CONFIG_PATH": str(write_config(tmp_path / "config"))}


def filled(folder: Path, cwd: Path, env: dict[str, str]) -> str:
    """A data folder with a document and a decision in it; the decision's id."""
    document = cwd / "guide.md"
    document.write_text(DOCUMENTS[0]["text"], encoding="utf-8")
    assert lacuna("ingest", document, "--data-dir", folder, cwd=cwd, env=env).code == 0
    asked = lacuna("ask", "How is the Kestrel reset?", "--data-dir", folder, "--json", cwd=cwd, env=env)
    assert asked.code == 0, asked.err
    return str(asked.json()["lineage_id"])


@pytest.mark.parametrize("name", ["lacuna.db", "passages.db"])
@pytest.mark.parametrize("damage", [b"this is no database" * 300, b""])
def test_a_file_that_is_no_database_is_named_with_a_cure(
    tmp_path: Path, env: dict[str, str], name: str, damage: bytes
) -> None:
    folder = tmp_path / "data"
    filled(folder, tmp_path, env)
    for side in (f"{name}-wal", f"{name}-shm"):
        (folder / side).unlink(missing_ok=True)
    (folder / name).write_bytes(damage)
    asked = lacuna("ask", "How is the Kestrel reset?", "--data-dir", folder, "--json", cwd=tmp_path, env=env)
    if damage or name == "lacuna.db":
        assert asked.code == 1, asked.out
        error = asked.json()["error"]
        assert error["code"].startswith("storage_") or error["code"] == "ledger_broken"
        assert name in error["message"] or str(folder) in error["message"]
        assert error["cure"]
        assert "Traceback" not in asked.err


def test_a_data_folder_that_is_a_file_is_refused(tmp_path: Path, env: dict[str, str]) -> None:
    place = tmp_path / "data"
    place.write_text("x", encoding="utf-8")
    done = lacuna("search", "x", "--data-dir", place, cwd=tmp_path, env=env)
    assert done.code == 1
    assert "is a file" in done.err


def test_a_second_server_on_the_same_folder_names_the_first(tmp_path: Path, env: dict[str, str]) -> None:
    with Server(tmp_path / "data", tmp_path, env=env) as first:
        second = lacuna("dev", "--port", "0", "--data-dir", tmp_path / "data", cwd=tmp_path, env=env)
        assert second.code == 1
        assert f"pid {first.process.pid}" in second.err
        assert first.client.get("/ready").status_code == 200


def test_a_port_in_use_is_refused_with_a_cure(tmp_path: Path, env: dict[str, str]) -> None:
    with Server(tmp_path / "one", tmp_path, env=env) as first:
        port = first.url.rsplit(":", 1)[1]
        second = lacuna("dev", "--port", port, "--data-dir", tmp_path / "two", cwd=tmp_path, env=env)
        assert second.code == 1
        assert "--port" in second.err


def test_commands_work_beside_a_running_server(tmp_path: Path, env: dict[str, str]) -> None:
    with Server(tmp_path / "data", tmp_path, env=env) as server:
        document = tmp_path / "guide.md"
        document.write_text(DOCUMENTS[0]["text"], encoding="utf-8")
        done = lacuna("ingest", document, "--tier", "PUBLIC", "--data-dir", tmp_path / "data", cwd=tmp_path, env=env)
        assert done.code == 0, done.err
        found = server.client.post("/api/v1/search", json={"query": "reset the Kestrel"}).json()["results"]
        assert "Kestrel" in found[0]["text"]
    assert lacuna("audit", "verify", "--data-dir", tmp_path / "data", cwd=tmp_path, env=env).code == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MiB."""
    place = tmp_path / "small"
    place.mkdir()
    mounted = shutil.which("mount") and os.geteuid() == 0
    command = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)]
    if not mounted or subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("mounting a small file system needs root and the right to mount")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=False)


def test_a_full_disk_is_a_clear_error_and_loses_nothing(small_disk: Path, tmp_path: Path, env: dict[str, str]) -> None:
    env = {**env, "LACUNA_EMBEDDING__MODEL": "all-MiniLM-L6-v2"}
    acknowledged = []
    refusal: httpx.Response | None = None
    models = tmp_path / "models"
    with Server(tmp_path / "warm", tmp_path, env=env):
        shutil.move(tmp_path / "warm" / "models", models)
    folder = small_disk / "data"
    folder.mkdir(mode=0o700)
    (folder / "models").symlink_to(models)
    with Server(folder, tmp_path, env=env) as server:
        for number in range(400):
            document = {"text": f"Note {number}. " * 900, "source": f"n{number}"}
            answer = server.client.post("/api/v1/documents", json=document)
            if answer.status_code != 201:
                refusal = answer
                break
            acknowledged.append(answer.json()["document_id"])
        assert refusal is not None
        assert refusal.status_code == 507, refusal.text
        assert refusal.json()["code"] == "storage_full"
        assert refusal.json()["cure"]
        # Who reads a document is recorded first, and a full disk takes no record.
        full = server.client.get(f"/api/v1/documents/{acknowledged[0]}")
        assert full.status_code == 200 or full.json()["code"] == "storage_full"
        (folder / "models").unlink()
        subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
        again = server.client.post("/api/v1/documents", json={"text": "There is room again.", "source": "room"})
        assert again.status_code == 201, again.text
        for document_id in acknowledged:
            assert server.client.get(f"/api/v1/documents/{document_id}").status_code == 200
    (folder / "models").symlink_to(models)
    assert lacuna("audit", "verify", "--data-dir", folder, cwd=tmp_path, env=env).code == 0


def test_a_cut_log_is_noticed_before_anything_is_appended(tmp_path: Path, env: dict[str, str]) -> None:
    folder = tmp_path / "data"
    filled(folder, tmp_path, env)
    with sqlite3.connect(folder / "lacuna.db") as database:
        table = next(
            name
            for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if {"body", "decision"} <= {column[1] for column in database.execute(f"PRAGMA table_info({name})")}
        )
        for (trigger,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {trigger}")
        database.execute(f"DELETE FROM {table} WHERE rowid = (SELECT max(rowid) FROM {table})")
    database.close()
    verified = lacuna("audit", "verify", "--data-dir", folder, "--json", cwd=tmp_path, env=env)
    assert verified.code == 1, verified.out
    assert "Traceback" not in verified.err


def emptied(folder: Path) -> None:
    """Takes the passages away, as a lost volume or a forgotten file in a backup would."""
    for name in ("passages.db", "passages.db-wal", "passages.db-shm"):
        (folder / name).unlink(missing_ok=True)


def two_files(cwd: Path) -> list[Path]:
    files = [cwd / f"{number}.md" for number in range(2)]
    for file, document in zip(files, DOCUMENTS, strict=False):
        file.write_text(document["text"], encoding="utf-8")
    return files


def test_passages_that_are_all_gone_are_noticed_and_come_back_with_the_next_ingest(
    tmp_path: Path, env: dict[str, str]
) -> None:
    folder, files = tmp_path / "data", two_files(tmp_path)
    assert lacuna("ingest", *files, "--data-dir", folder, cwd=tmp_path, env=env).code == 0
    emptied(folder)
    for command in (("ask", "How is the Kestrel reset?"), ("dev", "--port", "0")):
        refused = lacuna(*command, "--data-dir", folder, cwd=tmp_path, env=env)
        assert refused.code == 1, refused.out
        assert "storage_missing" in refused.err
        assert "passages.db" in refused.err
        assert "lacuna ingest" in refused.err
    assert lacuna("audit", "verify", "--data-dir", folder, cwd=tmp_path, env=env).code == 0
    again = lacuna("ingest", *files, "--data-dir", folder, "--json", cwd=tmp_path, env=env)
    assert again.code == 0, again.err
    assert again.json()["counts"]["replaced"] == 2
    asked = lacuna("ask", "How is the Kestrel reset?", "--data-dir", folder, "--json", cwd=tmp_path, env=env)
    assert "ten seconds" in asked.json()["answer"]
    last = lacuna("ingest", *files, "--data-dir", folder, "--json", cwd=tmp_path, env=env)
    assert last.json()["counts"]["unchanged"] == 2


def test_readiness_says_how_many_documents_lost_their_passages(tmp_path: Path, env: dict[str, str]) -> None:
    folder, files = tmp_path / "data", two_files(tmp_path)
    assert lacuna("ingest", *files, "--data-dir", folder, cwd=tmp_path, env=env).code == 0
    emptied(folder)
    assert lacuna("ingest", files[0], "--data-dir", folder, cwd=tmp_path, env=env).code == 0
    with Server(folder, tmp_path, env=env) as server:
        ready = server.client.get("/ready")
        assert ready.status_code == 503
        part = ready.json()["parts"]["passages"]
        assert part["state"] == "failed"
        assert part["detail"] == "storage_missing"
        assert "1 of 2 documents" in server.log
        assert lacuna("ingest", files[1], "--data-dir", folder, cwd=tmp_path, env=env).code == 0
        # Parts are asked at most once a second.
        assert eventually(lambda: server.client.get("/ready").json()["parts"]["passages"]["state"] == "ok")
