"""The benchmark runner: what it prints, writes and refuses."""

import io
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks.__main__ import load, main, names
from benchmarks.report import Row, machine, markdown, median_seconds, show, significant

ROW = Row("appends", 15234.5, "1/s", "raw insert", 0.4567, "durable")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.0012345, "0.00123"),
        (1.5, "1.50"),
        (12.345, "12.3"),
        (123.4, "123"),
        (15234.5, "15,200"),
        (-2.0, "-2.00"),
    ],
)
def test_figures_have_three_significant_digits(value: float, text: str) -> None:
    assert significant(value) == text


def test_a_table_shows_value_and_ratio() -> None:
    shown = io.StringIO()
    show(Console(file=shown, width=120), "ledger", [ROW])
    assert "15,200" in shown.getvalue()
    assert "0.457 x" in shown.getvalue()


def test_a_markdown_table_has_one_line_a_row() -> None:
    assert markdown("ledger", [ROW]).splitlines()[-1] == "| appends | 15,200 | 1/s | raw insert | 0.457 x | durable |"


def test_the_first_call_is_not_measured() -> None:
    calls: list[int] = []
    assert median_seconds(lambda: calls.append(1), repeat=3) >= 0
    assert len(calls) == 4


@pytest.mark.parametrize("name", names())
def test_every_benchmark_can_be_loaded(name: str) -> None:
    run = load(name)
    assert run is None or callable(run)


def test_the_machine_is_described() -> None:
    assert set(machine()) == {"cores", "python", "system", "load"}


@pytest.mark.parametrize("arguments", [["nonsense"], ["--scale", "0"]])
def test_wrong_arguments_are_refused(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2


def test_results_are_written(tmp_path: Path, root: Path) -> None:
    folder = tmp_path / "benchmarks"
    folder.mkdir()
    for name in ("__init__.py", "__main__.py", "report.py"):
        shutil.copy(root / "benchmarks" / name, folder)
    (folder / "sample.py").write_text(
        "from benchmarks.report import Row\n\ndef run(scale):\n    return [Row('a', scale, 's', '', None)]\n"
    )
    command = [sys.executable, "-m", "benchmarks", "--scale", "0.5", "--json", "out.json", "--markdown", "out.md"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    assert json.loads((tmp_path / "out.json").read_text())["results"]["sample"][0]["value"] == 0.5
    assert "## sample" in (tmp_path / "out.md").read_text()
