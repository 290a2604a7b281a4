"""What every `lacuna.ports.hmac_keys.HmacKeyHistory` has to do."""

import pytest

from lacuna.domain.audit import Record
from lacuna.domain.errors import Conflict
from lacuna.ports.hmac_keys import HmacKeyHistory
from lacuna.ports.storage import Entry, Ledger, RecordFilter

ENTRY = Entry(Record("hmac_key.rotated", 1, "root", "test", "", {"old": "a", "new": "b"}))


class HmacKeyHistoryContract:
    """Tests of an empty `HmacKeyHistory` (fixture `history`) with the ledger that its records go to (`ledger`)."""

    async def test_the_first_keys_are_begun_with_once(self, history: HmacKeyHistory) -> None:
        assert await history.known() == ()
        assert await history.begin(["a", "b"]) == ("a", "b")
        assert await history.begin(["b"]) == ("a", "b")
        assert await history.known() == ("a", "b")

    async def test_a_rotation_is_recorded_and_known_together(self, history: HmacKeyHistory, ledger: Ledger) -> None:
        await history.begin(["a"])
        await history.rotate("a", "b", ENTRY)
        assert await history.known() == ("a", "b")
        assert [each.record().data for each in await ledger.find(RecordFilter())] == [{"old": "a", "new": "b"}]

    @pytest.mark.parametrize(("old", "new"), [("b", "c"), ("a", "a"), ("", "b")])
    async def test_a_rotation_from_another_key_or_back_is_refused(
        self, history: HmacKeyHistory, ledger: Ledger, old: str, new: str
    ) -> None:
        await history.begin(["a"])
        with pytest.raises(Conflict):
            await history.rotate(old, new, ENTRY)
        assert await history.known() == ("a",)
        assert await ledger.find(RecordFilter()) == []
