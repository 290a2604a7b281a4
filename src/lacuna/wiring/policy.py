"""The policy engine that the configuration names, and the task that keeps the newest policies in force."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import structlog

from lacuna.adapters.policy.opa_bundle import bundle
from lacuna.adapters.policy.rego import ENTRIES, RegoPolicy, tests_failed
from lacuna.adapters.rego.process import RegoProcess, Tested
from lacuna.config import Loaded
from lacuna.config.policies import FOLDER, sound
from lacuna.config.settings import PolicySettings
from lacuna.domain.errors import ConfigError, LacunaError
from lacuna.domain.policy_set import PolicySet
from lacuna.ports.clock import Clock
from lacuna.ports.policies import PolicyStore
from lacuna.ports.secrets import KeyRing
from lacuna.ports.storage import Ledger
from lacuna.ports.telemetry import Telemetry
from lacuna.usecases.explain_policy import ExplainPolicy
from lacuna.usecases.follow_policies import FollowPolicies
from lacuna.usecases.policies import Policies
from lacuna.usecases.policy_diff import PolicyDiff
from lacuna.usecases.policy_facts import Observed
from lacuna.wiring.catalog import back_end
from lacuna.wiring.guard import Guard, GuardedPolicy
from lacuna.wiring.policy_start import newest, observer

log = structlog.get_logger("lacuna.policy")

MARGIN_S = 1.0
"""What the guard allows beyond the evaluations' own time: waiting for one's turn, or for a new child."""

_SHOWN = 10


@dataclass(frozen=True, slots=True)
class PolicyParts:
    """Everything around policy. `engine` is what questions are decided by; `observed` is to hear of rules that are
    audit-only."""

    engine: GuardedPolicy
    policies: Policies
    diff: PolicyDiff
    explain: ExplainPolicy
    follow: FollowPolicies
    observed: Observed


async def policy_parts(
    found: Loaded,
    store: PolicyStore,
    ledger: Ledger,
    clock: Clock,
    telemetry: Telemetry,
    keys: KeyRing,
    stack: AsyncExitStack,
    *,
    answers: bool,
) -> PolicyParts:
    """The parts, with the deployed policies in force, or else the configuration's; the stack closes them. `answers`
    says whether this process examines questions beyond one command: only then is the set compiled now, and does it
    follow changes. Raises ConfigError for a set that cannot be used, and StorageError."""
    settings = found.settings.policy
    embedded = settings.opa_url is None
    following = answers and embedded
    engine_of = partial(_embedded, settings)
    validate = partial(_validate, engine_of)
    version, deployed = await store.everything()
    configured, watched = found.policies, None
    if following and found.folder is not None:
        begin = await newest(found.folder / FOLDER, found.shipped_policies, found.policies, store, validate)
        configured, watched = begin.policies, begin.watched
    policies = configured if deployed is None else deployed
    engine = await asyncio.to_thread(_engine, settings, policies, telemetry, lazy=not answers)
    stack.push_async_callback(engine.close)
    follow = FollowPolicies(
        look_at_folder=_nothing if watched is None else watched.look,
        configured=configured,
        store=store,
        version=version,
        use=engine.use if following else _ignore,
        failed=_report,
        seen=lambda fresh: administration.seen(fresh),
    )
    administration = Policies(store, follow, found.shipped_policies, validate, ledger, clock, kept_here=embedded)
    if following and deployed is None:
        await administration.seen(policies)
    guard = Guard("policy", telemetry, 2 * settings.timeout_s + MARGIN_S)
    return PolicyParts(
        GuardedPolicy(engine, guard),
        administration,
        PolicyDiff(administration, ledger, keys, clock, engine_of),
        ExplainPolicy(administration, ledger, keys, engine_of),
        follow,
        observer(telemetry),
    )


def check_policies(found: Loaded, folder: Path | None) -> tuple[str, list[Tested]]:
    """The version of the policies in `folder` (None: the configuration's) with the shipped ones beneath them, and the
    outcome of each of their tests. Raises ConfigError for a set that cannot be used, failing tests aside. Blocking."""
    policies = _whole(found, folder)
    settings = found.settings.policy
    entries = tuple(ENTRIES.values())
    with RegoProcess(policies, entries, timeout_s=settings.timeout_s, memory_mb=settings.memory_mb) as process:
        outcomes = process.test()
    if not any(outcome.why for outcome in outcomes):
        _validate(partial(_embedded, settings), policies)
    return policies.version, outcomes


def validate_policies(found: Loaded, folder: Path | None) -> str:
    """The same where a failing test is a fault like any other: ConfigError."""
    version, outcomes = check_policies(found, folder)
    if failed := [outcome for outcome in outcomes if outcome.why]:
        raise tests_failed(failed)
    return version


def checked_policies(found: Loaded, folder: Path | None) -> PolicySet:
    """The set itself, if it may come into force. Raises ConfigError. Blocking."""
    validate_policies(found, folder)
    return _whole(found, folder)


def opa_bundle(policies: PolicySet) -> bytes:
    """The set as a file for an OPA server."""
    return bundle(policies)


def _whole(found: Loaded, folder: Path | None) -> PolicySet:
    return found.policies if folder is None else found.shipped_policies.joined(sound(folder, FOLDER))


def own_policies(folder: Path) -> PolicySet:
    """The policies in a folder, without the shipped ones. Raises ConfigError."""
    return sound(folder, FOLDER)


def _engine(settings: PolicySettings, policies: PolicySet, telemetry: Telemetry, *, lazy: bool) -> Any:
    if settings.opa_url is not None:
        return back_end("policy", "opa")(str(settings.opa_url), timeout_s=settings.timeout_s)
    return _embedded(settings, policies, lazy=lazy, looked_up=partial(telemetry.looked_up, "policy"))


def _embedded(settings: PolicySettings, policies: PolicySet, **more: Any) -> RegoPolicy:
    engine: RegoPolicy = back_end("policy", "rego")(
        policies, timeout_s=settings.timeout_s, memory_mb=settings.memory_mb, **more
    )
    return engine


def _validate(engine_of: Callable[[PolicySet], RegoPolicy], policies: PolicySet) -> None:
    engine_of(policies).end()


def _nothing() -> None:
    return None


def _ignore(policies: PolicySet) -> None:
    """For processes that follow nothing."""


def _report(fault: LacunaError) -> None:
    problems = fault.problems[:_SHOWN] if isinstance(fault, ConfigError) else ()
    log.warning("policies_not_in_force", code=fault.code, fault=fault.message, problems=problems, cure=fault.cure)
