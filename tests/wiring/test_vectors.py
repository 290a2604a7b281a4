"""Settings lead to the store that they name, and the data folder's record to the one that is in force."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from lacuna.config import Settings
from lacuna.domain.errors import ConfigError
from lacuna.domain.identity import Principal, Role
from lacuna.domain.tiers import Tier
from lacuna.testing.contracts.vector_edges import EVERYTHING
from lacuna.testing.fakes.clock import FrozenClock
from lacuna.testing.fakes.keys import FixedKeys
from lacuna.testing.fakes.ledger import InMemoryLedger
from lacuna.testing.fakes.telemetry import CountingTelemetry
from lacuna.testing.passages import FINGERPRINT, passage
from lacuna.testing.servers.qdrant import QdrantDouble
from lacuna.usecases.reindex import Reindex
from lacuna.wiring.vectors import open_vectors

ADMIN = Principal("root", "", frozenset(), Tier.PROPRIETARY, frozenset({Role.ADMIN}), "test", reads_all_groups=True)


def settings(**vectors: Any) -> Settings:
    return Settings.model_validate({"vectors": vectors})


async def moved(wanted: Settings, folder: Path, to: str) -> str:
    """Moves what is there and returns the name of the place in force."""
    store, places = await open_vectors(wanted, folder, CountingTelemetry())
    try:
        ledger = InMemoryLedger(FixedKeys())
        await Reindex(places, None, ledger, FrozenClock(), 0.0).run(to, ADMIN)
        assert len(await store.lexical("valve", EVERYTHING, 9)) == 3
        return str(places.active)
    finally:
        await store.close()


async def test_passages_move_from_the_data_folder_to_postgresql_to_qdrant_and_back(
    tmp_path: Path, fresh_database: str
) -> None:
    async with QdrantDouble("key-7h3") as server:
        addresses: Mapping[str, str] = {
            "postgres_url": fresh_database,
            "qdrant_url": server.url,
            "qdrant_api_key": "key-7h3",
        }
        wanted = settings(**addresses)
        store, places = await open_vectors(wanted, tmp_path, CountingTelemetry())
        items = [passage(f"c{n}", "valve \x00", tier=Tier.INTERNAL, seed=n) for n in range(3)]
        await store.replace("doc", FINGERPRINT, items)
        before = await store.states()
        await store.close()
        assert await moved(wanted, tmp_path, "pgvector") == "pgvector-2"
        assert not (tmp_path / "passages.db").exists()
        assert await moved(wanted, tmp_path, "qdrant") == "qdrant-3"
        assert await moved(settings(backend="qdrant", **addresses), tmp_path, "embedded") == "embedded-4"
        assert server.engine.get_collections().collections == []
        store, places = await open_vectors(wanted, tmp_path, CountingTelemetry())
        assert (str(places.active), await store.states()) == ("embedded-4", before)
        found = await store.stored("doc")
        assert found is not None
        assert [each.chunk for each in found.chunks] == [each.chunk for each in items]
        assert all((a.vector == b.vector).all() for a, b in zip(found.chunks, items, strict=True))  # type: ignore[union-attr]
        await store.close()


async def test_an_address_that_is_gone_is_asked_for(tmp_path: Path, fresh_database: str) -> None:
    wanted = settings(backend="pgvector", postgres_url=fresh_database)
    store, places = await open_vectors(wanted, tmp_path, CountingTelemetry())
    assert str(places.active) == "pgvector-1"
    await store.close()
    with pytest.raises(ConfigError) as missing:
        await open_vectors(settings(), tmp_path, CountingTelemetry())
    assert "vectors.postgres_url" in missing.value.cure
