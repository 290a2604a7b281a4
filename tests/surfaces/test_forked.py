"""A forked start is the same as that of a new interpreter."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryFile

import pytest

from tests.surfaces import forked
from tests.surfaces.conftest import write_config
from tests.surfaces.running import Finished, Server, environment, lacuna

pytestmark = pytest.mark.skipif(not forked.startable(environment()), reason="every start is a new interpreter here")


def fresh(*arguments: str, cwd: Path, env: dict[str, str]) -> Finished:
    command = [sys.executable, "-m", "lacuna", *arguments]
    done = subprocess.run(
        command, cwd=cwd, env=environment(env), capture_output=True, text=True, timeout=60, check=False
    )
    return Finished(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--version",),
        ("config", "show", "--json"),
        ("config", "path"),
        ("serve", "--port", "0"),
        ("audit", "nonsense"),
        ("classify", "--strategy", "bold", "a text"),
    ],
)
def test_output_errors_and_exit_codes_are_those_of_a_new_interpreter(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    env = {"LACUNA_CONFIG_PATH": str(write_config(tmp_path / "config")), "LACUNA_CACHE_TTL": "77"}
    one, other = lacuna(*arguments, cwd=tmp_path, env=env), fresh(*arguments, cwd=tmp_path, env=env)
    assert one == other


def test_a_start_sees_its_own_environment_and_none_of_the_one_before(tmp_path: Path) -> None:
    def shown(**env: str) -> str:
        rows = lacuna("config", "show", "--json", cwd=tmp_path, env=env).json()["settings"]
        return next(str(row["value"]) for row in rows if row["key"] == "server.max_batch")

    usual = shown()
    assert shown(LACUNA_SERVER__MAX_BATCH="77") == "77" != usual
    assert shown() == usual


def test_signals_end_it_and_the_caller_learns_how(tmp_path: Path) -> None:
    with Server(tmp_path / "data", tmp_path) as server:
        assert server.process.poll() is None
        assert server.stop() == 0
    server.start()
    server.kill()
    assert server.process.returncode == -signal.SIGKILL
    with pytest.raises(ProcessLookupError):
        os.kill(server.process.pid, 0)


def test_what_is_on_standard_input_is_read(tmp_path: Path) -> None:
    read = lacuna("classify", "-", "--json", cwd=tmp_path, stdin="Pay to DE89370400440532013000, Grüße")
    assert read.json()["tier"] != "PUBLIC"


def test_an_environment_that_says_more_than_settings_takes_a_new_interpreter() -> None:
    assert forked.startable(environment({"LACUNA_API_KEY": "k"}))
    assert not forked.startable(environment({"PYTHONUTF8": "0"}))
    assert not forked.startable({})


def test_waiting_has_an_end(tmp_path: Path) -> None:
    with TemporaryFile() as nothing:
        process = forked.start(
            ["dev", "--port", "0", "--data-dir", "data"], cwd=tmp_path, env=environment(), stderr=nothing
        )
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.01)
        process.kill()
        assert process.wait(30) == -signal.SIGKILL
