"""Policy by Rego in a child process: the default engine.

A decision is remembered by the exact fields of the input that its package can read, for as long as its set is in force;
the engine is shown those fields and no others, so what a decision can depend on and what it is remembered by are the
same. A set comes into force whole: a decision never mixes two.
"""

import asyncio
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Final, TypeVar

import cachebox

from lacuna.adapters.rego.process import RegoProcess, Tested
from lacuna.domain.audit_only import refuse_audit_only
from lacuna.domain.errors import ConfigError, DependencyError, DependencyNonsense, LacunaError
from lacuna.domain.policy import PolicyDecision, PolicyInput
from lacuna.domain.policy_documents import (
    CLASSIFICATION,
    FIELDS,
    PACKAGES,
    REQUIRED,
    ROUTING,
    Field,
    document,
    members_only,
)
from lacuna.domain.policy_probe import OPERATION, QUESTIONS
from lacuna.domain.policy_set import PolicySet
from lacuna.domain.policy_verdicts import Verdict, decided, for_routing, verdict

ENTRIES: Final = {package: f"{package.replace('.', '/')}/decision" for package in PACKAGES}
MAX_REMEMBERED: Final = 10_000

T = TypeVar("T")


def _nobody(result: str) -> None:
    """Nobody wants to know."""


class RegoPolicy:
    """A `PolicyEngine`. With `lazy`, the set is compiled when it is first asked, and then raises ConfigError if it
    cannot be used; otherwise here. `looked_up` hears of each decision whether it was remembered: "hit" or "miss"."""

    def __init__(
        self,
        policies: PolicySet,
        *,
        timeout_s: float = 1.0,
        memory_mb: int = 1_024,
        lazy: bool = False,
        looked_up: Callable[[str], None] = _nobody,
    ) -> None:
        self._timeout_s = timeout_s
        self._memory_mb = memory_mb
        self._policies = policies
        self._version = policies.version
        self._thread = ThreadPoolExecutor(1, "policy")
        self._looked_up = looked_up
        self._exchanging = Lock()
        self._ended = False
        self._in_force = None if lazy else self._loaded(policies)

    @property
    def version(self) -> str:
        return self._version

    @property
    def policies(self) -> PolicySet:
        """The set in force."""
        return self._policies

    async def decide(self, asked: PolicyInput) -> PolicyDecision:
        loaded = self._in_force
        if loaded is not None and (known := loaded.remembered(asked)) is not None:
            self._looked_up("hit")
            return known
        self._looked_up("miss")
        return await self._aside(lambda current: current.decide(asked))

    async def judge(self, package: str, asked: PolicyInput) -> tuple[Verdict, str]:
        """What one package says, and the version of the set that said it."""
        loaded = self._in_force
        if loaded is not None and (known := loaded.known(package, asked)) is not None:
            self._looked_up("hit")
            return known, loaded.version
        self._looked_up("miss")
        return await self._aside(lambda current: (current.verdict(package, asked), current.version))

    def use(self, policies: PolicySet) -> None:
        """Puts a set into force in one step. Blocking. Raises ConfigError, with a line for each fault and each failed
        test, and leaves the old one in force."""
        fresh = self._loaded(policies)
        with self._exchanging:
            if self._ended:
                old: _Loaded | None = fresh
            else:
                old, self._in_force = self._in_force, fresh
                self._policies, self._version = policies, fresh.version
        if old is not None:
            old.close()

    async def reads(self, package: str) -> frozenset[str]:
        """The input fields that a package can read, dotted."""
        return await self._aside(lambda current: current.reads(package))

    async def check(self) -> None:
        """Raises what keeps policy from deciding."""
        await self._aside(lambda current: current.answer(OPERATION, ROUTING))

    async def close(self) -> None:
        """Ends the child process."""
        await asyncio.to_thread(self.end)

    def end(self) -> None:
        """The same. Blocking."""
        with self._exchanging:
            self._ended = True
            loaded, self._in_force = self._in_force, None
        if loaded is not None:
            loaded.close()
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _aside(self, work: Callable[["_Loaded"], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._with_current, work)

    def _with_current(self, work: Callable[["_Loaded"], T]) -> T:
        while True:
            loaded = self._in_force
            if loaded is None:
                loaded = self._first()
            try:
                return work(loaded)
            except LacunaError:
                if loaded is self._in_force:
                    raise  # else the set was exchanged meanwhile, and its child is gone

    def _first(self) -> "_Loaded":
        """The set of a lazy engine. Raises DependencyError after the end: nothing is started then that nobody would
        end."""
        fresh = None if self._ended else self._loaded(self._policies)
        with self._exchanging:
            if fresh is not None and not self._ended and self._in_force is None:
                self._in_force = fresh
        if fresh is None or self._in_force is not fresh:
            if fresh is not None:
                fresh.close()
            raise DependencyError("The policy engine was closed.")
        return fresh

    def _loaded(self, policies: PolicySet) -> "_Loaded":
        return loaded(policies, self._timeout_s, self._memory_mb)


def loaded(policies: PolicySet, timeout_s: float, memory_mb: int) -> "_Loaded":
    """A set that compiles, passes its tests and answers probes in the right shape. Raises ConfigError."""
    refuse_audit_only(policies)
    found = _Loaded(policies, timeout_s, memory_mb)
    try:
        found.pass_tests()
        found.try_out()
    except ConfigError:
        found.close()
        raise
    except LacunaError as error:
        found.close()
        raise ConfigError(
            "The policies cannot be used: they gave no sound answer to a probe.",
            cure="Correct the decision; docs/policy.md has its shape.",
            problems=(str(error),),
        ) from None
    return found


class _Loaded:
    """A set in its child, with what it decided."""

    def __init__(self, policies: PolicySet, timeout_s: float, memory_mb: int) -> None:
        self.version = policies.version
        self._policies = policies
        self._process = RegoProcess(policies, tuple(ENTRIES.values()), timeout_s=timeout_s, memory_mb=memory_mb)
        self._fields: dict[str, tuple[Field, ...]] = {
            package: tuple(self._field(entry, path) for path in self._process.reads[entry])
            for package, entry in ENTRIES.items()
        }
        self._known: cachebox.LRUCache[Hashable, Verdict] = cachebox.LRUCache(MAX_REMEMBERED)
        self._present = [package for package in PACKAGES if "decision" in self._process.rules.get(package, ())]
        missing = [package for package in REQUIRED if package not in self._present]
        if missing:
            self._process.close()
            raise ConfigError(
                "The policies cannot be used.",
                cure="Write the rule, or load the shipped packages (policy.shipped).",
                problems=tuple(f"{package}: there is no rule decision" for package in missing),
            )

    def _field(self, entry: str, path: str) -> Field:
        field, members = FIELDS[tuple(path.split("."))], self._process.members[entry].get(path)
        return field if members is None else members_only(field, frozenset(members))

    def remembered(self, asked: PolicyInput) -> PolicyDecision | None:
        """The decision, where both packages' verdicts are known."""
        classified: Verdict | None = self._known.get(self._key(CLASSIFICATION, asked), None)
        if classified is None:
            return None
        routed: Verdict | None = self._known.get(self._key(ROUTING, for_routing(asked, classified)), None)
        return None if routed is None else decided(asked, classified, routed, self.version)

    def known(self, package: str, asked: PolicyInput) -> Verdict | None:
        """A package's verdict, where it is remembered."""
        found: Verdict | None = self._known.get(self._key(package, asked), None)
        return found

    def decide(self, asked: PolicyInput) -> PolicyDecision:
        classified = self.known(CLASSIFICATION, asked)
        if classified is None:
            return self._decide_both(asked)
        routed = self.verdict(ROUTING, for_routing(asked, classified))
        return decided(asked, classified, routed, self.version)

    def _decide_both(self, asked: PolicyInput) -> PolicyDecision:
        """Asks both packages in one exchange with the child; each still sees its own fields only."""
        first, second = self._process.ask_both(
            ENTRIES[CLASSIFICATION],
            document(asked, self._fields[CLASSIFICATION]),
            ENTRIES[ROUTING],
            document(asked, self._fields[ROUTING]),
        )
        classified = self._read(CLASSIFICATION, asked, first)
        self._known[self._key(CLASSIFICATION, asked)] = classified
        then = for_routing(asked, classified)
        routed = self._known[self._key(ROUTING, then)] = self._read(ROUTING, then, second)
        return decided(asked, classified, routed, self.version)

    def verdict(self, package: str, asked: PolicyInput) -> Verdict:
        known = self.known(package, asked)
        if known is None:
            known = self._known[self._key(package, asked)] = self.answer(asked, package)
        return known

    def reads(self, package: str) -> frozenset[str]:
        return frozenset(".".join(field.path) for field in self._fields[package])

    def pass_tests(self) -> None:
        failed = [outcome for outcome in self._process.test() if outcome.why]
        if failed:
            raise tests_failed(failed)

    def try_out(self) -> None:
        """Asks every package, past what is remembered."""
        for asked in QUESTIONS:
            for package in (CLASSIFICATION, ROUTING):
                self.answer(asked, package)
            self._decide_both(asked)
        for package in self._present:
            self.answer(OPERATION, package)

    def answer(self, asked: PolicyInput, package: str) -> Verdict:
        """The verdict, asked anew. Raises DependencyNonsense where the set has no such package."""
        if package not in self._present:
            raise DependencyNonsense(
                f"Policy {package}: there is no rule decision.", cure="Write it, or load the shipped packages."
            )
        return self._read(package, asked, self._process.ask(ENTRIES[package], document(asked, self._fields[package])))

    def _read(self, package: str, asked: PolicyInput, output: object) -> Verdict:
        """What a package cannot read cannot be in its reasons, and is no part of what it is remembered by."""
        reads_project = any(field.path == ("project",) for field in self._fields[package])
        return verdict(package, output, asked.project if reads_project else None)

    def close(self) -> None:
        self._process.close()

    def _key(self, package: str, asked: PolicyInput) -> Hashable:
        return (package, *[field.key(asked) for field in self._fields[package]])


def tests_failed(failed: list[Tested]) -> ConfigError:
    """The error that names the tests."""
    lines = tuple(str(outcome) for outcome in failed)
    return ConfigError("Tests of the policies fail.", cure="Correct the rules or the tests.", problems=lines)
