"""Keys that are the same in every run. Real signatures and HMACs; never for anything but tests."""

import hashlib
import hmac

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lacuna.ports.secrets import RetiredKey


class FixedKeys:
    """A `KeyRing` derived from a word: equal words give equal keys. `incoming` is the word of the next signing key."""

    def __init__(
        self, word: str = "test", retired: tuple[RetiredKey, ...] = (), incoming: str = "", origin: str = ""
    ) -> None:
        self.retired = retired
        self._origin = origin
        self._next = _private(incoming) if incoming else None
        self._secret = hashlib.sha256(f"hmac:{word}".encode()).digest()
        self._private = _private(word)

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
        return self._origin or f"lacuna.test/{self.public_key.hex()[:8]}"

    @property
    def public_key(self) -> bytes:
        return self._private.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        return self._private.sign(message)

    @property
    def incoming(self) -> bytes | None:
        return None if self._next is None else self._next.public_key().public_bytes_raw()

    def sign_incoming(self, message: bytes) -> bytes:
        assert self._next is not None  # noqa: S101  a test asked for it
        return self._next.sign(message)


def _private(word: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(f"sign:{word}".encode()).digest())
