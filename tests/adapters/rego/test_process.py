"""Hostile and broken policies: the server neither stalls, nor crashes, nor grows, nor tells."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from lacuna.adapters.rego.process import RegoProcess
from lacuna.domain.errors import ConfigError, DependencyError, DependencyNonsense, DependencyTimeout
from lacuna.domain.policy_set import PolicySet

RULES = """package p

fine := "yes"

endless := count([1 |
	some a in numbers.range(1, 1000)
	some b in numbers.range(1, 1000)
	some c in numbers.range(1, 1000)
	a + b + c == 0
])

huge := [x | some a in numbers.range(1, 40000); x := concat("", [input.filler, format_int(a, 10)])]

loop := round

round := loop

prints := 1 if print("spoken aloud")

conflict := 1 if input.filler

conflict := 2 if input.filler

unlike := 1 if to_number(input.filler) == 1

environment := opa.runtime()

outside := http.send({"method": "get", "url": "http://127.0.0.1:1/"})
"""
NAMES = [line.split(" := ")[0] for line in RULES.splitlines() if " := " in line and line[0].isalpha()]


@pytest.fixture(scope="module")
def process() -> Iterator[RegoProcess]:
    """Without the checks for policies of Lacuna, which would refuse half of these rules."""
    entries = tuple(f"p/{name}" for name in dict.fromkeys(NAMES))
    policies = PolicySet.of({"p.rego": RULES})
    with RegoProcess(policies, entries, timeout_s=2.0, memory_mb=300, own=False) as started:
        yield started


def children() -> set[int]:
    """The processes that this thread has started."""
    listed = Path(f"/proc/{os.getpid()}/task/{threading.get_native_id()}/children").read_text(encoding="ascii")
    return set(map(int, listed.split()))


def works(process: RegoProcess) -> bool:
    return bool(process.ask("p/fine", {}) == "yes")


def test_an_evaluation_without_end_is_ended_and_the_next_one_works(process: RegoProcess) -> None:
    with pytest.raises(DependencyTimeout, match="2 s"):
        process.ask("p/endless", {})
    assert works(process)


def test_a_child_that_takes_no_request_is_replaced() -> None:
    """A request of more than a pipe holds must not wait for a reader for ever."""
    others = children()  # of tests that share this thread
    policies = PolicySet.of({"p.rego": RULES})
    with RegoProcess(policies, ("p/fine",), timeout_s=2.0, memory_mb=300, own=False) as process:
        assert works(process)
        [first] = children() - others
        os.kill(first, signal.SIGSTOP)
        with pytest.raises(DependencyTimeout):
            process.ask("p/fine", {"filler": "x" * 1_000_000})
        assert works(process)
        assert first not in children()


def test_a_value_of_many_megabytes_is_refused(process: RegoProcess) -> None:
    with pytest.raises(DependencyError):
        process.ask("p/huge", {"filler": "x" * 250})
    assert works(process)


@pytest.mark.parametrize("rule", ["loop", "conflict", "unlike", "outside"])
def test_what_the_engine_cannot_decide_is_an_error(process: RegoProcess, rule: str) -> None:
    with pytest.raises(DependencyError):
        process.ask(f"p/{rule}", {"filler": "abc"})
    assert works(process)


def test_what_a_policy_prints_goes_nowhere(process: RegoProcess, capfd: pytest.CaptureFixture[str]) -> None:
    process.ask("p/prints", {})
    with pytest.raises(DependencyNonsense):
        process.ask("p/loop", {})
    told = capfd.readouterr()
    assert (told.out, told.err) == ("", "")


def test_even_a_rule_that_reads_the_environment_finds_nothing_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LACUNA_SECRET_FOR_THIS_TEST", "tell-nobody")
    with RegoProcess(PolicySet.of({"p.rego": RULES}), ("p/environment",), own=False) as fresh:
        assert "tell-nobody" not in str(fresh.ask("p/environment", {}))


def test_a_set_that_ends_the_engine_is_refused() -> None:
    """rego-cpp 1.5.2 ends its process while it compiles this."""
    rules = 'package p\n\nf(x) if x in input.xs\n\ny if f(1) with input as {"xs": [1]}\n'
    with pytest.raises(ConfigError):
        RegoProcess(PolicySet.of({"p.rego": rules}), ("p/y",), own=False)


def test_a_parent_that_holds_more_than_a_child_may_is_no_reason_to_end_it() -> None:
    """Linux counts to a child what its parent held when it began."""
    script = (
        "import sys; held = bytearray(b'x') * (400 << 20)\n"
        "from lacuna.adapters.rego.process import RegoProcess\n"
        "from lacuna.domain.policy_set import PolicySet\n"
        "policies = PolicySet.of({'p.rego': sys.stdin.read()})\n"
        "with RegoProcess(policies, ('p/fine',), timeout_s=5.0, memory_mb=300, own=False) as process:\n"
        "    print([process.ask('p/fine', {}) for _ in range(3)])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], input=RULES, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout == "['yes', 'yes', 'yes']\n", done.stderr
