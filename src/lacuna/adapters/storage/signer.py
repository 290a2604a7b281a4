"""Signing the log's checkpoints, and telling which of them are ours.

Sources: C2SP signed-note and tlog-checkpoint (`lacuna.domain.notes`), Ed25519 as in RFC 8032.
"""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from lacuna.domain.errors import LedgerBroken, StorageMissing
from lacuna.domain.notes import Checkpoint, SignedNote, parse_note, signed_note, verified_text
from lacuna.ports.secrets import KeyRing


class CheckpointSigner:
    """The log's identity: its origin is the signer's name."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys
        self._public = Ed25519PublicKey.from_public_bytes(keys.public_key)

    def sign(self, size: int, root: bytes) -> str:
        """The checkpoint of this log at `size`, as a signed note."""
        name = self._keys.signer_name
        return signed_note(Checkpoint(name, size, root).text(), name, self._keys.public_key, self._keys.sign)

    def opened(self, raw: str, where: str) -> Checkpoint:
        """The checkpoint in a note that this log's key signed. Raises StorageMissing where another key signed it, and
        LedgerBroken where it is forged or damaged; both name `where` it was found."""
        try:
            note = parse_note(raw)
            self._require_own_key(note, where)
            text = verified_text(note, self._keys.signer_name, self._keys.public_key, self._holds)
            checkpoint = Checkpoint.of(text)
        except ValueError as reason:
            raise LedgerBroken(
                f"The checkpoint in {where} is forged or damaged: {reason}.",
                cure="Run `lacuna audit verify`, keep the data folder as evidence, and restore from a backup.",
            ) from None
        if checkpoint.origin != self._keys.signer_name:
            raise LedgerBroken(f"The checkpoint in {where} is of another log.", cure="Restore from a backup.")
        return checkpoint

    def _require_own_key(self, note: SignedNote, where: str) -> None:
        names = [signature.name for signature in note.signatures]
        if self._keys.signer_name not in names:
            raise StorageMissing(
                f"The log in {where} was signed by {names[0]}, but the key at hand is {self._keys.signer_name}.",
                cure="Put back the keys folder that belongs to this ledger (it is part of every backup).",
            )

    def _holds(self, signature: bytes, message: bytes) -> bool:
        try:
            self._public.verify(signature, message)
        except InvalidSignature:
            return False
        return True
