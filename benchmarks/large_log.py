"""A log of millions of records in minutes: through the ledger's own writer, but without callers that wait for others.

The records are those of the ledger's contract suite, their canonical bytes cut from one of them; the log that comes out
is like any other and verifies.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from lacuna.adapters.secrets.files import FileKeyRing
from lacuna.adapters.storage.checkpoint_file import CheckpointFile
from lacuna.adapters.storage.committer import LogCommitter, Transaction
from lacuna.adapters.storage.connection import Database
from lacuna.adapters.storage.entries import Prepared
from lacuna.adapters.storage.signer import CheckpointSigner
from lacuna.domain.merkle import leaf_hash
from lacuna.testing.contracts.ledger import MINUTE, entry

_BATCH = 20_000
_BEGINNING = entry(0).record.at


def fill(database: Database, folder: Path, size: int) -> None:
    """An empty database becomes a log of `size` records, signed by the keys in `folder`."""
    database.bring_up_to_date(create=True)
    committer = LogCommitter(database, CheckpointSigner(FileKeyRing(folder)), CheckpointFile(folder))
    committer.prepare()
    template = _template()
    for first in range(0, size, _BATCH):
        batch = [_prepared(number, template) for number in range(first, min(first + _BATCH, size))]
        work = partial(Transaction.append, entries=batch)
        committer.commit(partial(list[Callable[[Transaction], Any]], (work,)))
    committer.idle(closing=True)
    committer.close()


def _template() -> bytes:
    """The canonical bytes of a record with places for its time, number and decision."""
    record, other = entry(0).record, entry(1).record
    template = record.canonical().replace(b"%", b"%%")
    for value, place in (
        (b'"at":%d' % record.at, b'"at":%d'),
        (b'"number":0', b'"number":%d'),
        (record.decision.encode(), b"%s"),
    ):
        assert template.count(value) == 1
        template = template.replace(value, place)
    assert template % (other.at, 1, other.decision.encode()) == other.canonical()
    return template


def _prepared(number: int, template: bytes) -> Prepared:
    at, decision = _BEGINNING + number * MINUTE, f"dec_{number:032x}"
    body = template % (at, number, decision.encode())
    return Prepared((at, "decision.classify", "dev-user", decision), body, leaf_hash(body), zero=False)
