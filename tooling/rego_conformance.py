"""Runs conformance cases of OPA on the embedded Rego engine and writes the tables of docs/rego-conformance.md.

`python -m tooling.rego_conformance FILE`: FILE has a case a line (JSON, may be gzipped): `topic`, `query`, `modules`,
`data`, `input` or `input_term`, and `want_result` or `want_error`. Each case runs in a child process, which some of
them end; the engine is asked as OPA's own test runner asks (errors of built-ins are errors only where the case says
so; what is undefined is an empty result).
"""

import argparse
import gzip
import json
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from lacuna.adapters.confinement import silenced
from lacuna.adapters.rego import module
from lacuna.adapters.rego.engine import interpreter

ROOT: Final = Path(__file__).resolve().parent.parent
PAGE: Final = ROOT / "docs" / "rego-conformance.md"
BEGIN, END = "<!-- cases: begin -->", "<!-- cases: end -->"
PASSED, ENDED = "passed", "ended the process"

Case = Mapping[str, Any]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures and writes; with `--cases`, is the child that answers case by case."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("file", type=Path, nargs="?", help="the cases")
    parser.add_argument("--cases", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.cases:
        answers = silenced()  # the engine prints its errors
        for line in sys.stdin:
            answers.write(json.dumps(outcome(json.loads(line))).encode() + b"\n")
            answers.flush()
        return 0
    cases = list(_read(options.file))
    told = tables(cases, list(_outcomes(cases)))
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n{told}\n{END}{rest.partition(END)[2]}", encoding="utf-8")
    print(told.splitlines()[0])
    return 0


def _read(path: Path) -> Iterator[Case]:
    with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _outcomes(cases: Iterable[Case]) -> Iterator[str]:
    """What became of each case, in order. A child that dies is replaced."""
    child = _child()
    for case in cases:
        assert child.stdin is not None and child.stdout is not None  # noqa: S101, PT018  both are pipes
        child.stdin.write(json.dumps(case) + "\n")
        child.stdin.flush()
        answer = child.stdout.readline()
        if answer:
            yield json.loads(answer)
            continue
        child.wait()
        child = _child()
        yield ENDED
    child.kill()
    child.wait()


def _child() -> subprocess.Popen[str]:
    command = (sys.executable, "-m", "tooling.rego_conformance", "--cases")
    return subprocess.Popen(
        command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )


def outcome(case: Case) -> str:
    """What becomes of one case: `PASSED`, or what went wrong."""
    found = _answer(case)
    if _wants_error(case):
        return PASSED if isinstance(found, str) else "an error was expected"
    if isinstance(found, str):
        return found
    return PASSED if _unordered(found) == _unordered(case.get("want_result") or []) else "another answer"


def _wants_error(case: Case) -> bool:
    return "want_error" in case or "want_error_code" in case


def _answer(case: Case) -> list[Any] | str:
    """The bindings of the query, or why there are none."""
    engine = interpreter()
    engine.strict_built_in_errors = bool(case.get("strict_error"))
    try:
        for number, text in enumerate(case.get("modules") or ()):
            engine.add_module(f"m{number}.rego", text)
        if case.get("data"):
            engine.add_data_json(json.dumps(case["data"], ensure_ascii=False))
        if "input_term" in case:
            engine.set_input_term(case["input_term"])
        elif "input" in case:
            engine.set_input_term(json.dumps(case["input"], ensure_ascii=False))
        text = str(engine.query(case["query"]))
        found = [] if text == "undefined" else json.loads(text)
    except Exception as error:
        if isinstance(error, (MemoryError, KeyboardInterrupt)):
            raise
        return f"raised {type(error).__name__}"
    return _bindings(found if isinstance(found, list) else [found])


def _bindings(found: list[Any]) -> list[Any]:
    bound = [each["bindings"] for each in found if each.get("bindings")]
    if bound:
        return bound
    return [{}] if any(each.get("expressions") not in ([False], [], None) for each in found) else []


def _unordered(value: Any) -> Any:
    """The value with every list sorted: arrays that stand for sets come in any order."""
    if isinstance(value, list):
        return sorted((_unordered(each) for each in value), key=lambda each: json.dumps(each, sort_keys=True))
    if isinstance(value, dict):
        return {key: _unordered(each) for key, each in value.items()}
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def built_ins(case: Case) -> set[str]:
    """The built-ins that a case calls."""
    known = interpreter()
    texts = [*(case.get("modules") or ()), f"package query\nquery_of_the_case if {{ {case['query']} }}\n"]
    return {
        ".".join(reference.path)
        for text in texts
        for reference in module.read("m.rego", text).references
        if reference.called and known.is_builtin(".".join(reference.path))
    }


def tables(cases: Sequence[Case], outcomes: Sequence[str]) -> str:
    """The share that passes, the topics, and the built-ins that pass every case that calls them."""
    by_topic: dict[str, Counter[str]] = defaultdict(Counter)
    by_built_in: dict[str, Counter[str]] = defaultdict(Counter)
    for case, came in zip(cases, outcomes, strict=True):
        by_topic[case["topic"]][came] += 1
        for name in built_ins(case):
            by_built_in[name][came] += 1
    passed = sum(counts[PASSED] for counts in by_topic.values())
    whole = sorted(topic for topic, counts in by_topic.items() if set(counts) == {PASSED})
    lines = [f"{passed} of {len(cases)} cases pass ({100 * passed / len(cases):.1f} %), in {len(by_topic)} topics.", ""]
    lines += ["| topic | cases | pass | what becomes of the others |", "|---|---:|---:|---|"]
    for topic, counts in sorted(by_topic.items(), key=lambda each: (each[1][PASSED] / each[1].total(), each[0])):
        if topic not in whole:
            others = ", ".join(f"{what} ({n})" for what, n in sorted(counts.items()) if what != PASSED)
            lines.append(f"| {topic} | {counts.total()} | {counts[PASSED]} | {others} |")
    lines += ["", f"All cases pass of: {', '.join(whole)}.", ""]
    sound = sorted(f"`{name}`" for name, counts in by_built_in.items() if set(counts) == {PASSED})
    unsound = sorted(
        f"`{name}` ({counts[PASSED]} of {counts.total()})"
        for name, counts in by_built_in.items()
        if set(counts) != {PASSED}
    )
    lines += [f"Built-ins of which every case passes: {', '.join(sound)}.", ""]
    lines += [f"Built-ins with cases that do not pass: {', '.join(unsound)}."]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
