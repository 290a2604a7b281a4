"""Keys that never leave the process, and where secrets are read from."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class RetiredKey:
    """An Ed25519 public key that signed for this log before the current one: checkpoints of at most `until` records.
    `statement` is the note, signed by it and by its successor, that says so."""

    public_key: bytes
    until: int
    statement: str


class KeyRing(Protocol):
    """MUST keep key bytes out of logs, errors and `repr`. Whoever looks something up by the HMAC of a text has to look
    under every key (`hmacs`): what was stored before a rotation, taint above all, still counts."""

    @property
    def hmac_key_id(self) -> str:
        """The current key's; records name it."""
        ...

    @property
    def hmac_key_ids(self) -> tuple[str, ...]:
        """The current key's and those of the keys before it, newest first."""
        ...

    def hmac(self, text: str | bytes, key_id: str = "") -> str:
        """HMAC-SHA-256, hexadecimal, under the current key or the one with that id. Raises StorageMissing where there
        is no such key, and StorageError once the log has another current key (`supersede`)."""
        ...

    def hmacs(self, text: str | bytes) -> tuple[str, ...]:
        """The HMACs under every key, the current one's first. Raises as `hmac`."""
        ...

    def lasting(self, text: str | bytes) -> str:
        """HMAC-SHA-256 under the first of all keys, the same after each rotation: for names that stay."""
        ...

    def derived(self, purpose: str) -> bytes:
        """A key of 32 bytes for `purpose`, the same after each rotation. MUST NOT be anything that `hmac` gives for any
        text: what is asked decides what `hmac` is given, and records show the outcome."""
        ...

    def supersede(self) -> None:
        """The log has another current key now: from here on `hmac` and `hmacs` refuse. Thread-safe."""
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

    @property
    def retired(self) -> tuple[RetiredKey, ...]:
        """The keys before the current one, oldest first."""
        ...

    @property
    def incoming(self) -> bytes | None:
        """The public key that is about to replace the current one; only while keys are rotated. Then the log's heads
        carry its signature too, so that whoever knows the old key only stops."""
        ...

    def sign_incoming(self, message: bytes) -> bytes:
        """Ed25519 by the incoming key."""
        ...


class SecretSource(Protocol):
    """A server that keeps secrets. MUST keep values and its own credential out of logs, errors and `repr`."""

    async def fields(self, mount: str, path: str, version: int = 0) -> dict[str, str]:
        """The fields of a secret, of its newest version where `version` is 0. Raises NotFound where it was deleted,
        ConfigError where a field is no text, and a DependencyError."""
        ...

    async def close(self) -> None: ...
