"""The one writing connection of a process, driven by `GroupCommit`.

Guarantees that a batch is one transaction, on disk before its callers hear of it; that after any failure the
connection is thrown away, so nothing half done survives; and that the checkpoint file follows the log within a second.
Files that were removed or exchanged under a running process are noticed before anything is written to the orphan.
"""

import contextlib
import time
from collections.abc import Callable, Sequence
from typing import Any

from lacuna.adapters.storage.checkpoint_file import CheckpointFile
from lacuna.adapters.storage.connection import Connection, Database
from lacuna.adapters.storage.entries import Prepared
from lacuna.adapters.storage.faults import UNSTORABLE, unstorable
from lacuna.adapters.storage.lineage import LineageWrites
from lacuna.adapters.storage.log import BROKEN_CURE, SELECT_HEAD, Extension, Head, Log, head_of, read_head
from lacuna.adapters.storage.signer import CheckpointSigner
from lacuna.domain.audit import Stored
from lacuna.domain.errors import LacunaError, LedgerBroken, StorageError

PUBLISH_SECONDS = 1.0


class Transaction:
    """What the works of one batch share. A work checks first and writes after. `row` is what SELECT_HEAD returned under
    the lock."""

    def __init__(
        self,
        database: Database,
        connection: Connection,
        log: Log,
        row: tuple[Any, ...] | None,
        lagging: StorageError | None,
    ) -> None:
        self._database = database
        self.connection = connection
        self._log = log
        self._row = row
        self._lagging = lagging
        self._lineage = LineageWrites(connection)
        self._head: Head | None = None
        self._entries: list[Prepared] = []

    def append(self, entries: Sequence[Prepared]) -> list[Stored]:
        """Takes the entries into the log, in order and consecutively."""
        self._database.require_storable(entries)
        first = self._whole_head().size + len(self._entries)
        self._lineage.add(entries)
        self._entries += entries
        return [Stored(index, entry.body) for index, entry in enumerate(entries, first)]

    def probe(self) -> None:
        """Writes without changing anything. Raises what an append would raise, or why the checkpoint file lags."""
        self._log.trusted(self._whole_head())
        self.connection.execute("UPDATE log_head SET size = size WHERE id = 1")
        if self._lagging is not None:
            raise self._lagging

    def finish(self) -> Extension | None:
        """Writes what the works left to the end."""
        if self._head is None or not self._entries:
            return None
        self._lineage.write()
        return self._log.extend(self.connection, self._head, self._entries)

    def _whole_head(self) -> Head:
        if self._head is None:
            head = head_of(self._row, self._database.where)
            self._log.require_whole(head)
            self._head = head
        return self._head


class LogCommitter:
    """A `Committer` over one database."""

    def __init__(self, database: Database, signer: CheckpointSigner, file: CheckpointFile) -> None:
        self._database = database
        self._signer = signer
        self._file = file
        self._connection: Connection | None = None
        self._log = Log(signer, database.where)
        self._unpublished: str | None = None
        self._published_at = 0.0
        self._lagging: StorageError | None = None

    def prepare(self) -> None:
        """Creates the empty log where there is none yet, with its checkpoint file. Raises StorageMissing where the log
        was signed by another key. What else is wrong with it is left for `commit` and verification to say."""
        with self._database.translated():
            connection = self._database.writer()
            try:
                self._database.begin(connection, SELECT_HEAD)
                self._log.create(connection)
                connection.execute("COMMIT")
                note, size = self._noted(connection)
            finally:
                connection.close()
        if size == 0 and self._file.read() is None:
            self._file.publish(note)

    def commit(self, take: Callable[[], Sequence[Callable[[Transaction], Any]]]) -> list[Any]:
        try:
            with self._database.translated():
                outcomes, extension = self._committed(take)
        except BaseException:
            self.close()
            raise
        if extension is not None:
            self._log.committed(extension)
            self._unpublished = extension.note
        return outcomes

    def idle(self, *, closing: bool) -> float | None:
        if self._unpublished is None:
            return None
        wait = self._published_at + PUBLISH_SECONDS - time.monotonic()
        if wait > 0 and not closing:
            return wait
        self._published_at = time.monotonic()
        try:
            self._file.publish(self._unpublished)
        except StorageError as fault:
            # What is acknowledged is safe in the database; `probe` tells of the lag, and the next second tries again.
            self._lagging = fault
            return PUBLISH_SECONDS
        self._unpublished = None
        self._lagging = None
        return None

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _noted(self, connection: Connection) -> tuple[str, int | None]:
        """The signed note of the head and its size, None where it cannot be relied on."""
        with contextlib.suppress(LedgerBroken):
            head = read_head(connection, self._database.where)
            return head.note, self._signer.opened(head.note, self._database.where).size
        return "", None

    def _committed(
        self, take: Callable[[], Sequence[Callable[[Transaction], Any]]]
    ) -> tuple[list[Any], Extension | None]:
        try:
            connection, row = self._begun()
            transaction = Transaction(self._database, connection, self._log, row, self._lagging)
            outcomes = [_attempted(work, transaction) for work in take()]
            with self._database.finishing(connection):
                extension = transaction.finish()
        except self._database.duplicates:
            raise LedgerBroken(
                f"The log in {self._database.where} already holds records or nodes beyond its head.", cure=BROKEN_CURE
            ) from None
        return outcomes, extension

    def _begun(self) -> tuple[Connection, tuple[Any, ...] | None]:
        """The connection with a transaction begun, and the head's row. A connection that was cut while it lay idle is
        replaced: nothing was sent through it yet."""
        if self._connection is not None:
            self._database.require_present(self._connection)
            try:
                return self._connection, self._database.begin(self._connection, SELECT_HEAD)
            except self._database.errors:
                if not self._database.lost(self._connection):
                    raise
                self.close()
        self._connection = self._database.writer()
        self._attest()
        return self._connection, self._database.begin(self._connection, SELECT_HEAD)

    def _attest(self) -> None:
        """Reads the checkpoint file: the log may not have fallen behind it."""
        note = self._file.read()
        if note is None:
            raise LedgerBroken(
                f"{self._file.path} is missing: nothing shows that {self._database.where} is not an older copy.",
                cure="Restore the file from the backup that the database came from, or, once the log has been checked "
                "against a checkpoint kept elsewhere, write the output of `lacuna audit checkpoint` there.",
            )
        self._log.attest(note, str(self._file.path))


def _attempted(work: Callable[[Transaction], Any], transaction: Transaction) -> Any:
    """The work's result, or the error that concerns it alone. A broken or failing store concerns everyone."""
    try:
        return work(transaction)
    except (LedgerBroken, StorageError):
        raise
    except LacunaError as fault:
        return fault
    except UNSTORABLE:
        return unstorable()
