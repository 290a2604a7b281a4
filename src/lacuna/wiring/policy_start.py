"""What a process begins with: the policies that are in the folder now, and who hears of rules that are audit-only.

A worker that replaces another may start long after the configuration was read. It must not answer its first question by
files that changed since, nor stay away because somebody has just broken them: then it takes what was in force last.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from lacuna.config.watched_policies import WatchedPolicies
from lacuna.domain.errors import ConfigError
from lacuna.domain.policy_set import PolicySet
from lacuna.ports.policies import PolicyStore
from lacuna.ports.telemetry import Telemetry
from lacuna.usecases.policies import CONFIGURATION, LISTED
from lacuna.usecases.policy_facts import Observed

log = structlog.get_logger("lacuna.policy")

SETTLE_S: Final = 0.1
SETTLE_TRIES: Final = 20


@dataclass(frozen=True, slots=True)
class Start:
    """The policies to begin with, and the folder as it is looked at from then on."""

    policies: PolicySet
    watched: WatchedPolicies


async def newest(
    folder: Path, base: PolicySet, read: PolicySet, store: PolicyStore, usable: Callable[[PolicySet], None]
) -> Start:
    """What the folder holds now, where `read` is what it held when the configuration was read. Where the files changed
    since and cannot be used, what the configuration brought into force last; the first look at the folder reports
    them. `usable` raises ConfigError and blocks."""
    watched = WatchedPolicies(folder, base, read)
    try:
        fresh = await _settled(watched, read)
        if fresh.version == read.version:
            return Start(read, watched)
        await asyncio.to_thread(usable, fresh)
    except ConfigError:
        last = await _last_in_force(store, read)
        return Start(last, WatchedPolicies(folder, base, last))
    return Start(fresh, watched)


async def _settled(watched: WatchedPolicies, read: PolicySet) -> PolicySet:
    """What is in the folder once its files have stopped changing. Raises ConfigError where they cannot be read."""
    watched.look()  # the first look only remembers when the files were changed
    current = await asyncio.to_thread(watched.look)
    if current is None:
        return read
    for _ in range(SETTLE_TRIES):
        await asyncio.sleep(SETTLE_S)
        again = await asyncio.to_thread(watched.look)
        if again is None:
            break
        current = again
    return current


async def _last_in_force(store: PolicyStore, read: PolicySet) -> PolicySet:
    kept = await store.versions(LISTED)
    return next((each.policies for each in kept if each.author == CONFIGURATION), read)


def observer(telemetry: Telemetry) -> Observed:
    """Counts and logs what rules that are audit-only would have done; nothing of the question."""

    def observed(decision: str, rules: Sequence[tuple[str, str, str]]) -> None:
        for package, rule, effect in rules:
            name, word = f"{package}.{rule}", effect.split(" ")[0]
            telemetry.observed(name, word)
            log.info("policy_audit_only", decision=decision, rule=name, effect=word)

    return observed
