"""The fingerprint index in memory, kept in step with its file.

A lookup first asks the file whether another connection committed something (`PRAGMA data_version`) and applies what it
missed, unless that was done within the last FRESH_S: the question takes microseconds, but it gives up the interpreter
lock, and a busy server waits long to get it back. Guarantees that an answer is one state of the file, no older than
FRESH_S before the call, nor than the last `expire`; a change that cannot be applied raises at this and every later call
until it can. Safe under threads.
"""

from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Final

from lacuna.adapters.storage import fingerprint_file as file
from lacuna.adapters.storage.fingerprint_postings import CROWDED, Postings
from lacuna.domain.tiers import Tier
from lacuna.ports.fingerprints import Hashes, Matches

FRESH_S: Final = 0.001

_ROW: Final = "SELECT document, tier, hashes FROM documents WHERE scheme = ?"


class Mirror:
    """The documents of one scheme in the file `path`. Raises a StorageError where it cannot be read."""

    def __init__(self, path: Path, scheme: str, busy_seconds: float) -> None:
        self._path = path
        self._scheme = scheme
        self._lock = Lock()
        self._postings = Postings()
        self._change = self._seen = -1
        self._fresh_until = 0.0
        self._connection = file.connect(path, busy_seconds, read_only=True)
        try:
            with file.translated(path):
                self._name = file.identity(self._connection)
            self.state()
        except BaseException:
            self.close()
            raise

    @property
    def crowded(self) -> bool:
        """Whether `tidy` would make lookups faster."""
        return len(self._postings) >= CROWDED

    def lookup(self, hashes: Hashes) -> Matches:
        """See the port."""
        with self._lock:
            self._follow()
            return self._postings.lookup(hashes)

    def state(self) -> str:
        """The file and its newest change."""
        with self._lock:
            self._follow()
            return f"{self._name}-{self._change}"

    def expire(self) -> None:
        """The next call asks the file: something was committed."""
        self._fresh_until = 0.0

    def tidy(self) -> None:
        """Merges what has piled up. Lookups go on meanwhile; only one thread may call this."""
        with self._lock:
            postings = self._postings
            crowd = postings.crowd()
        if crowd:
            merged = postings.merge(crowd)
            with self._lock:
                postings.swap(crowd, merged)

    def close(self) -> None:
        """Nothing can be looked up any more."""
        with self._lock:
            self._connection.close()

    def _follow(self) -> None:
        now = monotonic()
        if now < self._fresh_until:
            return
        self._fresh_until = 0.0
        self._catch_up()
        self._fresh_until = now + FRESH_S

    def _catch_up(self) -> None:
        with file.translated(self._path):
            (seen,) = self._connection.execute("PRAGMA data_version").fetchone()
            if seen == self._seen:
                return
            with file.transaction(self._connection, "DEFERRED"):
                self._apply()
            self._seen = seen

    def _apply(self) -> None:
        oldest, newest = self._connection.execute(
            "SELECT coalesce(min(change), 0), coalesce(max(change), 0) FROM changes"
        ).fetchone()
        if oldest - 1 <= self._change <= newest and self._change >= 0:
            changed = self._connection.execute(
                "SELECT DISTINCT document FROM changes WHERE change > ?", (self._change,)
            ).fetchall()
            for (document,) in changed:
                self._renew(document)
        else:
            rows = self._connection.execute(_ROW, (self._scheme,))
            fresh = Postings()
            fresh.load([(document, Tier(tier), self._unpacked(blob)) for document, tier, blob in rows])
            self._postings = fresh
        self._change = newest

    def _renew(self, document: int) -> None:
        row = self._connection.execute(f"{_ROW} AND document = ?", (self._scheme, document)).fetchone()
        if row is None:
            self._postings.drop(document)
        else:
            self._postings.put(document, Tier(row[1]), self._unpacked(row[2]))

    def _unpacked(self, blob: bytes) -> Hashes:
        try:
            return file.unpacked(blob)
        except ValueError:
            raise file.corrupt(self._path) from None
