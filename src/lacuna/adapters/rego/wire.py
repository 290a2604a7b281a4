"""The messages between the server and a policy child: JSON behind a length of eight bytes, big-endian."""

import struct
from typing import Any, BinaryIO, Final

import msgspec

LENGTH: Final = struct.Struct(">Q")
NULL: Final = msgspec.Raw(b"null")
READY: Final = b"lacuna-rego-1\n"
"""What a child says once it can take requests."""


class Load(msgspec.Struct, frozen=True, tag="load"):
    """A set to check and compile. `entries` are rules ("lacuna/routing/decision"); those named `required` must be
    there. With `own` false, the checks for policies of Lacuna are left out: any Rego goes."""

    files: tuple[tuple[str, str], ...]
    data: str
    entries: tuple[str, ...]
    own: bool = True


class Test(msgspec.Struct, frozen=True, tag="test"):
    """The set's own tests are to be run."""

    files: tuple[tuple[str, str], ...]
    data: str
    cpu_s: int


class Tested(msgspec.Struct, frozen=True, tag="tested"):
    """Each test as file, line, column, name and why it failed (empty: it passed)."""

    outcomes: list[tuple[str, int, int, str, str]]


class Then(msgspec.Struct, frozen=True):
    """Routing, asked after classification: `document` is its input before what classification says of it."""

    entry: str
    document: msgspec.Raw


class Ask(msgspec.Struct, frozen=True, tag="ask"):
    """One evaluation. `document` is the input as JSON. `cpu_s` is processor time. `then` is evaluated in the same
    exchange, where `entry` is that of classification and its value is sound."""

    entry: str
    document: msgspec.Raw
    cpu_s: int
    then: Then | None = None


class Loaded(msgspec.Struct, frozen=True, tag="loaded"):
    """The outcome of a load: `faults` as file, line, column, message. `reads` are, by entry, the dotted input fields
    that it can read; `members`, by entry and field, the members of a list that it can tell apart, where that is all
    that it reads; `rules` the rules of each package."""

    faults: list[tuple[str, int, int, str]]
    reads: dict[str, list[str]] = {}
    members: dict[str, dict[str, list[str]]] = {}
    rules: dict[str, list[str]] = {}


class Value(msgspec.Struct, frozen=True, tag="value"):
    """The rule's value as JSON; null also where it is undefined. `second` is that of `then`."""

    value: msgspec.Raw
    second: msgspec.Raw = NULL


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """The evaluation ended in an error, or in more than `max_reply` bytes. `why` holds no value of the input."""

    why: str


Request = Load | Ask | Test
Reply = Loaded | Value | Failed | Tested

_ENCODER: Final = msgspec.json.Encoder()
_REQUESTS: Final = msgspec.json.Decoder(Request)
_REPLIES: Final = msgspec.json.Decoder(Reply)


def frame(message: Request | Reply) -> bytes:
    """The message as it is sent."""
    body = _ENCODER.encode(message)
    return LENGTH.pack(len(body)) + body


def request(body: bytes) -> Any:
    """A request. Raises msgspec.DecodeError."""
    return _REQUESTS.decode(body)


def reply(body: bytes) -> Any:
    """A reply. Raises msgspec.DecodeError."""
    return _REPLIES.decode(body)


def take(stream: BinaryIO) -> bytes | None:
    """The next body from a blocking stream; None at its end."""
    header = stream.read(LENGTH.size)
    if len(header) < LENGTH.size:
        return None
    (size,) = LENGTH.unpack(header)
    return stream.read(size)
