"""A stand-in for a witness: `POST /add-checkpoint` of c2sp.org/tlog-witness, with the log's signature and the
consistency proof checked, and cosignatures of c2sp.org/tlog-cosignature."""

import base64
import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from lacuna.domain.merkle import consistency_holds
from lacuna.domain.notes import Checkpoint, parse_note, verified_text
from lacuna.testing.servers.loopback import LoopbackServer, Received, Reply

TIME = 1_700_000_000


class WitnessDouble(LoopbackServer):
    """Witnesses one log; `seen` is the newest checkpoint that it cosigned."""

    def __init__(self, origin: str, log_key: bytes, name: str = "witness.test/one") -> None:
        super().__init__(self._add)
        self._origin = origin
        self._log_key = log_key
        self._name = name
        self._private = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())
        self.seen: Checkpoint | None = None

    @property
    def verifier_key(self) -> str:
        raw = b"\x04" + self._private.public_key().public_bytes_raw()
        return f"{self._name}+{self._key_id().hex()}+{base64.b64encode(raw).decode()}"

    def _add(self, request: Received) -> Reply:
        if (request.method, request.path) != ("POST", "/add-checkpoint"):
            return Reply(status=404)
        head, _, note = request.body.decode().partition("\n\n")
        first, *steps = head.split("\n")
        try:
            text = verified_text(parse_note(note), self._origin, self._log_key, self._holds)
        except ValueError:
            return Reply(status=403)
        fresh, size = Checkpoint.of(text), 0 if self.seen is None else self.seen.size
        if first != f"old {size}" or fresh.size < size:
            return Reply((f"{size}\n".encode(),), 409, {"Content-Type": "text/x.tlog.size"})
        proof = [base64.b64decode(step) for step in steps]
        if self.seen is not None and not self._extends(self.seen, fresh, proof):
            return Reply(status=422)
        self.seen = fresh
        return Reply((self._cosignature(text).encode(),))

    def _extends(self, old: Checkpoint, new: Checkpoint, proof: list[bytes]) -> bool:
        return consistency_holds(old.size, new.size, old.root, new.root, proof)

    def _cosignature(self, text: str) -> str:
        signature = self._private.sign(f"cosignature/v1\ntime {TIME}\n{text}".encode())
        blob = base64.b64encode(self._key_id() + TIME.to_bytes(8, "big") + signature).decode()
        return f"\u2014 {self._name} {blob}\n"

    def _key_id(self) -> bytes:
        public = self._private.public_key().public_bytes_raw()
        return hashlib.sha256(self._name.encode() + b"\n\x04" + public).digest()[:4]

    def _holds(self, signature: bytes, message: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self._log_key).verify(signature, message)
        except InvalidSignature:
            return False
        return True
