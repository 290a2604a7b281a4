"""`lacuna ingest` as a program: what it prints and how it exits."""

import json
import subprocess
import sys
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
