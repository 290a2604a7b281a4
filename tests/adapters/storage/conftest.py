"""The store on each database: what holds for one holds for the other."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lacuna.adapters.storage import postgres, sqlite
from lacuna.adapters.storage.store import Storage
from lacuna.ports.secrets import KeyRing
from lacuna.testing.contracts.ledger import entry
from lacuna.testing.fakes.keys import FixedKeys

KEYS = FixedKeys()
SIZE = 600
"""Two complete runs of 256 and a rest."""


@dataclass(frozen=True)
class Engine:
    """A place for one store. `address` is that of its PostgreSQL database; without it, it is SQLite in the folder."""

    folder: Path
    address: str | None = None

    async def open(self, keys: KeyRing | None = None, **given: Any) -> Storage:
        """The store, opened as another process would."""
        ring = FixedKeys() if keys is None else keys
        if self.address is None:
            return await sqlite.open_storage(self.folder, ring, **given)
        return await postgres.open_storage(self.folder, ring, address=self.address, **given)


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    """Each database in turn; PostgreSQL by a role that does not own the tables."""
    return Engine(tmp_path, None if request.param == "sqlite" else request.getfixturevalue("application"))


@pytest.fixture
async def storage(engine: Engine) -> AsyncIterator[Storage]:
    """An empty store."""
    opened = await engine.open()
    yield opened
    await opened.close()


async def filled(folder: Path, size: int, start: int = 0) -> None:
    storage = await sqlite.open_storage(folder, KEYS)
    for first in range(start, start + size, 500):
        await storage.ledger.append(*(entry(number) for number in range(first, min(first + 500, start + size))))
    await storage.close()


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a log of SIZE records, for copies."""
    folder = tmp_path_factory.mktemp("original")
    asyncio.run(filled(folder, SIZE))
    return folder


@pytest.fixture
def folder(original: Path, tmp_path: Path) -> Path:
    """A copy of the log, to be changed."""
    return Path(shutil.copytree(original, tmp_path / "data"))
