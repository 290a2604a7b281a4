"""Policy: what a decision costs, remembered and evaluated, and what a change of the set costs.

The shipped packages in their child process. "Evaluated" are questions that differ in a field that a rule reads, so
nothing can be remembered. The engine's own processor time stands apart: it does not depend on what else runs here.
"""

import asyncio
import itertools
import time

from benchmarks.report import Row
from lacuna.adapters.policy.rego import ENTRIES, RegoPolicy
from lacuna.adapters.rego.engine import Compiled
from lacuna.config.policies import shipped
from lacuna.domain.policy import PolicyInput
from lacuna.domain.policy_documents import CLASSIFICATION, FIELDS, ROUTING, document
from lacuna.domain.policy_set import PolicySet
from lacuna.testing.contracts.policy import asked

FIELDS_READ = [FIELDS[(name,)] for name in ("tier", "tags", "findings", "requested", "routing")]


def run(scale: float) -> list[Row]:
    """`scale` multiplies the number of decisions."""
    return asyncio.run(_measured(max(100, int(500 * scale))))


async def _measured(count: int) -> list[Row]:
    started = time.perf_counter()
    small = RegoPolicy(_set(5))
    start = time.perf_counter() - started
    fresh = itertools.count()
    question = asked(findings=(("PII.EMAIL", 1),))
    remembered, _ = await _times(small, [question] * (20 * count))
    runs = [await _times(small, [_new(next(fresh)) for _ in range(count // 5)]) for _ in range(5)]
    await small.close()
    p50, p99 = min(each[0] for each in runs), min(each[1] for each in runs)
    few, many = _processor_time(5, count), _processor_time(50, count)
    return [
        Row("remembered, p50", remembered * 1e6, "us", "evaluated", remembered / p50),
        Row("evaluated, 5 rules of one's own, p50", p50 * 1e6, "us", "", None, "two packages, one child process"),
        Row("evaluated, 5 rules of one's own, p99", p99 * 1e6, "us", "its p50", p99 / p50),
        Row("engine, 5 rules of one's own", few * 1e6, "us", "", None, "processor time, both packages"),
        Row("engine, 50 rules of one's own", many * 1e6, "us", "5 rules", many / few, "processor time, both packages"),
        Row("start", start, "s", "", None, "child process, checks, probes"),
    ]


async def _times(policy: RegoPolicy, questions: list[PolicyInput]) -> tuple[float, float]:
    """p50 and p99 in seconds."""
    await policy.decide(questions[0])
    taken = []
    for question in questions:
        started = time.perf_counter()
        await policy.decide(question)
        taken.append(time.perf_counter() - started)
    taken.sort()
    return taken[len(taken) // 2], taken[len(taken) * 99 // 100]


def _processor_time(rules: int, count: int) -> float:
    """Seconds of processor time of both packages' evaluation; the best of five runs."""
    policies = _set(rules)
    entries = [ENTRIES[package] for package in (CLASSIFICATION, ROUTING)]
    engine = Compiled(policies.rules, policies.data, entries)
    documents = [document(_new(number), FIELDS_READ) for number in range(count // 5)]
    runs = []
    for _ in range(5):
        started = time.process_time()
        for each in documents:
            for entry in entries:
                engine.ask(entry, each)
        runs.append((time.process_time() - started) / len(documents))
    return min(runs)


def _new(number: int) -> PolicyInput:
    return asked(findings=(("PII.EMAIL", number + 2),))


def _set(rules: int) -> PolicySet:
    """The shipped packages and as many rules that read the findings, one in two for each package."""
    classification = [
        f'tags contains {{"tag": "T{n}", "rule": "r{n}", "reason": "x"}} if input.findings["PII.EMAIL"] == {-n - 1}'
        for n in range(rules)
    ]
    routing = [
        f'deny contains {{"rule": "r{n}", "reason": "x"}} if input.findings["PII.EMAIL"] == {-n - 1}'
        for n in range(rules)
    ]
    files = {
        "policies/tags.rego": "\n\n".join(("package lacuna.classification", *classification[::2], "")),
        "policies/deny.rego": "\n\n".join(("package lacuna.routing", *routing[1::2], "")),
    }
    return shipped().joined(PolicySet.of(files))
