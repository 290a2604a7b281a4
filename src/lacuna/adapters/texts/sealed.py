"""Texts of decisions in `texts.db`, sealed with AES-256-GCM under the key of their subject.

Guarantees that a text opens only as the part of the decision it was sealed for, under the key it was sealed with. The
keys are elsewhere (`lacuna.adapters.texts.subject_keys`).
"""

import asyncio
import secrets
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from lacuna.adapters.texts.subject_keys import NONCE_BYTES, SubjectKeys
from lacuna.domain.errors import NotFound, StorageCorrupt, StorageError

Result = TypeVar("Result")

FILE = "texts.db"
BUSY_SECONDS = 10.0
_SCHEMA = """\
CREATE TABLE IF NOT EXISTS texts (
    decision TEXT NOT NULL, part TEXT NOT NULL, subject TEXT NOT NULL, key_id TEXT NOT NULL, sealed BLOB NOT NULL,
    PRIMARY KEY (decision, part)
) WITHOUT ROWID"""
_INDEX = "CREATE INDEX IF NOT EXISTS texts_subject ON texts (subject)"
_PUT = "INSERT OR REPLACE INTO texts (decision, part, subject, key_id, sealed) VALUES (?, ?, ?, ?, ?)"
_GET = "SELECT part, subject, key_id, sealed FROM texts WHERE decision = ? ORDER BY part"


class SealedTexts:
    """A `TextVault` in the data folder `folder`."""

    def __init__(self, folder: Path, keys: SubjectKeys) -> None:
        self._path = folder / FILE
        self._keys = keys
        with suppress(OSError):  # SQLite says what is wrong
            self._path.touch(mode=0o600)
        with self._connected() as connection:
            connection.execute(_SCHEMA)
            connection.execute(_INDEX)

    async def put(self, subject: str, decision: str, texts: Mapping[str, str]) -> None:
        await asyncio.to_thread(self._put, subject, decision, dict(texts))

    async def get(self, decision: str) -> dict[str, str]:
        return await asyncio.to_thread(self._get, decision)

    async def erase(self, subject: str) -> bool:
        return await asyncio.to_thread(self._erase, subject)

    async def close(self) -> None:
        return None

    def _put(self, subject: str, decision: str, texts: Mapping[str, str]) -> None:
        own = self._keys.made(subject)
        cipher = AESGCM(own.key)
        rows = []
        for part, text in texts.items():
            nonce = secrets.token_bytes(NONCE_BYTES)
            raw = text.encode("utf-8", "surrogatepass")
            sealed = nonce + cipher.encrypt(nonce, raw, _bound(decision, part, subject))
            rows.append((decision, part, subject, own.key_id, sealed))
        with self._connected() as connection:
            connection.executemany(_PUT, rows)

    def _get(self, decision: str) -> dict[str, str]:
        with self._connected() as connection:
            rows = connection.execute(_GET, (decision,)).fetchall()
        found: dict[str, str] = {}
        for part, subject, key_id, sealed in rows:
            own = self._keys.find(subject)
            if own is None or own.key_id != key_id:
                continue
            try:
                bound = _bound(decision, part, subject)
                raw = AESGCM(own.key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound)
            except (InvalidTag, ValueError):
                raise StorageCorrupt(
                    f"The stored {part} of a decision in {self._path} was changed or moved.",
                    cure="Restore the file from a backup.",
                ) from None
            found[part] = raw.decode("utf-8", "surrogatepass")
        if not found:
            raise NotFound("No text of this decision is stored: none was kept, or it was erased.")
        return found

    def _erase(self, subject: str) -> bool:
        key_id = self._keys.destroy(subject)
        with self._connected() as connection:
            connection.execute("DELETE FROM texts WHERE subject = ?", (subject,))
        return key_id is not None

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        """A connection for one transaction. Raises StorageError."""
        try:
            with closing(sqlite3.connect(self._path, timeout=BUSY_SECONDS)) as connection:
                for pragma in ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON"):
                    connection.execute(f"PRAGMA {pragma}")
                with connection:
                    yield connection
        except sqlite3.DatabaseError as fault:
            raise StorageError(
                f"{self._path} could not be used ({type(fault).__name__}).", cure="Check the volume it lies on."
            ) from fault


def _bound(decision: str, part: str, subject: str) -> bytes:
    return "\0".join(("lacuna text 1", decision, part, subject)).encode("utf-8", "surrogatepass")
