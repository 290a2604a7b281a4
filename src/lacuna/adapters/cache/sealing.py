"""Cache entries as they lie outside the process.

Guarantees that names and values hold no text and no digest that a dictionary could reverse; that an entry which
somebody without the key made, changed, cut, kept beyond its time or moved to another name does not open; and that
entries of other versions of Lacuna or of this format have other names. What it leaves to others: hiding tiers and kinds
of findings from whoever may read the store.
"""

import hmac
from typing import Final

import msgspec

from lacuna.domain.classification import Classification
from lacuna.ports.cache import Key

FORMAT: Final = 1
"""Changes with the encoding of names or values, and with the fields of `Classification`."""

MAX_SEALED_BYTES: Final = 16 * 1024
PREFIX: Final = b"lacuna:%d:" % FORMAT
_MAC_BYTES: Final = 32


class Rejected(Exception):
    """The entry is none that this key ring sealed under this name, or its time is over."""


def canonical(version: str, key: Key) -> bytes:
    """The same for equal keys of one version only: each part is written with its type and quotes."""
    return ascii((version, key)).encode("ascii")


class _Entry(msgspec.Struct, array_like=True, frozen=True):
    until: float
    value: Classification


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(_Entry)


class Sealing:
    """Names and seals entries; `version` is Lacuna's, `name_key` and `seal_key` are secret and different."""

    def __init__(self, name_key: bytes, seal_key: bytes, version: str) -> None:
        self._name_key = name_key
        self._seal_key = seal_key
        self._version = version

    def name(self, key: Key) -> bytes:
        """The same for equal keys only."""
        return PREFIX + hmac.digest(self._name_key, canonical(self._version, key), "sha256").hex().encode("ascii")

    def seal(self, name: bytes, value: Classification, until: float) -> bytes | None:
        """The entry for `value`, good until then (seconds since the epoch); None where it would be too large or is not
        Unicode."""
        try:
            body = _ENCODER.encode(_Entry(until, value))
        except UnicodeEncodeError:
            return None
        if len(body) + _MAC_BYTES > MAX_SEALED_BYTES:
            return None
        return self._mac(name, body) + body

    def open(self, name: bytes, sealed: bytes, now: float) -> tuple[Classification, float]:
        """The value and until when it is good. Raises Rejected."""
        mac, body = sealed[:_MAC_BYTES], sealed[_MAC_BYTES:]
        if len(sealed) > MAX_SEALED_BYTES or not hmac.compare_digest(mac, self._mac(name, body)):
            raise Rejected
        try:
            entry = _DECODER.decode(body)
        except msgspec.MsgspecError:
            raise Rejected from None
        if entry.until <= now or entry.value.degraded:
            raise Rejected
        return entry.value, entry.until

    def _mac(self, name: bytes, body: bytes) -> bytes:
        # All names have one length, so no other name and body give the same bytes.
        return hmac.digest(self._seal_key, name + body, "sha256")

    def __repr__(self) -> str:
        return f"Sealing(version={self._version!r})"
