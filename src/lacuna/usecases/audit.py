"""Read the ledger, prove what is in it, and check all of it.

Guarantees that every verification leaves a record of itself, passed or failed. Who may audit is decided by the surfaces
before they call. Answers are JSON-able: hashes as lower-case hexadecimal, records as they were written.
"""

import contextlib
from collections.abc import AsyncIterator

from lacuna.domain.audit import EVERYTHING, Examination, Json, Record, Stored, Verification
from lacuna.domain.errors import LedgerBroken, Overloaded, StorageError
from lacuna.domain.identity import Permission, Principal
from lacuna.domain.merkle import leaf_hash
from lacuna.domain.notes import verifier_key
from lacuna.domain.tiles import Tile
from lacuna.ports.clock import Clock
from lacuna.ports.secrets import KeyRing
from lacuna.ports.storage import Entry, Ledger, RecordFilter
from lacuna.usecases.find_text import found_text

View = dict[str, Json]


class Audit:
    """See the module."""

    def __init__(self, ledger: Ledger, clock: Clock, keys: KeyRing) -> None:
        self._ledger = ledger
        self._clock = clock
        self._keys = keys

    @property
    def origin(self) -> str:
        """The name of the log, by which it signs."""
        return self._keys.signer_name

    def public_key(self) -> str:
        """The log's public key, as C2SP signed-note writes verifier keys."""
        return verifier_key(self._keys.signer_name, self._keys.public_key)

    async def tile(self, tile: Tile) -> bytes:
        """A tile or entry bundle (C2SP tlog-tiles). Raises NotFound and InvalidInput."""
        return await self._ledger.tile(tile)

    async def verify(self, principal: Principal, wanted: Examination = EVERYTHING) -> Verification:
        """Checks the ledger as far as `wanted` says, then records that `principal` had it checked, and with what
        result.

        A ledger that no longer takes records is reported all the same. Raises StorageError where it cannot be read."""
        principal.require(Permission.VERIFY_AUDIT)
        result = await self._ledger.verify(wanted)
        record = Record(
            kind="ledger.verified",
            at=self._clock.now_us(),
            actor=principal.user_id,
            via=principal.via,
            decision="",
            data={
                "passed": result.passed,
                "problem": result.problem,
                "bad_index": result.bad_index,
                "root": result.root.hex(),
                "size": result.size,
                "extent": result.extent.value,
                "start": result.start,
                "checked": result.checked,
                "anchored": len(wanted.against),
            },
        )
        with contextlib.ExitStack() as tolerance:
            if not result.passed:
                # The finding matters more than the note of it, which a broken ledger may refuse.
                tolerance.enter_context(contextlib.suppress(LedgerBroken, Overloaded, StorageError))
            await self._ledger.append(Entry(record))
        return result

    async def find(self, wanted: RecordFilter) -> list[View]:
        """The records that match, each as in `export`. Raises InvalidInput for a page size outside 1 to 1,000."""
        return [_view(stored) for stored in await self._ledger.find(wanted)]

    async def about(self, text: str, limit: int, principal: Principal) -> list[View]:
        """The newest records about a text that is known, each as in `export`; recorded. Raises as `found_text`."""
        found = await found_text(self._ledger, self._keys, self._clock, principal, text, limit)
        return [_view(stored) for stored in found]

    async def begin_export(self, principal: Principal, start: int = 0) -> None:
        """Records that `principal` is about to export the ledger. Raises Forbidden and StorageError."""
        principal.require(Permission.READ_AUDIT)
        now = self._clock.now_us()
        record = Record("ledger.exported", now, principal.user_id, principal.via, "", {"start": start})
        await self._ledger.append(Entry(record))

    async def export(self, start: int = 0) -> AsyncIterator[View]:
        """Every record from `start`, in order: "index", "leaf", and the record's fields under "record". Whoever writes
        "record" as canonical JSON and hashes it as an RFC 6962 leaf gets "leaf" (docs/ledger-format.md)."""
        async for stored in self._ledger.read(start):
            yield _view(stored)

    async def show(self, index: int) -> View:
        """One record with its receipt: "proof", "tree_size" and the signed "checkpoint" that they lead to;
        "rotations" tie its key to those before it. Raises NotFound."""
        receipt = await self._ledger.receipt(index)
        return {
            **_view(await self._ledger.get(index)),
            "tree_size": receipt.tree_size,
            "proof": [step.hex() for step in receipt.proof],
            "checkpoint": receipt.checkpoint,
            "rotations": [each.statement for each in self._keys.retired],
        }

    async def checkpoint(self) -> str:
        """The newest signed checkpoint, as note text to be kept elsewhere."""
        return await self._ledger.checkpoint()

    async def inclusion(self, index: int) -> View:
        """The inclusion proof of one record without the record. Raises NotFound."""
        receipt = await self._ledger.receipt(index)
        return {
            "index": index,
            "leaf": receipt.leaf.hex(),
            "tree_size": receipt.tree_size,
            "proof": [step.hex() for step in receipt.proof],
            "checkpoint": receipt.checkpoint,
        }

    async def consistency(self, first: int, second: int) -> View:
        """The proof that the log of size `second` extends that of size `first`. Raises InvalidInput."""
        proof = await self._ledger.consistency(first, second)
        return {"first": first, "second": second, "proof": [step.hex() for step in proof]}


def verification_view(result: Verification) -> dict[str, object]:
    """The outcome of a verification for programs; probabilities are shares of 1."""
    return {
        "passed": result.passed,
        "size": result.size,
        "root": result.root.hex(),
        "problem": result.problem,
        "bad_index": result.bad_index,
        "mode": result.extent.value,
        "start": result.start,
        "checked": result.checked,
        "detection": round(result.detection, 9),
        "share_found": round(result.share_found, 9),
    }


def _view(stored: Stored) -> View:
    leaf = leaf_hash(stored.body).hex()
    try:
        record = stored.record()
    except ValueError:
        # An auditor must see that something is there, though it is no record any more.
        return {"index": stored.index, "leaf": leaf, "record": None}
    return {
        "index": stored.index,
        "leaf": leaf,
        "record": {
            "v": 1,
            "kind": record.kind,
            "at": record.at,
            "actor": record.actor,
            "via": record.via,
            "decision": record.decision,
            "data": record.data,
        },
    }
