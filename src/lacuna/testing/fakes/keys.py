"""Keys that are the same in every run. Real signatures and HMACs; never for anything but tests."""

import hashlib
import hmac

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lacuna.domain.errors import StorageError, StorageMissing
from lacuna.ports.secrets import RetiredKey


class FixedKeys:
    """A `KeyRing` derived from a word: equal words give equal keys. `incoming` is the word of the next signing key,
    `hmac_words` those of the HMAC keys, newest first, where they are others."""

    def __init__(
        self,
        word: str = "test",
        retired: tuple[RetiredKey, ...] = (),
        incoming: str = "",
        origin: str = "",
        hmac_words: tuple[str, ...] = (),
    ) -> None:
        self.retired = retired
        self._origin = origin
        self._next = _private(incoming) if incoming else None
        secrets = [hashlib.sha256(f"hmac:{each}".encode()).digest() for each in hmac_words or (word,)]
        self._secrets = {_digest(secret, "lacuna hmac key id")[:8]: secret for secret in secrets}
        self._superseded = False
        self._private = _private(word)

    @property
    def hmac_key_id(self) -> str:
        return self.hmac_key_ids[0]

    @property
    def hmac_key_ids(self) -> tuple[str, ...]:
        return tuple(self._secrets)

    def hmac(self, text: str | bytes, key_id: str = "") -> str:
        if self._superseded:
            raise StorageError("The HMAC key was rotated.", code="hmac_key_superseded")
        secret = self._secrets.get(key_id or self.hmac_key_id)
        if secret is None:
            raise StorageMissing(f"The HMAC key {key_id} is not known.", code="hmac_key_unknown")
        return _digest(secret, text)

    def hmacs(self, text: str | bytes) -> tuple[str, ...]:
        return tuple(self.hmac(text, key_id) for key_id in self._secrets)

    def lasting(self, text: str | bytes) -> str:
        return _digest(self._first, text)

    def derived(self, purpose: str) -> bytes:
        return hmac.digest(hashlib.sha256(self._first).digest(), purpose.encode(), "sha256")

    def supersede(self) -> None:
        self._superseded = True

    @property
    def _first(self) -> bytes:
        return [*self._secrets.values()][-1]

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


def _digest(secret: bytes, text: str | bytes) -> str:
    raw = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    return hmac.digest(secret, raw, "sha256").hex()


def _private(word: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(f"sign:{word}".encode()).digest())
