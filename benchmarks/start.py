"""What starting costs: processor time of short commands and of a server until it is ready, imports included.

Processor time (user and system, of the process alone) and not the clock, because a start is all work and no waiting.
The smallest of several starts counts: what others do on the machine only adds. Python writes its compiled files at the
first start, which does not count.
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from signal import SIGTERM
from tempfile import TemporaryDirectory

from benchmarks.report import Row

LEFT_OUT = ("LACUNA_", "PYTHONDONTWRITEBYTECODE")


def run(scale: float) -> list[Row]:
    """CPU seconds, and how often as much as importing FastAPI."""
    starts = max(2, round(5 * scale))
    with TemporaryDirectory() as name:
        folder = Path(name)
        env = {key: value for key, value in os.environ.items() if not key.startswith(LEFT_OUT)}
        env["LACUNA_METRICS__PROMETHEUS_PORT"] = "0"
        env["LACUNA_CLASSIFICATION__LAYERS__HEURISTIC__COMPILE_PATTERNS"] = "false"
        commands = {
            "python -c pass": ("-c", "pass"),
            "lacuna --version": ("-m", "lacuna", "--version"),
            "lacuna --help": ("-m", "lacuna", "--help"),
            "lacuna config show": ("-m", "lacuna", "config", "show"),
            "lacuna classify": ("-m", "lacuna", "classify", "A kettle takes four minutes.", "--data-dir", "data"),
        }
        beside = _smallest(starts, ("-c", "import fastapi"), folder, env)
        rows = [Row("import fastapi", beside, "s", "itself", 1.0)]
        for title, command in commands.items():
            taken = _smallest(starts, command, folder, env)
            rows.append(Row(title, taken, "s", "import fastapi", taken / beside))
        ready = min([_until_ready(folder, env) for _ in range(starts + 1)][1:])
        rows.append(Row("lacuna dev until ready", ready, "s", "import fastapi", ready / beside, "tables made before"))
        return rows


def _smallest(starts: int, command: tuple[str, ...], folder: Path, env: Mapping[str, str]) -> float:
    """CPU seconds of `python COMMAND`; the first start makes files that later ones find, and does not count."""
    return min([_processor_time(command, folder, env) for _ in range(starts + 1)][1:])


def _processor_time(command: tuple[str, ...], folder: Path, env: Mapping[str, str]) -> float:
    process = subprocess.Popen([sys.executable, *command], cwd=folder, env=env, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    return used.ru_utime + used.ru_stime


def _until_ready(folder: Path, env: Mapping[str, str]) -> float:
    command = [sys.executable, "-m", "lacuna", "dev", "--port", "0", "--data-dir", "data"]
    with subprocess.Popen(command, cwd=folder, env=env, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        while "Listening" not in (line := process.stderr.readline()):
            if not line:
                raise RuntimeError("the server did not start")
        fields = Path(f"/proc/{process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        used = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        process.send_signal(SIGTERM)
        process.stderr.read()
    return used
