"""Answers as they lie in a cache, in the process and outside it.

Guarantees that an entry opens only for who knows everything it depends on (question, passages and all), in its time,
and while its subject's key is there: the text is encrypted with AES-256-GCM under a key made of both, and the result
together with the subject under one of this key ring's. So a text whose question is not asked again, or whose documents
are gone, opens for nobody, whatever keys they have. Names are keyed digests. What it leaves to others: hiding how many
entries there are, how long they are and how old.
"""

import hmac
import secrets
from dataclasses import dataclass, field
from typing import Final, Protocol

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from lacuna.adapters.cache.sealing import Rejected, canonical
from lacuna.ports.cache import Key, Written

FORMAT: Final = 1
"""Changes with the encoding of names or values."""

MAX_ANSWER_BYTES: Final = 64 * 1024
PREFIX: Final = b"lacuna:answer:%d:" % FORMAT
_NONCE: Final = 12


class SubjectKey(Protocol):
    """A subject's key of 32 bytes."""

    @property
    def key(self) -> bytes: ...


class Subjects(Protocol):
    """The keys of subjects, which can be destroyed. Blocking; both raise StorageError."""

    def made(self, subject: str) -> SubjectKey:
        """The subject's key, made if there is none."""
        ...

    def find(self, subject: str) -> SubjectKey | None:
        """The subject's key; None where there is none any more."""
        ...


@dataclass(frozen=True, slots=True)
class Place:
    """Where the entry for a key is, and what only who has the key can know."""

    name: bytes
    secret: bytes = field(repr=False)


class _Inner(msgspec.Struct, array_like=True, frozen=True):
    until: float
    answer_id: str
    text: str


class _Outer(msgspec.Struct, array_like=True, frozen=True):
    subject: str
    sealed: bytes


_ENCODER = msgspec.msgpack.Encoder()
_INNER = msgspec.msgpack.Decoder(_Inner)
_OUTER = msgspec.msgpack.Decoder(_Outer)


class AnswerSealing:
    """Names and seals entries; `version` names everything that belongs to the installation: Lacuna's version and its
    keys. `name_key`, `content_key` and `seal_key` are secret and different."""

    def __init__(self, name_key: bytes, content_key: bytes, seal_key: bytes, version: str, subjects: Subjects) -> None:
        self._name_key = name_key
        self._content_key = content_key
        self._cipher = AESGCM(seal_key)
        self._version = version
        self._subjects = subjects

    def place(self, key: Key) -> Place:
        """The same for equal keys only."""
        whole = canonical(self._version, key)
        name = hmac.digest(self._name_key, whole, "sha256").hex().encode("ascii")
        return Place(PREFIX + name, hmac.digest(self._content_key, whole, "sha256"))

    def seal(self, place: Place, value: Written, subject: str, until: float) -> bytes | None:
        """The entry for `value`, good until then (seconds since the epoch); None where it would be too large or is not
        Unicode. Blocking. Raises StorageError."""
        try:
            inner = _ENCODER.encode(_Inner(until, value.answer_id, value.text))
            outer_size = len(inner) + len(subject.encode()) + 3 * _NONCE + 64
        except UnicodeEncodeError:
            return None
        if outer_size > MAX_ANSWER_BYTES:
            return None
        own = _cipher(self._subjects.made(subject), place)
        outer = _Outer(subject, _sealed(own, inner, place.name))
        return _sealed(self._cipher, _ENCODER.encode(outer), place.name)

    def open(self, place: Place, sealed: bytes, now: float) -> tuple[Written, float]:
        """The value and until when it is good. Blocking. Raises Rejected, also where its subject was erased, and
        StorageError."""
        if len(sealed) > MAX_ANSWER_BYTES:
            raise Rejected
        try:
            outer = _OUTER.decode(_opened(self._cipher, sealed, place.name))
            own = self._subjects.find(outer.subject)
            if own is None:
                raise Rejected
            inner = _INNER.decode(_opened(_cipher(own, place), outer.sealed, place.name))
        except (InvalidTag, ValueError, msgspec.MsgspecError):
            raise Rejected from None
        if inner.until <= now:
            raise Rejected
        return Written(inner.text, inner.answer_id), inner.until

    def __repr__(self) -> str:
        return f"AnswerSealing(version={self._version!r})"


def _cipher(own: SubjectKey, place: Place) -> AESGCM:
    return AESGCM(hmac.digest(own.key, place.secret, "sha256"))


def _sealed(cipher: AESGCM, body: bytes, name: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE)
    return nonce + cipher.encrypt(nonce, body, name)


def _opened(cipher: AESGCM, sealed: bytes, name: bytes) -> bytes:
    return cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], name)
