"""Data sets that Lacuna was told about."""

from collections.abc import Sequence
from typing import Protocol

from lacuna.domain.datasets import Dataset
from lacuna.ports.storage import Entry


class DatasetStore(Protocol):
    """Reads by other processes see each change from the moment the call returns."""

    async def get(self, dataset_id: str) -> Dataset | None: ...

    async def many(self, dataset_ids: Sequence[str]) -> dict[str, Dataset]:
        """Those among these that are known."""
        ...

    async def record(self, key: str, datasets: Sequence[Dataset], entries: Sequence[Entry]) -> bool:
        """Stores what an event told, merged with what is known by then (`domain.datasets.merged`), and the event's
        entries, in one transaction; false, and nothing stored, where an event of this key was recorded before. Durable
        when it returns. Raises TooLarge where a data set would have more columns than may be."""
        ...
