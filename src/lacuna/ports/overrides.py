"""Overrides and labels that stewards keep in the data folder."""

from collections.abc import Sequence
from typing import Protocol

from lacuna.domain.overrides import Granted, Label, Override, State
from lacuna.domain.overriding import Patterns
from lacuna.ports.storage import Entry


class OverrideStore(Protocol):
    """Patterns, reasons and labels are protected data: MUST NOT show up in logs or errors. What a change did MUST be
    visible to every later read in every process from the moment the call returns, and durable; a change and its ledger
    entries are one transaction."""

    async def version(self) -> int:
        """Grows with every change by any process. Cheap: asked several times a second."""
        ...

    async def everything(self) -> tuple[int, Granted]:
        """The granted overrides with the labels that count, and the version they are of, never half of a change."""
        ...

    async def page(self, state: State | None, after: str, limit: int) -> list[Override]:
        """Overrides by id, those after `after`, as stored: a state that the clock alone changed is not known here."""
        ...

    async def get(self, override_id: str) -> Override | None: ...

    async def due(self, now: int) -> list[Override]:
        """Requested and granted overrides whose expiry is at most `now`."""
        ...

    async def add(self, override: Override, label: Label | None, entries: Sequence[Entry]) -> Override:
        """Stores a new override with its label. Where the same author has a request open for the same, that one is
        returned and nothing is stored. Raises TooLarge where the store, or the author, has more than may be."""
        ...

    async def change(self, expected: State, override: Override, entries: Sequence[Entry]) -> None:
        """Replaces an override that is in the state `expected`. The label of one that is neither requested nor granted
        any more is deleted. Raises Conflict where it is in another state, NotFound, and TooLarge."""
        ...

    async def record(self, label: Label, entries: Sequence[Entry]) -> None:
        """Stores a label that came with no override. Raises TooLarge."""
        ...


class PatternCompiler(Protocol):
    def __call__(self, patterns: Sequence[str]) -> Patterns:
        """The patterns ready for searching in linear time. Raises InvalidInput that names the place of a fault, also
        for one that would be found everywhere. MUST NOT repeat the pattern in the error."""
        ...
