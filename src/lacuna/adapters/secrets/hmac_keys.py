"""HMAC-SHA-256 under the current key and those before it, and the keys that are derived from the first.

Guarantees that what was named under any of the keys can still be recognised, that derived keys and lasting names stay
the same when the key is rotated, and that nothing is named under a key that the log has left behind.
"""

import hmac
from collections.abc import Sequence

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from lacuna.domain.errors import StorageError, StorageMissing

_KEY_BYTES = 32
_ID = b"lacuna hmac key id"


def hmac_key_id(key: bytes) -> str:
    """What records call a key: eight hexadecimal digits that do not betray it."""
    return hmac.digest(key, _ID, "sha256").hex()[:8]


class HmacKeys:
    """The HMAC part of a `KeyRing`. `retired` are the keys before `current`, oldest first."""

    __slots__ = ("_derivation", "_first", "_keyed", "_superseded", "key_ids")

    def __init__(self, current: bytes, retired: Sequence[bytes] = ()) -> None:
        newest_first = dict.fromkeys([current, *reversed(retired)])
        self._keyed = {hmac_key_id(key): hmac.new(key, digestmod="sha256") for key in newest_first}
        self.key_ids = tuple(self._keyed)
        self._first = self._keyed[self.key_ids[-1]]
        # HKDF-Extract (RFC 5869) keys with the salt, so it gives nothing that `hmac` gives for any text.
        self._derivation = hmac.digest(b"lacuna derived keys", [*newest_first][-1], "sha256")
        self._superseded = False

    def hmac(self, text: str | bytes, key_id: str = "") -> str:
        """Raises StorageMissing for a key that is not known, and StorageError once `supersede` was called."""
        self._require_current()
        keyed = self._keyed.get(key_id or self.key_ids[0])
        if keyed is None:
            raise StorageMissing(
                f"The HMAC key {key_id} is not known.",
                cure="Restore the keys folder from a backup, or name the key in audit.retired_hmac_keys.",
                code="hmac_key_unknown",
            )
        return _digest(keyed, text)

    def hmacs(self, text: str | bytes) -> tuple[str, ...]:
        """Raises StorageError once `supersede` was called."""
        self._require_current()
        return tuple(_digest(keyed, text) for keyed in self._keyed.values())

    def lasting(self, text: str | bytes) -> str:
        """Under the first key."""
        return _digest(self._first, text)

    def derived(self, purpose: str) -> bytes:
        """By HKDF-Expand (RFC 5869)."""
        return HKDFExpand(SHA256(), _KEY_BYTES, purpose.encode()).derive(self._derivation)

    def supersede(self) -> None:
        """See `KeyRing`."""
        self._superseded = True

    def _require_current(self) -> None:
        if self._superseded:
            raise StorageError(
                "The HMAC key was rotated: the log has another one now than this process.",
                cure="Restart it; where the key is configured, configure the new one.",
                code="hmac_key_superseded",
            )


def _digest(keyed: "hmac.HMAC", text: str | bytes) -> str:
    # A copy of the keyed state costs half of keying anew.
    copy = keyed.copy()
    copy.update(text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text)
    return copy.hexdigest()
