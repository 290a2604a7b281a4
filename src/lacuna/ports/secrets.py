"""Keys that never leave the process."""

from typing import Protocol


class KeyRing(Protocol):
    """MUST keep key bytes out of logs, errors and `repr`."""

    @property
    def hmac_key_id(self) -> str: ...

    def hmac(self, text: str | bytes) -> str:
        """HMAC-SHA-256 under the current key, hexadecimal."""
        ...

    def derived(self, purpose: str) -> bytes:
        """A key of 32 bytes for `purpose`. MUST NOT be anything that `hmac` gives for any text: what is asked decides
        what `hmac` is given, and records show the outcome."""
        ...

    @property
    def signer_name(self) -> str:
        """The key name of signed notes: the log's origin."""
        ...

    @property
    def public_key(self) -> bytes:
        """The Ed25519 public key, 32 bytes."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Ed25519, 64 bytes (RFC 8032)."""
        ...
