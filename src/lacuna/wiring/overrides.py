"""Overrides and feedback, and the task that keeps what is in force up to date."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import structlog

from lacuna.adapters.classifiers.override_patterns import OverridePatterns
from lacuna.adapters.storage.clock import SystemClock
from lacuna.config.audit_settings import AuditSettings
from lacuna.config.settings import StorageSettings
from lacuna.domain.errors import LacunaError
from lacuna.domain.overrides import Granted, Label, State
from lacuna.domain.overriding import OverrideSet
from lacuna.domain.tiers import Tier
from lacuna.ports.clock import Clock, Ids
from lacuna.ports.overrides import OverrideStore
from lacuna.ports.secrets import KeyRing
from lacuna.ports.storage import Ledger
from lacuna.usecases.feedback import Feedback
from lacuna.usecases.follow import Follow
from lacuna.usecases.hmac_key import require_current
from lacuna.usecases.overrides import Overrides
from lacuna.usecases.overrides_in_force import OverridesInForce
from lacuna.wiring.keys import key_ring
from lacuna.wiring.storage import open_store, require_store

log = structlog.get_logger("lacuna.overrides")

Learn = Callable[[Iterable[tuple[str, Tier]]], None]
"""Exchanges the labels that the embedding layer learns from: texts with their tiers, the newest last. Blocking."""


@dataclass(slots=True)
class OverrideParts:
    """Everything around overrides. `in_force` is what questions are classified with."""

    in_force: OverridesInForce
    overrides: Overrides
    feedback: Feedback
    follow: Follow[Granted]
    _labels: tuple[Label, ...]
    _learn: Learn | None = None

    def learn_with(self, learn: Learn) -> None:
        """`learn` is called with the labels that count, now and after each change. Blocking."""
        self._learn = learn
        if self._labels:
            learn(_texts(self._labels))

    def apply(self, granted: Granted) -> None:
        """Puts these into force: overrides in one step, then the labels. Blocking."""
        self.in_force.use(granted)
        if granted.labels != self._labels:
            if self._learn is not None:
                self._learn(_texts(granted.labels))
            self._labels = granted.labels


async def override_parts(
    store: OverrideStore, ledger: Ledger, keys: KeyRing, clock: Clock, ids: Ids, longest_days: int
) -> OverrideParts:
    """The parts with what is granted in force. Raises StorageError."""
    version, granted = await store.everything()
    in_force = OverridesInForce(clock, keys.hmacs, OverridePatterns)
    in_force.use(granted)
    follow: Follow[Granted] = Follow(
        store,
        version,
        apply=lambda fresh: parts.apply(fresh),
        failed=_report,
        elsewhere=lambda: parts.overrides.expire_when_due(),
    )
    overrides = Overrides(store, ledger, in_force, follow, OverridePatterns, keys, clock, ids, longest_days)
    feedback = Feedback(store, ledger, overrides, follow, keys, clock, ids)
    parts = OverrideParts(in_force, overrides, feedback, follow, granted.labels)
    return parts


async def granted_in(wanted: StorageSettings, audit: AuditSettings) -> tuple[OverrideSet, tuple[Label, ...]]:
    """What counts now in a store: overrides and labels. Raises StorageMissing where there is none, and StorageError."""
    folder = wanted.data_path
    require_store(wanted, folder)
    keys = key_ring(folder, audit)
    storage = await open_store(wanted, folder, keys, create=False)
    try:
        await require_current(storage.hmac_keys, keys)
        _, granted = await storage.overrides.everything()
    finally:
        await storage.close()
    now = SystemClock().now_us()
    in_force = OverrideSet(granted.overrides, keys.hmacs, OverridePatterns).at(now)
    counting = {"", *(o.override_id for o in granted.overrides if o.state_at(now) is State.GRANTED)}
    return in_force, tuple(label for label in granted.labels if label.override_id in counting)


def _texts(labels: Iterable[Label]) -> list[tuple[str, Tier]]:
    return [(label.text, label.tier) for label in sorted(labels, key=lambda label: label.added_at)]


def _report(fault: LacunaError) -> None:
    log.warning("overrides_not_in_force", code=fault.code, fault=fault.message, cure=fault.cure)
