"""Signed notes and the checkpoints of a transparency log, exactly as C2SP specifies them.

Sources: c2sp.org/signed-note and c2sp.org/tlog-checkpoint, signature type 0x01 (Ed25519, RFC 8032). Guarantees the
bytes and the parsing; leaves the signature algorithm to the caller, who passes functions that sign and verify.
Everything that is not well formed, or not signed by the named key, raises ValueError.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

from lacuna.domain.merkle import HASH_SIZE

ED25519 = b"\x01"
MAX_NOTE = 64 * 1024
"""Longer notes are refused; the specification asks for room for at least 16 signatures."""

Sign = Callable[[bytes], bytes]
"""message -> signature."""
Verify = Callable[[bytes, bytes], bool]
"""(signature, message) -> whether it holds."""

_KEY_ID_SIZE = 4
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f]")
"""Control characters other than the end of a line."""
_SIGNATURE_START = "\u2014 "


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line: the key's name and id, and the raw signature."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class SignedNote:
    """A parsed note, not yet trusted. `text` ends in a newline."""

    text: str
    signatures: tuple[NoteSignature, ...]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log says of itself at one moment: its origin, its size and its root hash."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The note text."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def of(cls, text: str) -> "Checkpoint":
        """Parses note text. Extension lines are allowed and ignored."""
        lines = text.split("\n")
        if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
            raise ValueError("a checkpoint has at least three lines, none of them empty")
        origin, size, root = lines[:3]
        if not (size.isascii() and size.isdigit()) or str(int(size)) != size:
            raise ValueError("the checkpoint's second line is not a tree size")
        digest = _decoded(root)
        if len(digest) != HASH_SIZE:
            raise ValueError("the checkpoint's third line is not a root hash")
        return cls(origin, int(size), digest)


def key_id(name: str, public_key: bytes) -> bytes:
    """The four bytes that tell keys of one name apart."""
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + public_key).digest()[:_KEY_ID_SIZE]


def verifier_key(name: str, public_key: bytes) -> str:
    """The text by which note tools are told of a public key: name, key id and key joined by plus signs."""
    encoded = base64.b64encode(ED25519 + public_key).decode()
    return f"{name}+{key_id(name, public_key).hex()}+{encoded}"


def signed_note(text: str, name: str, public_key: bytes, sign: Sign) -> str:
    """`text` with one signature line under it."""
    if not text.endswith("\n") or _CONTROL.search(text):
        raise ValueError("a note's text ends in a newline and has no other control character")
    if not _is_key_name(name):
        raise ValueError("a key name is not empty and has neither white space nor a plus sign")
    blob = base64.b64encode(key_id(name, public_key) + sign(text.encode())).decode()
    return f"{text}\n{_SIGNATURE_START}{name} {blob}\n"


def cosigned_note(note: str, name: str, public_key: bytes, sign: Sign) -> str:
    """A signed note with one more signature line, over the same text."""
    text = parse_note(note).text
    blob = base64.b64encode(key_id(name, public_key) + sign(text.encode())).decode()
    return f"{note}{_SIGNATURE_START}{name} {blob}\n"


def parse_note(raw: str) -> SignedNote:
    """Splits a note at its last empty line and takes its signature lines apart."""
    if len(raw) > MAX_NOTE:
        raise ValueError(f"the note has more than {MAX_NOTE} characters")
    head, separator, tail = raw.rpartition("\n\n")
    if not separator or not tail.endswith("\n") or _CONTROL.search(raw):
        raise ValueError("the note is not text, an empty line and signature lines")
    return SignedNote(head + "\n", tuple(_signature(line) for line in tail[:-1].split("\n")))


def verified_text(note: SignedNote, name: str, public_key: bytes, verify: Verify) -> str:
    """The note's text if the named key signed it. Signatures of other keys are ignored; one bad signature of this key
    condemns the note."""
    wanted = key_id(name, public_key)
    own = [line for line in note.signatures if line.name == name and line.key_id == wanted]
    if not own:
        raise ValueError(f"the note is not signed by {name}")
    if not all(verify(line.signature, note.text.encode()) for line in own):
        raise ValueError(f"the signature by {name} does not match the note's text")
    return note.text


def _signature(line: str) -> NoteSignature:
    parts = line.removeprefix(_SIGNATURE_START).split(" ")
    if not line.startswith(_SIGNATURE_START) or len(parts) != 2 or not _is_key_name(parts[0]):
        raise ValueError("the note has a malformed signature line")
    blob = _decoded(parts[1])
    if len(blob) <= _KEY_ID_SIZE:
        raise ValueError("the note has a signature that is too short")
    return NoteSignature(parts[0], blob[:_KEY_ID_SIZE], blob[_KEY_ID_SIZE:])


def _is_key_name(name: str) -> bool:
    return "+" not in name and name.split() == [name]


def _decoded(text: str) -> bytes:
    """Strict base64: text that decodes to the same bytes in two spellings is refused."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as reason:
        raise ValueError("the note holds text that is not base64") from reason
    if base64.b64encode(raw).decode() != text:
        raise ValueError("the note holds base64 in a second spelling")
    return raw
