"""Hand the log to its next signing key.

Guarantees that the log holds the statement, signed by the old key and the new one, before the new key signs alone; that
the statement names the exact size up to which the old key signs; and that a rotation that was interrupted is gone on
with instead of being made twice. With the first record both keys sign the head, which stops every process that knows
the old key only: from then on the log's size is known before the statement is appended.
"""

from collections.abc import Mapping

from lacuna.domain.audit import ROTATED, ROTATING, Json, Record
from lacuna.domain.errors import InvalidInput
from lacuna.domain.identity import Permission, Principal
from lacuna.domain.notes import Checkpoint, parse_note
from lacuna.domain.rotation import Rotation
from lacuna.ports.clock import Clock
from lacuna.ports.secrets import KeyRing
from lacuna.ports.storage import Entry, Ledger, RecordFilter


async def rotated(ledger: Ledger, keys: KeyRing, clock: Clock, principal: Principal) -> tuple[int, str]:
    """The size of the log up to which the old key signs, and the statement. Raises Forbidden, InvalidInput where `keys`
    have no incoming key, and StorageError."""
    principal.require(Permission.MANAGE_AUDIT)
    if keys.incoming is None:
        raise InvalidInput("No key is about to replace the signing key.")
    new = keys.incoming.hex()
    for stored in await ledger.find(RecordFilter(kind=ROTATED, limit=1)):
        data = stored.record().data
        if data["new"] == new:
            return stored.index + 1, str(data["statement"])
    about: dict[str, Json] = {"old": keys.public_key.hex(), "new": new}
    begun = await ledger.find(RecordFilter(kind=ROTATING, limit=1))
    if not begun or begun[0].record().data["new"] != new:
        await _append(ledger, clock, principal, ROTATING, about)
    until = Checkpoint.of(parse_note(await ledger.checkpoint()).text).size + 1
    rotation = Rotation(keys.signer_name, keys.public_key, keys.incoming, until)
    statement = rotation.signed(keys.sign, keys.sign_incoming)
    await _append(ledger, clock, principal, ROTATED, {**about, "statement": statement})
    return until, statement


async def _append(ledger: Ledger, clock: Clock, principal: Principal, kind: str, data: Mapping[str, Json]) -> None:
    await ledger.append(Entry(Record(kind, clock.now_us(), principal.user_id, principal.via, "", data)))
