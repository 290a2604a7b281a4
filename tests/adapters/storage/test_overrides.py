"""Overrides in the database and in the fake keep the same promises."""

from dataclasses import replace

import pytest

from lacuna.adapters.storage import overrides as module
from lacuna.adapters.storage.ledger import SqlLedger
from lacuna.adapters.storage.overrides import SqlOverrides
from lacuna.adapters.storage.store import Storage
from lacuna.domain.errors import TooLarge
from lacuna.domain.overrides import OverrideKind, State
from lacuna.testing.contracts.overrides import ENTRY, OverrideStoreContract, decided, label, override
from lacuna.testing.fakes.keys import FixedKeys
from lacuna.testing.fakes.ledger import InMemoryLedger
from lacuna.testing.fakes.overrides import InMemoryOverrides
from tests.adapters.storage.conftest import Engine


class TestStoredOverrides(OverrideStoreContract):
    @pytest.fixture
    def ledger(self, storage: Storage) -> SqlLedger:
        return storage.ledger

    @pytest.fixture
    def store(self, storage: Storage) -> SqlOverrides:
        return storage.overrides


class TestInMemoryOverrides(OverrideStoreContract):
    @pytest.fixture
    def ledger(self) -> InMemoryLedger:
        return InMemoryLedger(FixedKeys())

    @pytest.fixture
    def store(self, ledger: InMemoryLedger) -> InMemoryOverrides:
        return InMemoryOverrides(ledger)


async def test_another_process_sees_a_change_at_once_and_after_a_restart(storage: Storage, engine: Engine) -> None:
    other = await engine.open()
    before = await other.overrides.version()
    await storage.overrides.add(override(1, State.GRANTED), label(1, "ovr_001"), [ENTRY])
    assert await other.overrides.version() > before
    assert await other.overrides.get("ovr_001") == override(1, State.GRANTED)
    await other.close()
    await storage.close()
    again = await engine.open()
    assert (await again.overrides.everything())[1].labels == (label(1, "ovr_001"),)
    assert (await again.ledger.verify()).passed
    await again.close()


async def test_what_may_be_kept_is_bounded(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MAX_PATTERNS", "MAX_LABELS", "MAX_OPEN_BY_AUTHOR"):
        monkeypatch.setattr(module, name, 1)
    store = storage.overrides
    pattern = replace(override(1, State.GRANTED), kind=OverrideKind.PATTERN, key="a+b")
    await store.add(pattern, label(1, "ovr_001"), [ENTRY])
    with pytest.raises(TooLarge, match="patterns"):
        await store.add(replace(pattern, override_id="ovr_2"), None, [ENTRY])
    with pytest.raises(TooLarge, match="labels"):
        await store.record(label(2), [ENTRY])
    with pytest.raises(TooLarge, match="labels"):
        await store.add(override(3), label(3, "ovr_003"), [ENTRY])
    asked = replace(override(4), kind=OverrideKind.PATTERN, key="c+d")
    await store.add(asked, None, [ENTRY])
    with pytest.raises(TooLarge, match="your requests"):
        await store.add(override(5), None, [ENTRY])
    with pytest.raises(TooLarge, match="patterns"):
        await store.change(State.REQUESTED, decided(asked, State.GRANTED), [ENTRY])
    monkeypatch.setattr(module, "MAX_OPEN", 2)
    with pytest.raises(TooLarge, match="requested or granted"):
        await store.add(override(6, State.GRANTED), None, [ENTRY])
    assert len(await store.page(None, "", 10)) == 2
