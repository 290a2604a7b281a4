"""The vector store, from settings: the place that the data folder records, and how places are opened and deleted."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import structlog

from lacuna.adapters.vectors.places import Place, PlaceFile
from lacuna.adapters.vectors.switching import SwitchingStore
from lacuna.config.settings import Settings
from lacuna.domain.errors import ConfigError
from lacuna.ports.telemetry import Telemetry
from lacuna.ports.vectors import VectorStore
from lacuna.wiring.catalog import back_end
from lacuna.wiring.guard import Guard, GuardedStore

WRITE_TIMEOUT_S: Final = 600.0
_EMBEDDED: Final = "passages.db"

log = structlog.get_logger("lacuna.vectors")


@dataclass(frozen=True, slots=True)
class Places:
    """Opens and deletes the places of one data folder. Raises StorageError, and ConfigError where an address or a
    driver is missing."""

    settings: Settings
    folder: Path

    async def open(self, place: Place) -> VectorStore:
        if place.backend == "embedded":
            found: VectorStore = await back_end("vectors", "embedded").open(self._file(place))
            return found
        wanted = self.settings.vectors
        opener = _installed("vectors", place)
        at, limits = self._at(place), {"readers": wanted.readers, "timeout_s": wanted.timeout_s}
        if place.backend == "qdrant":
            limits["replicas"] = wanted.qdrant_replicas
        store: VectorStore = await opener.open(*at, **limits)
        return store

    async def grant(self, place: Place, role: str) -> None:
        if place.backend == "pgvector":
            grant = _installed("vectors_rights", place)
            at = self._at(place)
            await asyncio.to_thread(lambda: grant(*at, role))

    async def delete(self, place: Place) -> None:
        if place.backend == "embedded":
            await back_end("vectors", "embedded").delete(self._file(place))
        else:
            await _installed("vectors", place).delete(*self._at(place))

    def first(self) -> Place:
        """The place of a data folder that records none: where passages are already, else where the settings say."""
        return Place("embedded" if (self.folder / _EMBEDDED).exists() else self.settings.vectors.backend)

    def _file(self, place: Place) -> Path:
        return self.folder / (_EMBEDDED if place.generation == 1 else f"passages-{place.generation}.db")

    def _at(self, place: Place) -> tuple[str | None, ...]:
        """How a server is reached, and what the place is called there."""
        wanted = self.settings.vectors
        # No name has a `-`: a later place of one store is never the first of another.
        name = wanted.name if place.generation == 1 else f"{wanted.name}-{place.generation}"
        if place.backend == "qdrant":
            key = None if wanted.qdrant_api_key is None else wanted.qdrant_api_key.get_secret_value()
            return self._required(wanted.qdrant_url, place, "vectors.qdrant_url"), key, name
        address = wanted.postgres(self.settings.storage.postgres_url)
        return self._required(address, place, "vectors.postgres_url or storage.postgres_url"), name

    @staticmethod
    def _required(address: str | None, place: Place, key: str) -> str:
        if address is None:
            raise ConfigError(
                f"The passages are in {place}, but no address of it is configured.",
                cure=f"Set {key}, or run `lacuna reindex` where it is set.",
            )
        return address


Vectors = tuple[GuardedStore, SwitchingStore]
"""The store in force, guarded, and what moves it."""


@asynccontextmanager
async def opening_vectors(settings: Settings, folder: Path, telemetry: Telemetry) -> AsyncIterator[Awaitable[Vectors]]:
    """The store of `folder`, ready to search when what is given was awaited: a large one is read meanwhile. Awaiting
    raises StorageError and ConfigError. Closed at the end, awaited or not."""
    opening = asyncio.create_task(open_vectors(settings, folder, telemetry))
    try:
        yield opening
    finally:
        await asyncio.wait([opening])
        if not opening.cancelled() and opening.exception() is None:
            await opening.result()[0].close()


async def open_vectors(settings: Settings, folder: Path, telemetry: Telemetry) -> Vectors:
    """Raises StorageError and ConfigError."""
    places = Places(settings, folder)
    switching = await SwitchingStore.open(folder, places, places.first())
    if switching.active.backend != settings.vectors.backend:
        log.warning(
            "passages_elsewhere", place=str(switching.active), wanted=settings.vectors.backend, cure="lacuna reindex"
        )
    searches = Guard("vectors", telemetry, settings.vectors.timeout_s)
    return GuardedStore(switching, searches, Guard("vectors", telemetry, WRITE_TIMEOUT_S)), switching


async def grant_passages(settings: Settings, folder: Path, role: str) -> None:
    """Gives the application's role in PostgreSQL the use of the passages, where they are there. Raises StorageError."""
    await Places(settings, folder).grant(PlaceFile(folder).read().active, role)


def _installed(port: str, place: Place) -> Any:
    try:
        return back_end(port, place.backend)
    except ImportError:
        raise ConfigError(
            f"Passages are to be in {place}, but a package that it needs is not installed.",
            cure=f"pip install 'lacuna[{'qdrant' if place.backend == 'qdrant' else 'postgres'}]'",
        ) from None
