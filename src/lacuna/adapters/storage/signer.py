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

    @property
    def origin(self) -> str:
        """The log's origin."""
        return self._keys.signer_name

    def stated(self, size: int, root: bytes) -> Checkpoint:
        """A checkpoint of this log, without a signature."""
        return Checkpoint(self.origin, size, root)

    def sign(self, size: int, root: bytes) -> str:
        """The checkpoint of this log at `size`, as a signed note."""
        return self.signed(self.stated(size, root).text())

    def signed(self, text: str) -> str:
        """Any text as a note that this log's key signs."""
        return signed_note(text, self.origin, self._keys.public_key, self._keys.sign)

    def opened_text(self, raw: str, where: str) -> str:
        """The text of a note that this log's key signed. Raises StorageMissing where another key signed it, and
        ValueError where it is forged or damaged."""
        note = parse_note(raw)
        self._require_own_key(note, where)
        return verified_text(note, self.origin, self._keys.public_key, self._holds)

    def opened(self, raw: str, where: str) -> Checkpoint:
        """The checkpoint in a note that this log's key signed. Raises StorageMissing where another key signed it, and
        LedgerBroken where it is forged or damaged; both name `where` it was found."""
        try:
            checkpoint = Checkpoint.of(self.opened_text(raw, where))
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
