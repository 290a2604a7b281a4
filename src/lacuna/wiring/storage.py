"""The store, from settings: PostgreSQL where an address is configured, else SQLite in the data folder."""

import asyncio
from pathlib import Path

import structlog

from lacuna.adapters.storage.sqlite import DATABASE
from lacuna.adapters.storage.store import Storage
from lacuna.config.settings import StorageSettings
from lacuna.domain.errors import ConfigError, InvalidInput, StorageMissing
from lacuna.ports.secrets import KeyRing
from lacuna.wiring.catalog import back_end

log = structlog.get_logger("lacuna.storage")


async def open_store(wanted: StorageSettings, folder: Path, keys: KeyRing, *, create: bool = True) -> Storage:
    """The store for `folder`, its schema brought up to date. Raises StorageError, and ConfigError where PostgreSQL is
    configured and its driver is not installed."""
    if wanted.postgres_url is None:
        opened: Storage = await back_end("storage", "sqlite")(folder, keys, create=create)
        return opened
    try:
        open_postgres = back_end("storage", "postgres")
    except ImportError:
        raise ConfigError(
            "storage.postgres_url is set, but the package `psycopg` is not installed.",
            cure="pip install 'lacuna[postgres]'",
        ) from None
    address = wanted.postgres_url.get_secret_value()
    stored: Storage = await open_postgres(
        folder,
        keys,
        address=address,
        schema=wanted.postgres_schema or "",
        pool_size=wanted.pool_size,
        create=create,
        answer_seconds=wanted.postgres_timeout_s,
        warn=_warn,
    )
    return stored


async def grant_rights(wanted: StorageSettings, role: str) -> None:
    """Gives the application's role in PostgreSQL the rights it needs, as the tables' owner. Raises InvalidInput without
    PostgreSQL, and StorageError."""
    if wanted.postgres_url is None:
        raise InvalidInput(
            "--app-role is for a store in PostgreSQL.", cure="Set LACUNA_POSTGRES_URL to the address of the owner."
        )
    grant = back_end("storage_rights", "postgres")
    await asyncio.to_thread(grant, wanted.postgres_url.get_secret_value(), role, wanted.postgres_schema or "")


def require_store(wanted: StorageSettings, folder: Path) -> None:
    """Raises StorageMissing where the data folder shows that there is no store yet."""
    if wanted.postgres_url is None and not (folder / DATABASE).exists():
        raise StorageMissing(f"There is no store in {folder}.", cure="Name the data folder with --data-dir.")


def _warn(sentence: str) -> None:
    log.warning("postgres_setting_is_unsafe", effect=sentence)
