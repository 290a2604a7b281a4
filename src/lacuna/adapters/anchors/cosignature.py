"""Cosignatures of a witness (c2sp.org/tlog-cosignature, Ed25519, version 1): a time, and a signature over the time and
the checkpoint."""

import base64
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from lacuna.domain.errors import ConfigError
from lacuna.domain.notes import SignedNote

COSIGNATURE = b"\x04"
_STAMP_BYTES = 8
_SIZE = _STAMP_BYTES + 64


@dataclass(frozen=True, slots=True)
class Cosigner:
    """A witness's name, the id of its key, and the key."""

    name: str
    key_id: bytes
    public: Ed25519PublicKey

    @classmethod
    def of(cls, key: str) -> "Cosigner":
        """The cosigner of a verifier key. Raises ConfigError."""
        name, _, rest = key.strip().partition("+")
        hashed, _, encoded = rest.partition("+")
        try:
            raw = base64.b64decode(encoded, validate=True)
            key_id = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4]
            if raw[:1] != COSIGNATURE or key_id.hex() != hashed:
                raise ValueError("of another type, or damaged")
            return cls(name, key_id, Ed25519PublicKey.from_public_bytes(raw[1:]))
        except ValueError:
            raise ConfigError(
                "audit.anchors.witness.key is no verifier key of a witness.",
                cure="Take it from the witness: name, key id and key of type 4, joined by plus signs.",
            ) from None

    def cosigned(self, note: SignedNote) -> bool | None:
        """Whether all of this witness's cosignatures on the note hold; None where it has none."""
        own = [line for line in note.signatures if (line.name, line.key_id) == (self.name, self.key_id)]
        return all(self._holds(line.signature, note.text) for line in own) if own else None

    def _holds(self, cosignature: bytes, text: str) -> bool:
        if len(cosignature) != _SIZE:
            return False
        stamp, signature = cosignature[:_STAMP_BYTES], cosignature[_STAMP_BYTES:]
        message = f"cosignature/v1\ntime {int.from_bytes(stamp, 'big')}\n{text}".encode()
        try:
            self.public.verify(signature, message)
        except InvalidSignature:
            return False
        return True
