"""The vector store, from settings: in the data folder, or in PostgreSQL with pgvector."""

import asyncio
from pathlib import Path
from typing import Any

from lacuna.config.settings import Settings
from lacuna.domain.errors import ConfigError
from lacuna.ports.telemetry import Telemetry
from lacuna.ports.vectors import VectorStore
from lacuna.wiring.catalog import back_end
from lacuna.wiring.guard import Guard, GuardedStore

WRITE_TIMEOUT_S = 600.0


async def open_vectors(settings: Settings, folder: Path, telemetry: Telemetry) -> GuardedStore:
    """The store for `folder`, guarded. Raises StorageError, and ConfigError where a driver is not installed."""
    wanted = settings.vectors
    if wanted.backend == "embedded":
        bare: VectorStore = await back_end("vectors", "embedded").open(folder / "passages.db")
    else:
        opener = _installed("vectors", "pgvector")
        address = wanted.postgres(settings.storage.postgres_url)
        bare = await opener.open(address, wanted.name, readers=wanted.readers, timeout_s=wanted.timeout_s)
    return GuardedStore(
        bare, Guard("vectors", telemetry, wanted.timeout_s), Guard("vectors", telemetry, WRITE_TIMEOUT_S)
    )


async def grant_passages(settings: Settings, role: str) -> None:
    """Gives the application's role in PostgreSQL the use of the passages that are kept there. Raises StorageError."""
    wanted = settings.vectors
    if wanted.backend == "pgvector":
        grant = _installed("vectors_rights", "pgvector")
        await asyncio.to_thread(grant, wanted.postgres(settings.storage.postgres_url), wanted.name, role)


def _installed(port: str, name: str) -> Any:
    try:
        return back_end(port, name)
    except ImportError:
        raise ConfigError(
            f"vectors.backend is {name}, but a package that it needs is not installed.",
            cure="pip install 'lacuna[postgres]'",
        ) from None
