"""`lacuna config`, run as a program."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.config.conftest import Folder


def _run(cwd: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "lacuna", "config", *arguments],
        cwd=cwd,
        env={"PATH": os.environ["PATH"], **environ},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_sound_configuration_exits_with_0_and_its_warnings(folder: Folder) -> None:
    folder.write("config.yaml", "logging: {loki_url: 'http://h'}")
    folder.write("proprietary_terms.yaml", "projects: [apollo]")
    done = _run(folder.cwd, "validate")
    assert (done.returncode, done.stderr) == (0, "")
    assert "warning: logging.loki_url: this version logs to standard error only" in done.stdout
    assert f"The configuration in {folder.path} is valid (1 term)." in done.stdout


def test_faults_exit_with_1_and_every_line(folder: Folder) -> None:
    folder.write("config.yaml", "classification:\n  stratgy: balanced\n")
    folder.write("proprietary_terms.yaml", "")
    done = _run(folder.cwd, "validate", LACUNA_CACHE_TTL="soon")
    assert done.returncode == 1
    assert 'config.yaml:2: classification.stratgy: unknown key; did you mean "strategy"?' in done.stderr
    assert "environment LACUNA_CACHE_TTL: must be a whole number" in done.stderr
    answer = json.loads(_run(folder.cwd, "validate", "--json").stdout)
    assert answer["valid"] is False
    assert len(answer["problems"]) == 1


def test_show_gives_each_value_with_its_source_and_no_secret(folder: Folder) -> None:
    folder.write("config.yaml", "cache:\n  ttl: 60\n")
    folder.write("proprietary_terms.yaml", "")
    secret = "lac_0123456789abcdef0123456789abcdef"
    done = _run(folder.cwd, "show", "--json", LACUNA_API_KEY=secret, LACUNA_LOG_LEVEL="debug")
    assert done.returncode == 0
    assert secret not in done.stdout
    rows = {row["key"]: (row["value"], row["source"]) for row in json.loads(done.stdout)["settings"]}
    assert rows["cache.ttl"] == (60, "config.yaml:2")
    assert rows["logging.level"] == ("DEBUG", "environment LACUNA_LOG_LEVEL")
    assert rows["auth.api_key"] == ("set", "environment LACUNA_API_KEY")
    assert rows["server.port"] == (8000, "default")
    plain = _run(folder.cwd, "show", LACUNA_API_KEY=secret).stdout
    assert secret not in plain
    assert ["cache.ttl", "60", "config.yaml:2"] in [line.split() for line in plain.splitlines()]


def test_path_prints_the_folder_in_use_even_when_what_it_holds_is_wrong(folder: Folder, tmp_path: Path) -> None:
    folder.write("config.yaml", "{")
    assert _run(folder.cwd, "path").stdout == f"{folder.path}\n"
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert json.loads(_run(elsewhere, "path", "--json").stdout)["packaged"] is True


def test_wrong_usage_exits_with_2(folder: Folder) -> None:
    assert _run(folder.cwd, "validat").returncode == 2
