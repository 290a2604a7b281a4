"""`lacuna serve` and `lacuna dev`: who gets in, what is refused at start, metrics, a clean stop."""

import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.surfaces.conftest import write_config
from tests.surfaces.running import Server, environment, lacuna

KEY = "k" * 40


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return {"LACUNA_CONFIG_PATH": str(write_config(tmp_path / "config"))}


def test_serve_wants_a_key_of_some_length(tmp_path: Path, env: dict[str, str]) -> None:
    for key in ({}, {"LACUNA_API_KEY": "short"}):
        done = lacuna("serve", "--port", "0", "--data-dir", tmp_path / "data", cwd=tmp_path, env={**env, **key})
        assert done.code == 1
        assert "LACUNA_API_KEY" in done.err
        assert "short" not in done.err.replace("LACUNA_API_KEY", "")


@pytest.mark.parametrize("by_file", [False, True])
def test_only_the_key_gets_in(tmp_path: Path, env: dict[str, str], by_file: bool) -> None:
    if by_file:
        (tmp_path / "key").write_text(KEY + "\n", encoding="utf-8")
        credential = {"LACUNA_API_KEY_FILE": str(tmp_path / "key")}
    else:
        credential = {"LACUNA_API_KEY": KEY}
    with Server(tmp_path / "data", tmp_path, command=("serve",), env={**env, **credential}) as server:
        ask = {"query": "What is the capital of France?"}
        refused: list[dict[str, str]] = [
            {},
            {"authorization": f"Bearer {KEY}x"},
            {"authorization": KEY},
            {"authorization": f"Basic {KEY}"},
            {"x-user": "root", "x-groups": "lacuna-admins"},
            {"authorization": f"Bearer {KEY} {KEY}"},
        ]
        for headers in refused:
            answer = server.client.post("/api/v1/classify", json=ask, headers=headers)
            assert answer.status_code == 401, headers
            assert answer.headers["www-authenticate"].startswith("Bearer")
        for path in ("/api/v1/audit/records", "/api/v1/documents", "/api/v1/decisions/dec_1", "/api/v1/lineage/ans_1"):
            assert server.client.get(path).status_code == 401, path
        granted = server.client.post("/api/v1/classify", json=ask, headers={"authorization": f"Bearer {KEY}"})
        assert granted.status_code == 200
        assert server.client.get("/health").status_code == 200
        opened = {path: path.stat().st_mode for path in (tmp_path / "data").rglob("*") if path.is_file()}
        assert not [path for path, mode in opened.items() if mode & 0o077 and path.parent.name != "models"]
    assert KEY not in server.log


def test_the_module_serves_like_the_command(tmp_path: Path, env: dict[str, str]) -> None:
    command = [sys.executable, "-m", "lacuna.server", "--host", "127.0.0.1", "--port", "0"]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment(env), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert "LACUNA_API_KEY" in done.stderr


@pytest.mark.parametrize(
    "setting",
    [
        {"LACUNA_API_KEY": KEY},
        {"LACUNA_POSTGRES_URL": "postgresql://u:p@db:5432/lacuna"},
        {"LACUNA_REDIS_URL": "redis://redis:6379"},
    ],
)
def test_development_mode_refuses_production_settings(
    tmp_path: Path, env: dict[str, str], setting: dict[str, str]
) -> None:
    done = lacuna("dev", "--port", "0", "--data-dir", tmp_path / "data", cwd=tmp_path, env={**env, **setting})
    assert done.code == 1
    assert "production" in done.err


def test_development_mode_listens_on_loopback_only(tmp_path: Path, env: dict[str, str]) -> None:
    done = lacuna("dev", "--host", "0.0.0.0", "--data-dir", tmp_path / "data", cwd=tmp_path, env=env)
    assert done.code == 1
    assert "Traceback" not in done.err


def test_parts_that_do_not_exist_yet_are_refused_not_ignored(tmp_path: Path, env: dict[str, str]) -> None:
    folder = write_config(tmp_path / "other", "logging: {loki_url: 'http://loki:3100'}\n")
    settings = {"LACUNA_CONFIG_PATH": str(folder), "LACUNA_API_KEY": KEY}
    done = lacuna("serve", "--port", "0", "--data-dir", tmp_path / "data", cwd=tmp_path, env=settings)
    assert done.code == 1
    assert "loki" in done.err.lower()


def test_metrics_count_requests_by_route_and_carry_no_text(tmp_path: Path, env: dict[str, str]) -> None:
    log = {"LACUNA_LOG_LEVEL": "INFO"}
    with Server(tmp_path / "data", tmp_path, env={**env, **log}) as server:
        server.client.post("/api/v1/classify", json={"query": "a very peculiar sentence"})
        server.client.get("/api/v1/decisions/dec_unknown")
        found = re.search(r'"address": "(http://[^"]+)"', server.log)
        assert found is not None, server.log
        text = httpx.get(found.group(1), trust_env=False).text
    assert 'lacuna_requests_total{route="/api/v1/classify",status="200",surface="rest"} 1.0' in text
    assert 'route="/api/v1/decisions/{decision_id}"' in text
    assert "peculiar" not in text
    assert "dec_unknown" not in text


def test_a_stopped_server_leaves_start_and_stop_in_the_ledger(tmp_path: Path, env: dict[str, str]) -> None:
    with Server(tmp_path / "data", tmp_path, env=env) as server:
        server.client.get("/health")
        assert server.stop() == 0
    listed = lacuna("audit", "query", "--data-dir", tmp_path / "data", "--json", cwd=tmp_path, env=env).json()
    kinds = [r["record"]["kind"] for r in listed["records"]]
    assert kinds[0] == "system.stopped"
    assert kinds.count("system.started") == 1
    # A server may say which policies it found in force before it says that it serves.
    assert set(kinds[kinds.index("system.started") + 1 :]) <= {"policy.deployed"}
