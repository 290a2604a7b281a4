"""Keys that are the same in every run. Real signatures and HMACs; never for anything but tests."""

import hashlib
import hmac

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


class FixedKeys:
    """A `KeyRing` derived from a word: equal words give equal keys."""

    def __init__(self, word: str = "test") -> None:
        self._secret = hashlib.sha256(f"hmac:{word}".encode()).digest()
        self._private = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(f"sign:{word}".encode()).digest())

    @property
    def hmac_key_id(self) -> str:
        return self.hmac("lacuna hmac key id")[:8]

    def hmac(self, text: str | bytes) -> str:
        raw = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
        return hmac.digest(self._secret, raw, "sha256").hex()

    def derived(self, purpose: str) -> bytes:
        return hmac.digest(hashlib.sha256(self._secret).digest(), purpose.encode(), "sha256")

    @property
    def signer_name(self) -> str:
        return f"lacuna.test/{self.public_key.hex()[:8]}"

    @property
    def public_key(self) -> bytes:
        return self._private.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        return self._private.sign(message)
