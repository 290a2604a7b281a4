"""Hand the log to its next signing key.

Guarantees that the log holds the statement, signed by the old key and the new one, before the new key signs alone; and
that a rotation that was interrupted after that is found again instead of being made twice.
"""

from lacuna.domain.audit import ROTATED, Record
from lacuna.domain.errors import InvalidInput
from lacuna.domain.identity import Permission, Principal
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
    for stored in await ledger.find(RecordFilter(kind=ROTATED, limit=1)):
        data = stored.record().data
        if data["new"] == keys.incoming.hex():
            return stored.index + 1, str(data["statement"])
    rotation = Rotation(keys.signer_name, keys.public_key, keys.incoming)
    statement = rotation.signed(keys.sign, keys.sign_incoming)
    data = {"old": rotation.old.hex(), "new": rotation.new.hex(), "statement": statement}
    record = Record(ROTATED, clock.now_us(), principal.user_id, principal.via, "", data)
    [stored] = await ledger.append(Entry(record))
    return stored.index + 1, statement
