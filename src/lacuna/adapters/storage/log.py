"""Extending the log inside a transaction: reading the head, trusting it, appending, signing the new head.

Guarantees that nothing is appended to a head that this log's key did not sign, whose parts disagree, or that falls
behind a checkpoint signed before: a signature must never make a forged or cut log look whole. Leaves the records' own
soundness to verification, and transactions and their durability to the committer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lacuna.adapters.storage.connection import Connection
from lacuna.adapters.storage.entries import Prepared
from lacuna.adapters.storage.signer import CheckpointSigner
from lacuna.domain.errors import LedgerBroken
from lacuna.domain.merkle import HASH_SIZE, TILE_HEIGHT, CompactRange
from lacuna.domain.notes import Checkpoint

BROKEN_CURE = (
    "Run `lacuna audit verify`, keep the data folder as evidence, and restore database, keys and checkpoint together "
    "from one backup."
)

SELECT_HEAD = (
    "SELECT size, root, range, checkpoint, (SELECT max(idx) FROM records), (SELECT count(*) FROM log_head) "
    "FROM log_head WHERE id = 1"
)
_INSERT_RECORDS = "INSERT INTO records (idx, at, kind, actor, decision, leaf, body)"
_INSERT_SUBTREES = "INSERT INTO subtrees (level, idx, hash)"
_UPDATE_HEAD = "UPDATE log_head SET size = ?, root = ?, range = ?, checkpoint = ? WHERE id = 1"
_FIRST_HEAD = "INSERT INTO log_head (id, size, root, range, checkpoint) VALUES (1, ?, ?, ?, ?) ON CONFLICT DO NOTHING"


@dataclass(frozen=True, slots=True)
class Head:
    """The log's one head row. `last` is the largest index among the records, -1 where there are none."""

    size: int
    root: bytes
    range: bytes
    note: str
    last: int


@dataclass(frozen=True, slots=True)
class Extension:
    """The log after an append."""

    range: CompactRange
    root: bytes
    note: str


def read_head(connection: Connection, where: str) -> Head:
    """Raises LedgerBroken where the row is missing or not of the right types."""
    return head_of(connection.execute(SELECT_HEAD).fetchone(), where)


def head_of(row: tuple[Any, ...] | None, where: str) -> Head:
    """The head in what SELECT_HEAD returned. Raises LedgerBroken where the row is missing or not of the right types."""
    if row is None:
        raise LedgerBroken(f"The log in {where} has lost its head.", cure=BROKEN_CURE)
    size, root, packed, note, last, heads = row
    kinds = (type(size), type(root), type(packed), type(note), heads)
    if kinds != (int, bytes, bytes, str, 1) or len(root) != HASH_SIZE or len(packed) % HASH_SIZE:
        raise LedgerBroken(f"The head of the log in {where} is damaged.", cure=BROKEN_CURE)
    return Head(size, root, packed, note, -1 if last is None else last)


def trusted_range(head: Head, signer: CheckpointSigner, where: str) -> CompactRange:
    """The compact range of a head whose signature, size, root and range agree. Raises LedgerBroken or
    StorageMissing."""
    checkpoint = signer.opened(head.note, where)
    hashes = tuple(head.range[at : at + HASH_SIZE] for at in range(0, len(head.range), HASH_SIZE))
    if (checkpoint.size, checkpoint.root) != (head.size, head.root) or len(hashes) != head.size.bit_count():
        raise LedgerBroken(f"The head of the log in {where} disagrees with its own signature.", cure=BROKEN_CURE)
    found = CompactRange(head.size, hashes)
    if found.root != head.root:
        raise LedgerBroken(f"The compact range of the log in {where} does not lead to its root.", cure=BROKEN_CURE)
    return found


class Log:
    """What one writing process knows of the log between transactions."""

    def __init__(self, signer: CheckpointSigner, where: str) -> None:
        self._signer = signer
        self._where = where
        self._note = ""
        self._range = CompactRange()
        self._attested = Checkpoint("", 0, CompactRange().root)

    def attest(self, note: str, where: str) -> None:
        """Takes a checkpoint kept elsewhere as something that the log may not fall behind."""
        checkpoint = self._signer.opened(note, where)
        if checkpoint.size > self._attested.size:
            self._attested = checkpoint

    def create(self, connection: Connection) -> None:
        """Gives a database without a head the head of the empty log."""
        if connection.execute("SELECT 1 FROM log_head").fetchone() is not None:
            return
        empty = CompactRange()
        connection.execute(_FIRST_HEAD, (0, empty.root, b"", self._signer.sign(0, empty.root)))

    def require_whole(self, head: Head) -> None:
        """Whether the head, read under the lock, may be extended, its signature aside. Raises LedgerBroken."""
        known = self._attested
        if head.size < known.size or (head.size == known.size and head.root != known.root):
            raise LedgerBroken(
                f"The log in {self._where} has {head.size} records, but a checkpoint signed earlier attests "
                f"{known.size}: it was cut, or an older database was put in its place.",
                cure=BROKEN_CURE,
            )
        if head.last != head.size - 1:
            raise LedgerBroken(
                f"The log in {self._where} ends with record {head.last}, but its head attests {head.size} records.",
                cure=BROKEN_CURE,
            )

    def trusted(self, head: Head) -> CompactRange:
        """The range of the head, which another process may have moved and signed. Raises LedgerBroken."""
        if head.note != self._note or (head.size, head.root) != (self._range.size, self._range.root):
            self._range = trusted_range(head, self._signer, self._where)
            self._note = head.note
        return self._range

    def extend(self, connection: Connection, head: Head, entries: Sequence[Prepared]) -> Extension:
        """Writes the records, the subtrees that they complete, and the new head with its signature. The records are on
        their way first: checking the old head, the tree and the new signature take the time that the database needs
        for them. Raises LedgerBroken where the old head is forged; then nothing may be committed."""
        connection.insert(
            _INSERT_RECORDS,
            [(index, *entry.columns, entry.leaf, entry.body) for index, entry in enumerate(entries, head.size)],
        )
        grown, completed = self.trusted(head).extended(entry.leaf for entry in entries)
        root = grown.root
        note = self._signer.sign(grown.size, root)
        connection.insert(_INSERT_SUBTREES, [(done.height // TILE_HEIGHT, done.index, done.root) for done in completed])
        connection.execute(_UPDATE_HEAD, (grown.size, root, b"".join(grown.hashes), note))
        return Extension(grown, root, note)

    def committed(self, extension: Extension) -> None:
        """The extension is durable: it is what the next transaction should find, and what the log may not fall behind.
        A head that another process has written may not be durable yet, so it is no such thing."""
        self._range = extension.range
        self._note = extension.note
        self._attested = Checkpoint("", extension.range.size, extension.root)
