"""Terms in the database and in the fake keep the same promises."""

import asyncio

import pytest

from lacuna.adapters.storage import terms as module
from lacuna.adapters.storage.ledger import SqlLedger
from lacuna.adapters.storage.store import Storage
from lacuna.adapters.storage.terms import SqlTerms
from lacuna.domain.errors import TooLarge
from lacuna.testing.contracts.terms import ENTRY, TermStoreContract, stored
from lacuna.testing.fakes.keys import FixedKeys
from lacuna.testing.fakes.ledger import InMemoryLedger
from lacuna.testing.fakes.terms import InMemoryTerms
from tests.adapters.storage.conftest import Engine


class TestStoredTerms(TermStoreContract):
    @pytest.fixture
    def ledger(self, storage: Storage) -> SqlLedger:
        return storage.ledger

    @pytest.fixture
    def store(self, storage: Storage) -> SqlTerms:
        return storage.terms


class TestInMemoryTerms(TermStoreContract):
    @pytest.fixture
    def ledger(self) -> InMemoryLedger:
        return InMemoryLedger(FixedKeys())

    @pytest.fixture
    def store(self, ledger: InMemoryLedger) -> InMemoryTerms:
        return InMemoryTerms(ledger)


async def test_another_process_sees_a_change_at_once(storage: Storage, engine: Engine) -> None:
    other = await engine.open()
    before = await other.terms.version()
    await storage.terms.change([stored(1, "apollo")], [], [ENTRY])
    assert await other.terms.version() > before
    assert await other.terms.get("trm_001") == stored(1, "apollo")
    await other.close()


async def test_terms_and_log_survive_a_restart(storage: Storage, engine: Engine) -> None:
    await storage.terms.change([stored(1, "apollo")], [], [ENTRY])
    await storage.close()
    again = await engine.open()
    assert await again.terms.get("trm_001") == stored(1, "apollo")
    assert (await again.ledger.verify()).passed
    await again.close()


async def test_changes_side_by_side_are_all_kept(storage: Storage) -> None:
    await asyncio.gather(*(storage.terms.change([stored(n, f"name {n}")], [], [ENTRY]) for n in range(40)))
    version, terms = await storage.terms.everything()
    assert (version, len(terms)) == (40, 40)


async def test_a_full_store_takes_nothing_and_says_so(storage: Storage) -> None:
    many = [stored(n, f"name {n}") for n in range(module.MAX_TERMS + 1)]
    with pytest.raises(TooLarge, match="limit is 250000"):
        await storage.terms.change(many, [], [ENTRY])
    assert await storage.terms.version() == 0
