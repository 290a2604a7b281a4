"""What every `lacuna.ports.datasets.DatasetStore` has to do."""

import pytest

from lacuna.domain.audit import Record
from lacuna.domain.datasets import MAX_COLUMNS, Dataset
from lacuna.domain.errors import TooLarge
from lacuna.domain.operations import Column
from lacuna.domain.tiers import Tier
from lacuna.ports.datasets import DatasetStore
from lacuna.ports.storage import Entry, Ledger, RecordFilter

STAFF = Dataset(
    "postgres://db",
    "hr.staff",
    columns=(Column("email", Tier.PROPRIETARY, ("PII.EMAIL",)), Column("region", Tier.PUBLIC)),
    tags=("HR",),
    groups=frozenset({"hr"}),
    owner="ann",
    updated_at=7,
)
ENTRY = Entry(Record("lineage.recorded", 1, "ann", "test", "", {"run": "r"}))


class DatasetStoreContract:
    """Tests of an empty `DatasetStore` (fixture `datasets`) with the ledger that its entries go to (`ledger`)."""

    async def test_what_was_recorded_is_read_as_it_was(self, datasets: DatasetStore) -> None:
        assert await datasets.get(STAFF.dataset_id) is None
        assert await datasets.record("e1", [STAFF], [ENTRY])
        assert await datasets.get(STAFF.dataset_id) == STAFF
        assert await datasets.many([STAFF.dataset_id, "dataset:x/y"]) == {STAFF.dataset_id: STAFF}

    async def test_an_event_counts_once(self, datasets: DatasetStore, ledger: Ledger) -> None:
        other = Dataset("n", "other")
        assert await datasets.record("e1", [STAFF], [ENTRY])
        assert not await datasets.record("e1", [other], [ENTRY])
        assert await datasets.get(other.dataset_id) is None
        assert len(await ledger.find(RecordFilter(kind="lineage.recorded"))) == 1

    async def test_what_is_known_only_grows(self, datasets: DatasetStore) -> None:
        await datasets.record("e1", [STAFF], [ENTRY])
        again = Dataset(
            "postgres://db", "hr.staff", declared=Tier.PUBLIC, columns=(Column("email", Tier.PUBLIC),), owner="bob"
        )
        await datasets.record("e2", [again], [ENTRY])
        found = await datasets.get(STAFF.dataset_id)
        assert found is not None
        assert (found.columns, found.groups, found.owner) == (STAFF.columns, STAFF.groups, "ann")
        assert found.declared is Tier.PUBLIC

    async def test_too_many_columns_leave_nothing_behind(self, datasets: DatasetStore, ledger: Ledger) -> None:
        wide = Dataset("n", "wide", columns=tuple(Column(f"c{n}", Tier.PUBLIC) for n in range(MAX_COLUMNS + 1)))
        with pytest.raises(TooLarge):
            await datasets.record("e1", [wide], [ENTRY])
        assert await datasets.get(wide.dataset_id) is None
        assert await ledger.find(RecordFilter(kind="lineage.recorded")) == []
        assert await datasets.record("e1", [STAFF], [ENTRY])
