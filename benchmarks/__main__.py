"""`python -m benchmarks [NAME...] [--scale 0.1] [--json FILE] [--markdown FILE]`: runs them and prints their tables.

A benchmark is a module of this folder with `run(scale: float) -> list[Row]`; scale 1 is the size whose figures are
quoted, smaller is quicker and rougher.
"""

import argparse
import gc
import importlib
import json
import pkgutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console

import benchmarks
from benchmarks.report import Row, as_json, machine, machine_line, markdown, show

Benchmark = Callable[[float], list[Row]]


def names() -> list[str]:
    """Every benchmark there is, found without importing it."""
    modules = (module.name for module in pkgutil.iter_modules(benchmarks.__path__))
    return sorted(name for name in modules if name not in {"__main__", "report"})


def load(name: str) -> Benchmark | None:
    """The benchmark's `run`; None for a module that only supports others."""
    run: Benchmark | None = getattr(importlib.import_module(f"benchmarks.{name}"), "run", None)
    return run


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the named benchmarks, or all; 2 where a name or scale is wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measures Lacuna and prints ratios.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of: {', '.join(names()) or 'none yet'}")
    parser.add_argument("--scale", type=float, default=1.0, help="size of the work; 1 is what is quoted (default)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write unrounded figures as JSON")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="also write the tables as Markdown")
    options = parser.parse_args(arguments)
    if not 0 < options.scale <= 100:
        parser.error("--scale must be above 0 and at most 100")
    if unknown := sorted(set(options.names) - set(names())):
        parser.error(f"no benchmark named {', '.join(unknown)}; there are: {', '.join(names())}")

    console = Console()
    facts = machine()
    console.print(machine_line(facts))
    results: dict[str, list[Row]] = {}
    for name in options.names or names():
        run = load(name)
        if run is None:
            continue
        gc.collect()
        results[name] = run(options.scale)
        show(console, name, results[name])

    if options.json:
        rows = {name: [as_json(row) for row in found] for name, found in results.items()}
        report = {"machine": facts, "scale": options.scale, "results": rows}
        options.json.write_text(json.dumps(report, indent=2) + "\n")
    if options.markdown:
        tables = "\n".join(markdown(name, found) for name, found in results.items())
        options.markdown.write_text(f"{machine_line(facts)}; scale {options.scale:g}\n\n{tables}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
