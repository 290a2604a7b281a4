"""What it takes to replace the key that signs a log: a statement signed by the old key and by the new one.

Whoever trusts either key can go on to the other. Guarantees the statement's form (docs/ledger-format.md); leaves the
algorithm to the caller, as `lacuna.domain.notes` does.
"""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass

from lacuna.domain.notes import Sign, Verify, cosigned_note, parse_note, signed_note, verified_text

TITLE = "lacuna key rotation"
_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Rotation:
    """From `old` to `new`, both public keys, of the log `origin`. The old key signs nothing of more than `until`
    records: should it be stolen later, what it signs then does not count."""

    origin: str
    old: bytes
    new: bytes
    until: int

    def text(self) -> str:
        """The statement's text."""
        old, new = (base64.b64encode(key).decode() for key in (self.old, self.new))
        return f"{TITLE}\n{self.origin}\n{old}\n{new}\n{self.until}\n"

    def signed(self, by_old: Sign, by_new: Sign) -> str:
        """The statement as a note with both signatures."""
        note = signed_note(self.text(), self.origin, self.old, by_old)
        return cosigned_note(note, self.origin, self.new, by_new)

    @classmethod
    def verified(cls, statement: str, verifier: Callable[[bytes], Verify]) -> "Rotation":
        """The rotation that a statement with both signatures makes. `verifier` gives the check for a public key. Raises
        ValueError."""
        note = parse_note(statement)
        lines = note.text.split("\n")
        if len(lines) != 6 or lines[0] != TITLE:
            raise ValueError("it is no key rotation")
        try:
            old, new = (base64.b64decode(line, validate=True) for line in lines[2:4])
        except binascii.Error as reason:
            raise ValueError("it holds a key that is not base64") from reason
        if {len(old), len(new)} != {_KEY_BYTES}:
            raise ValueError("it holds a key that has not 32 bytes")
        if not (lines[4].isascii() and lines[4].isdigit()):
            raise ValueError("it does not say up to which size the old key signs")
        found = cls(lines[1], old, new, int(lines[4]))
        if found.text() != note.text:
            raise ValueError("it is written in a second way")
        for key in (old, new):
            verified_text(note, found.origin, key, verifier(key))
        return found
