"""`POST /classify` through a real server, beside an empty FastAPI route in the same run.

Both servers run one worker with uvloop and httptools; texts are unique, so no cache helps; the ledger is durable. Needs
`wrk` for the load; without it only the single-connection figures are taken.
"""

import contextlib
import http.client
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.report import Row

EMPTY = """
import sys
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

class Body(BaseModel):
    query: str
    project: str | None = None

class Answer(BaseModel):
    tier: str
    confidence: float
    tags: list[str]

app = FastAPI()

@app.post("/api/v1/classify")
async def classify(body: Body) -> Answer:
    return Answer(tier="PUBLIC", confidence=1.0, tags=[])

uvicorn.run(app, port=int(sys.argv[1]), log_level="critical", access_log=False)
"""

UNIQUE = """
local n = 0
request = function()
  n = n + 1
  local body = string.format(
    '{"query": "Which valve closes the cooling loop of line %d when pump %d stops over night?"}', n, n * 7)
  return wrk.format("POST", "/api/v1/classify", {["Content-Type"] = "application/json"}, body)
end
"""

LATENCY = re.compile(r"^\s+(50|99)%\s+([\d.]+)(us|ms|s)$", re.MULTILINE)
RATE = re.compile(r"Requests/sec:\s+([\d.]+)")
SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0}


def run(scale: float) -> list[Row]:
    """Rates at 64 connections and medians at one."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with _empty(folder) as empty, lacuna_server(folder) as ours:
            base, mine = _one_connection(empty, scale), _one_connection(ours, scale)
            rows.append(Row("classify, 1 connection, p50", mine * 1e6, "us", "empty FastAPI route", mine / base))
            rows.append(Row("empty FastAPI route, 1 connection, p50", base * 1e6, "us", "", None))
            if shutil.which("wrk") is not None:
                rows += _loaded(folder, empty, ours, max(2, int(10 * scale)))
    return rows


def _loaded(folder: Path, empty: int, ours: int, seconds: int) -> list[Row]:
    script = folder / "unique.lua"
    script.write_text(UNIQUE, encoding="utf-8")
    measured: dict[int, list[tuple[float, float, float]]] = {empty: [], ours: []}
    for _ in range(3):  # in turn, so that a busy neighbour hits both
        for port in (empty, ours):
            measured[port].append(_wrk(script, port, seconds))
    rate, p50, p99 = (statistics.median(m[i] for m in measured[ours]) for i in range(3))
    base = statistics.median(m[0] for m in measured[empty])
    note = "durable, unique texts"
    return [
        Row("classify, 64 connections", rate, "requests/s", "empty FastAPI route", rate / base, note),
        Row("empty FastAPI route, 64 connections", base, "requests/s", "", None),
        Row("classify, 64 connections, p99", p99 * 1e3, "ms", "its own p50", p99 / p50),
    ]


def _wrk(script: Path, port: int, seconds: int) -> tuple[float, float, float]:
    command = ["wrk", "-t1", "-c64", f"-d{seconds}s", "--latency", "-s", str(script), f"http://127.0.0.1:{port}"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in text:
        raise RuntimeError("the server refused requests:\n" + text)
    latency = {share: float(value) * SECONDS[unit] for share, value, unit in LATENCY.findall(text)}
    rate = RATE.search(text)
    if rate is None:
        raise RuntimeError("wrk printed no rate:\n" + text)
    return float(rate.group(1)), latency["50"], latency["99"]


def _one_connection(port: int, scale: float) -> float:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    taken = []
    for number in range(max(200, int(3000 * scale))):
        body = json.dumps({"query": f"Which valve closes the loop of hall {number} when the pump stops?"})
        started = time.perf_counter()
        connection.request("POST", "/api/v1/classify", body, {"Content-Type": "application/json"})
        connection.getresponse().read()
        taken.append(time.perf_counter() - started)
    connection.close()
    return statistics.median(taken)


@contextlib.contextmanager
def _empty(folder: Path) -> Iterator[int]:
    program = folder / "empty.py"
    program.write_text(EMPTY, encoding="utf-8")
    port = _free_port()
    with _serving([sys.executable, str(program), str(port)], folder, port):
        yield port


@contextlib.contextmanager
def lacuna_server(folder: Path, **more: str) -> Iterator[int]:
    """The port of a development server with its data in `folder`; `more` is its environment."""
    port = _free_port()
    command = [sys.executable, "-m", "lacuna", "dev", "--port", str(port), "--data-dir", str(folder / "data")]
    with _serving(command, folder, port, **more):
        yield port


@contextlib.contextmanager
def worker_server(folder: Path, workers: int, key: str, **more: str) -> Iterator[int]:
    """The same with several workers, for those who show the key; `more` is its environment."""
    port = _free_port()
    command = [sys.executable, "-m", "lacuna", "serve", "--workers", str(workers), "--port", str(port)]
    with _serving([*command, "--data-dir", str(folder / "data")], folder, port, LACUNA_API_KEY=key, **more):
        yield port


@contextlib.contextmanager
def _serving(command: list[str], folder: Path, port: int, **more: str) -> Iterator[None]:
    environment = {
        **{key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"},
        **more,
        "LACUNA_METRICS__PROMETHEUS_PORT": "0",
        "LACUNA_SERVER__RATE_LIMIT_PER_MINUTE": "0",
    }
    silent = subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=silent, stderr=silent)
    try:
        _wait(port, process)
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(3_000):
        if process.poll() is not None:
            raise RuntimeError("the server ended before it listened")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    raise RuntimeError("the server did not listen within a minute")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
