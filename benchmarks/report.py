"""One measured figure and how figures are shown.

Promise: a figure stands beside what it was compared with in the same run, and a report says on what machine and under
what load it was taken. What to measure is left to the modules beside this one: each has `run(scale) -> list[Row]`.
"""

import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Row:
    """One figure: `value` in `unit`; `beside` names what it was compared with and `ratio` is value / that one's value
    (None where nothing comparable exists); `note` says what a reader must know to judge it."""

    name: str
    value: float
    unit: str
    beside: str
    ratio: float | None
    note: str = ""


def median_seconds(function: Callable[[], object], repeat: int = 5) -> float:
    """The median wall-clock seconds of `repeat` calls, after one call that does not count."""
    function()
    taken = []
    for _ in range(repeat):
        started = time.perf_counter()
        function()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def machine() -> dict[str, str]:
    """What the figures depend on: cores this process may use, Python, system, and the load from others (1 minute)."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    return {
        "cores": str(cores),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "system": f"{platform.system()} {platform.machine()}",
        "load": load,
    }


def machine_line(facts: dict[str, str]) -> str:
    """`machine()` as one line."""
    return f"{facts['cores']} cores, {facts['python']}, {facts['system']}, load average {facts['load']} at the start"


def show(console: Console, title: str, rows: Sequence[Row]) -> None:
    """Prints one table."""
    table = Table(title=title, title_justify="left")
    table.add_column("measure")
    table.add_column("value", justify="right")
    table.add_column("unit")
    table.add_column("beside")
    table.add_column("ratio", justify="right")
    table.add_column("note")
    for row in rows:
        table.add_row(*cells(row))
    console.print(table)


def markdown(title: str, rows: Sequence[Row]) -> str:
    """The same table for a document."""
    lines = [f"## {title}", "", "| measure | value | unit | beside | ratio | note |", "|---|---:|---|---|---:|---|"]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in cells(row)) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def cells(row: Row) -> tuple[str, str, str, str, str, str]:
    """The row as text, figures with three significant digits."""
    ratio = "" if row.ratio is None else f"{significant(row.ratio)} x"
    return row.name, significant(row.value), row.unit, row.beside, ratio, row.note


def significant(value: float) -> str:
    """Three significant digits, thousands separated, never an exponent: 0.00123, 1.50, 12,300."""
    if value == 0:
        return "0"
    decimals = 2
    size = abs(value)
    while size >= 10:
        size /= 10
        decimals -= 1
    while size < 1 and decimals < 12:
        size *= 10
        decimals += 1
    return f"{round(value, decimals):,.{max(decimals, 0)}f}"


def as_json(row: Row) -> dict[str, object]:
    """The row with unrounded figures."""
    return asdict(row)
