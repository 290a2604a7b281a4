"""Data sets in memory: `lacuna.ports.datasets.DatasetStore`."""

from collections.abc import Sequence

from lacuna.domain.datasets import MAX_COLUMNS, Dataset, merged
from lacuna.domain.errors import TooLarge
from lacuna.ports.storage import Entry, Ledger


class InMemoryDatasets:
    """A `DatasetStore` whose entries go to `ledger`."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._known: dict[str, Dataset] = {}
        self._events: set[str] = set()

    async def get(self, dataset_id: str) -> Dataset | None:
        return self._known.get(dataset_id)

    async def many(self, dataset_ids: Sequence[str]) -> dict[str, Dataset]:
        return {each: self._known[each] for each in dataset_ids if each in self._known}

    async def record(self, key: str, datasets: Sequence[Dataset], entries: Sequence[Entry]) -> bool:
        if key in self._events:
            return False
        new = [merged(self._known.get(each.dataset_id), each) for each in datasets]
        if any(len(each.columns) > MAX_COLUMNS for each in new):
            raise TooLarge(f"A data set would have too many columns; the limit is {MAX_COLUMNS}.")
        await self._ledger.append(*entries)
        self._events.add(key)
        self._known |= {each.dataset_id: each for each in new}
        return True
