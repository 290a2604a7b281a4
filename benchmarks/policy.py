"""Policy: what a decision costs, remembered and evaluated, how often it is remembered, and the child's memory.

The shipped packages in their child process. "Evaluated" are questions that differ in a field that a rule reads, so
nothing can be remembered. The engine's own processor time stands apart: it does not depend on what else runs here. The
mix is 200 people in 12 groups over eight hours, a third of whose questions hold personal data, under all packs and
rules of one's own. At scale 30 the memory is watched for five minutes.
"""

import asyncio
import itertools
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.report import Row
from lacuna.adapters.policy.rego import ENTRIES, RegoPolicy
from lacuna.adapters.rego.engine import Compiled
from lacuna.adapters.rego.process import RegoProcess
from lacuna.config.policies import PACKS, shipped
from lacuna.domain.policy import PolicyInput
from lacuna.domain.policy_documents import CLASSIFICATION, FIELDS, ROUTING, document
from lacuna.domain.policy_set import PolicySet
from lacuna.domain.tiers import Tier
from lacuna.testing.contracts.policy import asked

BY_GROUP = """package lacuna.routing

import rego.v1

remove contains {"source": "web_search", "rule": "sales", "reason": "stays inside"} if "g3" in input.user.groups

deny contains {"rule": "night", "reason": "nothing at night"} if {
	input.time.hour < 6
	input.tier == "PROPRIETARY"
}
"""
BY_PERSON = """package lacuna.routing

import rego.v1

deny contains {"rule": "one", "reason": "not this person"} if {
	input.user.id == "u7"
	input.time.minute == 59
}
"""
GROUPS = [f"g{number}" for number in range(12)]
FIELDS_READ = [FIELDS[(name,)] for name in ("tier", "tags", "findings", "requested", "routing")]


def run(scale: float) -> list[Row]:
    """`scale` multiplies the number of decisions."""
    count = min(5_000, max(100, int(500 * scale)))
    return [
        *asyncio.run(_measured(count)),
        *asyncio.run(_mixed("rules by group and tier", BY_GROUP, min(20_000, 40 * count))),
        *asyncio.run(_mixed("a rule by person and minute", BY_PERSON, min(20_000, 8 * count))),
        *_memory(10 * scale),
    ]


async def _measured(count: int) -> list[Row]:
    """Engines with 5 and with 50 rules in turns: what else runs here then weighs on both."""
    started = time.perf_counter()
    small = RegoPolicy(_set(5))
    start = time.perf_counter() - started
    large = RegoPolicy(_set(50))
    fresh = itertools.count()
    question = asked(findings=(("PII.EMAIL", 1),))
    remembered, _ = await _times(small, [question] * (20 * count))
    runs: dict[int, list[tuple[float, float]]] = {5: [], 50: []}
    for _ in range(10):
        for rules, policy in ((5, small), (50, large)):
            runs[rules].append(await _times(policy, [_new(next(fresh)) for _ in range(count // 10)]))
    await small.close()
    await large.close()
    (p50, many50), (p99, many99) = ([min(each[n] for each in runs[rules]) for rules in (5, 50)] for n in (0, 1))
    few, many = _processor_times((5, 50), count)
    note = "two packages, one exchange with the child; the best of ten runs"
    return [
        Row("remembered, p50", remembered * 1e6, "us", "evaluated", remembered / p50),
        Row("evaluated, 5 rules of one's own, p50", p50 * 1e6, "us", "", None, note),
        Row("evaluated, 5 rules of one's own, p99", p99 * 1e6, "us", "its p50", p99 / p50, note),
        Row("evaluated, 50 rules of one's own, p50", many50 * 1e6, "us", "5 rules", many50 / p50, note),
        Row("evaluated, 50 rules of one's own, p99", many99 * 1e6, "us", "5 rules", many99 / p99, note),
        Row("engine, 5 rules of one's own", few * 1e6, "us", "", None, "processor time, both packages"),
        Row("engine, 50 rules of one's own", many * 1e6, "us", "5 rules", many / few, "processor time, both packages"),
        Row("start", start, "s", "", None, "child process, checks, probes"),
    ]


async def _mixed(name: str, rules: str, count: int) -> list[Row]:
    """What a realistic mix of questions costs, and how much of it is remembered."""
    told: Counter[str] = Counter()
    policies = shipped(PACKS).joined(PolicySet.of({"policies/own.rego": rules}))
    policy = RegoPolicy(policies, looked_up=lambda result: told.update([result]))
    taken = []
    for question in _mix(count):
        started = time.perf_counter()
        await policy.decide(question)
        taken.append(time.perf_counter() - started)
    await policy.close()
    taken.sort()
    p50, p99 = taken[len(taken) // 2], taken[len(taken) * 99 // 100]
    note = f"{count} questions of a mix, the first ones included"
    return [
        Row(f"remembered, {name}", 100 * told["hit"] / count, "%", "", None, note),
        Row(f"a decision of the mix, {name}, p50", p50 * 1e6, "us", "", None, note),
        Row(f"a decision of the mix, {name}, p99", p99 * 1e6, "us", "its p50", p99 / p50, note),
    ]


def _mix(count: int) -> list[PolicyInput]:
    chance = random.Random(5)
    people = [(f"u{n}", tuple(sorted(chance.sample(GROUPS, 2))), chance.choice(list(Tier))) for n in range(200)]
    found = []
    for number in range(count):
        user, groups, clearance = people[min(int(chance.expovariate(1 / 40)), 199)]
        kinds = chance.choice((1, 2)) if chance.random() < 1 / 3 else 0
        names = sorted(chance.sample(("PII.EMAIL", "PII.PHONE", "PII.CREDIT_CARD", "PII.IBAN"), kinds))
        tier = Tier.PROPRIETARY if names else chance.choices((Tier.PUBLIC, Tier.INTERNAL), (2, 1))[0]
        question = asked(tier, findings=tuple((kind, chance.choice((1, 1, 2))) for kind in names))
        at = 1_700_035_200 + number * 8 * 3600 // count // 60 * 60
        found.append(replace(question, user_id=user, groups=groups, clearance=clearance, tags=tuple(names), at=at))
    return found


def _memory(seconds: float) -> list[Row]:
    """What the child holds after as many evaluations as fit."""
    policies = _set(5)
    entry, then = ENTRIES[CLASSIFICATION], ENTRIES[ROUTING]
    with RegoProcess(policies, (entry, then), timeout_s=5.0) as process:
        pid = process._child._process.pid if process._child is not None else 0
        done, before, until = 0, 0, time.perf_counter() + seconds
        while time.perf_counter() < until:
            given = document(_new(done), FIELDS_READ)
            process.ask_both(entry, given, then, given)
            done += 2
            if done == 1_000:
                before = _held(pid)
        held = _held(pid)
    note = f"after {done:,} evaluations in {seconds:g} s; beside: after 1,000"
    return [
        Row("memory of the child", held / 1024, "MiB", "1,000 evaluations", held / before if before else None, note)
    ]


def _held(pid: int) -> int:
    """KiB that a process holds."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))


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


def _processor_times(sets: Sequence[int], count: int) -> list[float]:
    """Seconds of processor time of both packages' evaluation, by the number of rules; the best of ten runs in turns."""
    entries = [ENTRIES[package] for package in (CLASSIFICATION, ROUTING)]
    engines = [Compiled(policies.rules, policies.data, entries) for policies in map(_set, sets)]
    documents = [document(_new(number), FIELDS_READ) for number in range(count // 10)]
    runs: list[list[float]] = [[] for _ in sets]
    for _, (engine, taken) in itertools.product(range(10), zip(engines, runs, strict=True)):
        started = time.process_time()
        for each in documents:
            for entry in entries:
                engine.ask(entry, each)
        taken.append((time.process_time() - started) / len(documents))
    return list(map(min, runs))


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
