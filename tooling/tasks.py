"""The jobs behind `python3 make.py VERB`: one function a verb.

Promise: a verb sets up what it needs first, runs at the root of the checkout from wherever it was called, and returns
the exit status: 0 done, 1 a job failed, 2 wrong usage or no set-up. `check` is what CI runs, nothing more or less.
"""

import argparse
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from tooling.environment import Environment, SetupError
from tooling.requirements import regenerate

ROOT: Final = Path(__file__).resolve().parent.parent

Arguments = list[str]


class Step(NamedTuple):
    """One tool of the check: its name and what follows `python`."""

    name: str
    command: tuple[str, ...]


LINT: Final = (
    Step("ruff check", ("-m", "ruff", "check", ".")),
    Step("ruff format", ("-m", "ruff", "format", "--check", ".")),
    Step("house rules", ("-m", "tooling.rules")),
    Step("mypy", ("-m", "mypy")),
    Step(
        "import contracts",
        ("-c", "from importlinter.cli import lint_imports_command as lint; lint()", "--no-logo"),
    ),
)
_IN_PARALLEL: Final = ("-n", "auto", "--maxprocesses", "4", "--dist", "loadfile", "--no-loadscope-reorder")
"""A file's tests stay together: they share servers. Files are taken in the order of tests/conftest.py, slow ones first.
More processes would only wait for each other's servers."""

TESTS: Final = Step("tests", ("-m", "pytest", *_IN_PARALLEL))
COVERED_TESTS: Final = Step("tests with coverage", (*TESTS.command, "--cov", "--cov-report=term"))
"""Measuring costs a third of the time: servers and commands, of which there are hundreds, are traced as well."""
FAST_TESTS: Final = Step("fast tests", ("-m", "pytest", *_IN_PARALLEL, "-m", "not slow"))

_CACHES: Final = (
    ".hypothesis",
    ".import_linter_cache",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    "dist",
    "htmlcov",
)


def setup(_: Arguments) -> int:
    """set up (or repair) .venv with everything for development"""
    Environment(ROOT).ensure("dev")
    return 0


def demo(arguments: Arguments) -> int:
    """run the main job on the sample documents (sets up first)"""
    environment = Environment(ROOT)
    environment.ensure("run")
    return environment.run(["examples/demo.py", *arguments])


def check(arguments: Arguments) -> int:
    """lint, types, import contracts, tests; --fast leaves out slow tests, --coverage measures what they reach"""
    parser = argparse.ArgumentParser(prog="make.py check")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--fast", action="store_true", help="without slow tests")
    which.add_argument("--coverage", action="store_true", help="measure branch coverage, child processes included")
    asked = parser.parse_args(arguments)
    tests = FAST_TESTS if asked.fast else COVERED_TESTS if asked.coverage else TESTS
    return run_steps([*LINT, tests])


def lint(_: Arguments) -> int:
    """the check without its tests"""
    return run_steps(LINT)


def test(arguments: Arguments) -> int:
    """pytest, with your arguments: make.py test tests/domain -k tiers"""
    environment = Environment(ROOT)
    environment.ensure("dev")
    return environment.run(["-m", "pytest", *arguments])


def bench(arguments: Arguments) -> int:
    """python -m benchmarks, with your arguments: make.py bench --scale 0.1"""
    environment = Environment(ROOT)
    environment.ensure("dev")
    return environment.run(["-m", "benchmarks", *arguments])


def requirements(arguments: Arguments) -> int:
    """resolve requirements/*.txt anew (needs uv); --upgrade takes newer versions"""
    parser = argparse.ArgumentParser(prog="make.py requirements")
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions that fit together")
    regenerate(ROOT, upgrade=parser.parse_args(arguments).upgrade)
    return 0


def clean(arguments: Arguments) -> int:
    """remove caches and build outputs; --all also .venv and .demo"""
    parser = argparse.ArgumentParser(prog="make.py clean")
    parser.add_argument("--all", action="store_true", help="also .venv and .demo")
    more = (".venv", ".demo") if parser.parse_args(arguments).all else ()
    for name in (*_CACHES, *more):
        shutil.rmtree(ROOT / name, ignore_errors=True)
    for data in ROOT.glob(".coverage*"):
        data.unlink()
    return 0


VERBS: Final[dict[str, Callable[[Arguments], int]]] = {
    job.__name__: job for job in (setup, demo, check, lint, test, bench, requirements, clean)
}


def run_steps(steps: Sequence[Step]) -> int:
    """Runs them all, also after a failure, so that one run shows every fault; 1 if any failed."""
    environment = Environment(ROOT)
    environment.ensure("dev")
    failed = []
    for step in steps:
        print(f"== {step.name}", flush=True)
        started = time.monotonic()
        if environment.run(step.command) != 0:
            failed.append(step.name)
        outcome = "FAILED" if step.name in failed else "ok"
        print(f"== {step.name}: {outcome}, {time.monotonic() - started:.0f} s", flush=True)
    print(f"check FAILED: {', '.join(failed)}" if failed else f"check passed: {', '.join(step.name for step in steps)}")
    return 1 if failed else 0


def usage() -> str:
    """What `make.py help` prints."""
    lines = [f"  {name:13} {job.__doc__}" for name, job in VERBS.items()]
    return "\n".join(["usage: python3 make.py VERB [ARGUMENTS]", "", *lines])


def run(arguments: Sequence[str]) -> int:
    """Runs the verb that `arguments` begins with; the exit status."""
    verb, *rest = arguments or ["help"]
    if verb in {"help", "-h", "--help"}:
        print(usage())
        return 0
    if verb not in VERBS:
        print(f"make.py: there is no verb {verb!r}\n{usage()}", file=sys.stderr)
        return 2
    try:
        return VERBS[verb](rest)
    except SetupError as error:
        print(f"make.py: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("make.py: interrupted", file=sys.stderr)
        return 130
