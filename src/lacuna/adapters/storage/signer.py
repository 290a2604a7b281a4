"""Signing the log's checkpoints, and telling which of them are ours.

Sources: C2SP signed-note and tlog-checkpoint (`lacuna.domain.notes`), Ed25519 as in RFC 8032.
"""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from lacuna.domain.errors import LedgerBroken, StorageMissing
from lacuna.domain.notes import (
    Checkpoint,
    SignedNote,
    Verify,
    cosigned_note,
    key_id,
    parse_note,
    signed_note,
    verified_text,
)
from lacuna.ports.secrets import KeyRing


class CheckpointSigner:
    """The log's identity: its origin is the signer's name."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys

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
        """Any text as a note that this log's key signs, and the incoming one with it while keys are rotated."""
        note = signed_note(text, self.origin, self._keys.public_key, self._keys.sign)
        if self._keys.incoming is None:
            return note
        return cosigned_note(note, self.origin, self._keys.incoming, self._keys.sign_incoming)

    def opened_text(self, raw: str, where: str) -> str:
        """The text of a note that this log's current key signed. Raises StorageMissing where another key signed it, and
        ValueError where it is forged or damaged."""
        note = parse_note(raw)
        self._require_own_key(note, where)
        return verified_text(note, self.origin, self._keys.public_key, _verifier(self._keys.public_key))

    def opened(self, raw: str, where: str) -> Checkpoint:
        """The checkpoint in a note that a key of this log signed: the current one, or one before it for a size that it
        was in use for. Raises StorageMissing where another key signed it, and LedgerBroken where it is forged, damaged,
        or signed by a key that was not in use then; all name `where` it was found."""
        try:
            note = parse_note(raw)
            self._require_own_key(note, where)
            checkpoint = self._trusted(note)
        except ValueError as reason:
            raise LedgerBroken(
                f"The checkpoint in {where} is forged or damaged: {reason}.",
                cure="Run `lacuna audit verify`, keep the data folder as evidence, and restore from a backup.",
            ) from None
        if checkpoint.origin != self.origin:
            raise LedgerBroken(f"The checkpoint in {where} is of another log.", cure="Restore from a backup.")
        return checkpoint

    def is_retired(self, raw: str) -> bool:
        """Whether a note is signed by a key before the current one, and not by the current one. Raises ValueError."""
        found = {line.key_id for line in parse_note(raw).signatures if line.name == self.origin}
        earlier = {key_id(self.origin, each.public_key) for each in self._keys.retired}
        return bool(found & earlier) and key_id(self.origin, self._keys.public_key) not in found

    @property
    def statements(self) -> tuple[tuple[int, str], ...]:
        """The rotations of this log's key: the index of each one's record, and its statement."""
        return tuple((each.until - 1, each.statement) for each in self._keys.retired)

    def _trusted(self, note: SignedNote) -> Checkpoint:
        checkpoint = Checkpoint.of(note.text)
        known = {key_id(self.origin, key): (key, until) for key, until in self._periods()}
        own = [line for line in note.signatures if line.name == self.origin]
        strangers = [line for line in own if line.key_id not in known]
        if strangers:
            raise ValueError(
                "it is signed by a key that is not in this log's chain of keys (where the key has just been rotated, "
                "restart what still uses the old one)"
            )
        for line in own:
            key, until = known[line.key_id]
            if until is not None and checkpoint.size > until:
                raise ValueError(f"it is signed by a key that was retired at size {until}")
            verified_text(note, self.origin, key, _verifier(key))
        return checkpoint

    def _periods(self) -> list[tuple[bytes, int | None]]:
        """The keys of this log, each with the largest size that it may sign."""
        incoming = [] if self._keys.incoming is None else [(self._keys.incoming, None)]
        retired = [(each.public_key, each.until) for each in self._keys.retired]
        return [*retired, (self._keys.public_key, None), *incoming]

    def _require_own_key(self, note: SignedNote, where: str) -> None:
        names = [signature.name for signature in note.signatures]
        if self.origin not in names:
            raise StorageMissing(
                f"The log in {where} was signed by {names[0]}, but the key at hand is {self.origin}.",
                cure="Put back the keys folder that belongs to this ledger (it is part of every backup).",
            )


def _verifier(public_key: bytes) -> Verify:
    key = Ed25519PublicKey.from_public_bytes(public_key)

    def holds(signature: bytes, message: bytes) -> bool:
        try:
            key.verify(signature, message)
        except InvalidSignature:
            return False
        return True

    return holds
