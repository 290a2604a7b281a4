"""Overrides and labels in dictionaries."""

from collections.abc import Sequence

from lacuna.domain.errors import Conflict, LacunaError, NotFound
from lacuna.domain.overrides import Granted, Label, Override, State
from lacuna.ports.storage import Entry, Ledger


class InMemoryOverrides:
    """An `OverrideStore` without limits, held to `lacuna.testing.contracts.overrides`. `fail_with` makes the next
    change fail."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._overrides: dict[str, Override] = {}
        self._labels: dict[str, Label] = {}
        self._version = 0
        self.fail_with: LacunaError | None = None

    async def version(self) -> int:
        return self._version

    async def everything(self) -> tuple[int, Granted]:
        granted = [o for _, o in sorted(self._overrides.items()) if o.state is State.GRANTED]
        counting = {"", *(o.override_id for o in granted)}
        labels = [label for _, label in sorted(self._labels.items()) if label.override_id in counting]
        open_ones = (o for o in self._overrides.values() if o.state in (State.REQUESTED, State.GRANTED))
        next_expiry = min((o.expires for o in open_ones if o.expires is not None), default=None)
        return self._version, Granted(tuple(granted), tuple(labels), next_expiry)

    async def page(self, state: State | None, after: str, limit: int) -> list[Override]:
        wanted = (o for _, o in sorted(self._overrides.items()) if state in (None, o.state))
        return [o for o in wanted if o.override_id > after][:limit]

    async def get(self, override_id: str) -> Override | None:
        return self._overrides.get(override_id)

    async def due(self, now: int) -> list[Override]:
        over = (o for _, o in sorted(self._overrides.items()) if o.state is not State.EXPIRED)
        return [o for o in over if o.state_at(now) is State.EXPIRED]

    async def add(self, override: Override, label: Label | None, entries: Sequence[Entry]) -> Override:
        if override.state is State.REQUESTED:
            for known in self._overrides.values():
                if known.state is State.REQUESTED and _subject(known) == _subject(override):
                    return known
        await self._append(entries)
        self._overrides[override.override_id] = override
        if label is not None:
            self._labels[label.label_id] = label
        return override

    async def change(self, expected: State, override: Override, entries: Sequence[Entry]) -> None:
        known = self._overrides.get(override.override_id)
        if known is None:
            raise NotFound("There is no such override.")
        if known.state is not expected:
            raise Conflict(f"The override is {known.state} already.")
        await self._append(entries)
        self._overrides[override.override_id] = override
        if override.state not in (State.REQUESTED, State.GRANTED):
            self._labels = {k: v for k, v in self._labels.items() if v.override_id != override.override_id}

    async def record(self, label: Label, entries: Sequence[Entry]) -> None:
        await self._append(entries)
        self._labels[label.label_id] = label

    async def _append(self, entries: Sequence[Entry]) -> None:
        if self.fail_with is not None:
            fault, self.fail_with = self.fail_with, None
            raise fault
        await self._ledger.append(*entries)
        self._version += 1


def _subject(override: Override) -> tuple[object, ...]:
    return (override.author, override.kind, override.key, override.tier, override.effect)
