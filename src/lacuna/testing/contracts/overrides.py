"""What every `OverrideStore` does. Subclass with fixtures `store` (an empty one) and `ledger` (the one it appends
to)."""

import asyncio
from dataclasses import replace

import pytest

from lacuna.domain.audit import Record
from lacuna.domain.errors import Conflict, InvalidInput, NotFound
from lacuna.domain.overrides import Effect, Granted, Label, Override, OverrideKind, State
from lacuna.domain.tiers import Tier
from lacuna.ports.overrides import OverrideStore
from lacuna.ports.storage import Entry, Ledger, RecordFilter

ENTRY = Entry(Record("override.requested", 1, "ada", "cli", "", {"override": "ovr_001"}))


def override(number: int, state: State = State.REQUESTED, *, key: str = "", expires: int | None = None) -> Override:
    """An override whose id sorts by `number`."""
    return Override(
        override_id=f"ovr_{number:03}",
        kind=OverrideKind.TEXT,
        key=key or f"{number:064x}",
        tier=Tier.PUBLIC,
        effect=Effect.LOWER,
        reason="the Äpfel 机 are public",
        author="bob",
        created=10,
        expires=expires,
        note="for the fair",
        decision_id="dec_1",
        state=state,
    )


def label(number: int, override_id: str = "") -> Label:
    """A label whose id sorts by `number`."""
    return Label(f"lab_{number:03}", "when is the fair? 机", Tier.PUBLIC, "dec_1", override_id, "bob", 11)


def decided(given: Override, state: State) -> Override:
    """What a steward makes of it."""
    return replace(given, state=state, expires=99, decided_by="ada", decided_at=50, remark="agreed")


class OverrideStoreContract:
    async def test_a_store_begins_empty(self, store: OverrideStore) -> None:
        assert await store.everything() == (await store.version(), Granted())
        assert await store.page(None, "", 10) == []
        assert await store.get("ovr_001") is None
        assert await store.due(1_000) == []

    async def test_what_is_added_is_read_back(self, store: OverrideStore) -> None:
        asked, granted = override(1, expires=90), replace(override(2, State.GRANTED), kind=OverrideKind.PATTERN)
        assert await store.add(asked, label(1, "ovr_001"), [ENTRY]) == asked
        assert await store.add(granted, label(2, "ovr_002"), [ENTRY]) == granted
        assert await store.get("ovr_001") == asked
        assert await store.page(State.GRANTED, "", 10) == [granted]
        assert (await store.everything())[1] == Granted((granted,), (label(2, "ovr_002"),), 90)

    async def test_every_change_raises_the_version(self, store: OverrideStore) -> None:
        seen = [await store.version()]
        await store.add(override(1), None, [ENTRY])
        seen.append(await store.version())
        await store.change(State.REQUESTED, decided(override(1), State.GRANTED), [ENTRY])
        seen.append(await store.version())
        await store.record(label(1), [ENTRY])
        seen.append((await store.everything())[0])
        assert seen == sorted(set(seen))

    async def test_a_grant_lets_override_and_label_count_and_an_end_takes_both(self, store: OverrideStore) -> None:
        await store.add(override(1), label(1, "ovr_001"), [ENTRY])
        await store.record(label(2), [ENTRY])
        granted = decided(override(1), State.GRANTED)
        await store.change(State.REQUESTED, granted, [ENTRY])
        assert await store.get("ovr_001") == granted
        assert (await store.everything())[1] == Granted((granted,), (label(1, "ovr_001"), label(2)), 99)
        await store.change(State.GRANTED, replace(granted, state=State.WITHDRAWN), [ENTRY])
        assert (await store.everything())[1] == Granted((), (label(2),))

    @pytest.mark.parametrize("end", [State.REFUSED, State.EXPIRED])
    async def test_what_was_refused_or_expired_counts_no_more(self, store: OverrideStore, end: State) -> None:
        await store.add(override(1), label(1, "ovr_001"), [ENTRY])
        await store.change(State.REQUESTED, decided(override(1), end), [ENTRY])
        assert (await store.everything())[1] == Granted()
        assert await store.page(end, "", 10) == [decided(override(1), end)]

    async def test_of_changes_from_the_same_state_one_happens(self, store: OverrideStore, ledger: Ledger) -> None:
        await store.add(override(1), None, [ENTRY])
        before = len(await ledger.find(RecordFilter(kind="override.requested")))
        wanted = [decided(override(1), state) for state in (State.GRANTED, State.REFUSED, State.GRANTED)]
        racing = (store.change(State.REQUESTED, change, [ENTRY]) for change in wanted)
        outcomes = await asyncio.gather(*racing, return_exceptions=True)
        assert sorted(type(o).__name__ for o in outcomes) == ["Conflict", "Conflict", "NoneType"]
        assert len(await ledger.find(RecordFilter(kind="override.requested"))) == before + 1
        with pytest.raises(Conflict):
            await store.change(State.REQUESTED, decided(override(1), State.GRANTED), [ENTRY])
        with pytest.raises(NotFound):
            await store.change(State.REQUESTED, decided(override(2), State.GRANTED), [ENTRY])

    async def test_the_same_request_again_is_the_one_that_is_open(self, store: OverrideStore, ledger: Ledger) -> None:
        again = replace(override(2), key=override(1).key)
        first, second = await asyncio.gather(
            store.add(override(1), None, [ENTRY]), store.add(again, label(2, "ovr_002"), [ENTRY])
        )
        assert first == second
        assert len(await store.page(None, "", 10)) == 1
        assert len(await ledger.find(RecordFilter(kind="override.requested"))) == 1
        await store.change(State.REQUESTED, decided(first, State.REFUSED), [ENTRY])
        other = replace(override(3), key=override(1).key)
        assert await store.add(other, None, [ENTRY]) == other

    async def test_pages_continue_where_they_ended(self, store: OverrideStore) -> None:
        for number in range(30):
            await store.add(override(number, State.GRANTED), None, [ENTRY])
        first = await store.page(None, "", 20)
        rest = await store.page(State.GRANTED, first[-1].override_id, 20)
        assert [o.override_id for o in first + rest] == [f"ovr_{number:03}" for number in range(30)]

    async def test_what_is_due_is_open_and_over(self, store: OverrideStore) -> None:
        for number, state in enumerate((State.REQUESTED, State.GRANTED, State.WITHDRAWN)):
            await store.add(override(number, state, expires=50), None, [ENTRY])
        await store.add(override(7, State.GRANTED), None, [ENTRY])
        assert await store.due(49) == []
        assert [o.override_id for o in await store.due(50)] == ["ovr_000", "ovr_001"]

    async def test_a_change_and_its_record_are_one(self, store: OverrideStore) -> None:
        await store.add(override(1), None, [ENTRY])
        version = await store.version()
        bad = Entry(Record("no.such.kind", 1, "ada", "cli", "", {}))
        with pytest.raises(InvalidInput):
            await store.add(override(2), label(2, "ovr_002"), [bad])
        with pytest.raises(InvalidInput):
            await store.change(State.REQUESTED, decided(override(1), State.GRANTED), [bad])
        assert await store.version() == version
        assert await store.get("ovr_002") is None
        assert await store.get("ovr_001") == override(1)
