"""The messages between the gateway and a parsing child: MessagePack behind a length of eight bytes, big-endian.

Requests and replies are typed and checked by `msgspec`: a child that was taken over can answer nonsense, but only in
this shape and within `max_frame` bytes.
"""

import struct
from typing import Final

import msgspec

from lacuna.domain.errors import InvalidInput, TooLarge, UnreadableDocument, UnsupportedFormat
from lacuna.ports.parsers import Parsed

LENGTH: Final = struct.Struct(">Q")
READY: Final = b"lacuna-parser-1\n"
"""What a child says once it can take requests."""

_ERRORS: Final[dict[str, type[InvalidInput]]] = {
    kind.code: kind for kind in (UnsupportedFormat, UnreadableDocument, TooLarge)
}
_MAX_MESSAGE: Final = 400


class Job(msgspec.Struct, frozen=True):
    """One document and what it may cost. `cpu_s` is processor time in seconds."""

    data: bytes
    filename: str
    max_output_chars: int
    max_inflated_bytes: int
    cpu_s: int


class Read(msgspec.Struct, frozen=True, tag="read"):
    """The document's text."""

    parsed: Parsed


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """Why the document was not read."""

    code: str
    message: str
    cure: str


def encode(message: Job | Read | Refused) -> bytes:
    """The frame for a message."""
    body = msgspec.msgpack.encode(message)
    return LENGTH.pack(len(body)) + body


def decode_job(body: bytes) -> Job:
    """Raises msgspec.DecodeError."""
    return msgspec.msgpack.decode(body, type=Job)


def decode_reply(body: bytes) -> Read | Refused:
    """Raises msgspec.DecodeError."""
    return msgspec.msgpack.decode(body, type=Read | Refused)


def max_frame(max_output_chars: int) -> int:
    """The largest reply that keeps the limits: two texts of at most four bytes a character, and what surrounds them."""
    return 12 * max_output_chars + (1 << 20)


def refusal(error: InvalidInput) -> Refused:
    """The message for an error of a reader."""
    return Refused(error.code, error.message, error.cure)


def error_of(refused: Refused) -> InvalidInput:
    """The error for a message of a child."""
    kind = _ERRORS.get(refused.code, UnreadableDocument)
    return kind(refused.message[:_MAX_MESSAGE], cure=refused.cure[:_MAX_MESSAGE])
