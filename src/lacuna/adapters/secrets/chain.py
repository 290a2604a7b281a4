"""The signing keys before the current one: `keys/signing.chain`, one rotation a line.

Guarantees that the chain is whole: each rotation begins where the one before ended, the last leads to the current key,
and both keys signed each. The file is replaced as a whole, durably.
"""

import json
import os
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from lacuna.domain.errors import StorageCorrupt
from lacuna.domain.notes import Verify
from lacuna.domain.rotation import Rotation
from lacuna.ports.secrets import RetiredKey

_CURE = "Restore the keys folder from a backup."


def verifier(public_key: bytes) -> Verify:
    """The check of signatures by that key."""

    def holds(signature: bytes, message: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True

    return holds


def read_chain(path: Path) -> tuple[RetiredKey, ...]:
    """Empty where there is no file. Raises StorageCorrupt for a chain that is broken, and OSError."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return ()
    retired: list[RetiredKey] = []
    last: Rotation | None = None
    try:
        for line in lines:
            raw = json.loads(line)
            until, statement = raw["until"], raw["statement"]
            rotation = Rotation.verified(statement, verifier)
            if last is not None and (last.new, last.origin) != (rotation.old, rotation.origin):
                raise ValueError("a rotation does not begin with the key before it")
            if until != rotation.until or until < (retired[-1].until if retired else 1):
                raise ValueError("the rotations are out of order")
            retired.append(RetiredKey(rotation.old, until, statement))
            last = rotation
    except (ValueError, KeyError, TypeError) as reason:
        raise StorageCorrupt(f"The chain of keys in {path} is damaged: {reason}.", cure=_CURE) from None
    return tuple(retired)


def leads_to(retired: Sequence[RetiredKey]) -> bytes | None:
    """The key that the last rotation led to."""
    return Rotation.verified(retired[-1].statement, verifier).new if retired else None


def write_chain(path: Path, retired: Sequence[RetiredKey]) -> None:
    """Replaces the file. Raises OSError."""
    lines = [json.dumps({"until": each.until, "statement": each.statement}) + "\n" for each in retired]
    fresh = path.with_name("signing.chain.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.writelines(lines)
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, path)
