"""Checkpoints kept outside the database, as a verification compares them with the log.

A checkpoint whose size falls among the records that are read is compared with the root recomputed from them; one that
lies before them by a consistency proof from the stored hashes, which the signed root vouches for.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lacuna.adapters.storage.record_check import Bad
from lacuna.domain.errors import LedgerBroken
from lacuna.domain.merkle import EMPTY_ROOT, CompactRange, Subtree, consistency_holds, consistency_proof
from lacuna.domain.notes import Checkpoint


@dataclass(frozen=True, slots=True)
class Attestation:
    """A checkpoint that this log signed once, and where it is kept (for messages)."""

    checkpoint: Checkpoint
    where: str

    def require_reached(self, size: int) -> None:
        """The log may not be smaller than it was then."""
        known = self.checkpoint.size
        if known == 0 and self.checkpoint.root != EMPTY_ROOT:
            raise Bad(f"The checkpoint in {self.where} gives the empty log a root it cannot have.")
        if known > size:
            raise Bad(
                f"The log was cut or rolled back: it has {size} records, the checkpoint in {self.where} "
                f"attests {known}; record {size} is the first that is missing.",
                size,
            )

    @property
    def replaced(self) -> Bad:
        """The records are not those that were signed for."""
        return Bad(
            f"The records do not hash to the root that the checkpoint in {self.where} attests: one of records 0 to "
            f"{self.checkpoint.size - 1} was replaced after it was signed, or the log was forked.",
            0,
        )


class Attested:
    """The attestations of one verification that begins at record `start`, and which of them the records contradict."""

    def __init__(self, attestations: Sequence[Attestation], start: int) -> None:
        self._within = sorted((each for each in attestations if each.checkpoint.size > start), key=_size)
        self._next = 0
        self._before = [each for each in attestations if 0 < each.checkpoint.size <= start]
        self._contradicted: Attestation | None = None

    def compare(self, start: int, prefix: Sequence[bytes], leaves: Sequence[bytes]) -> None:
        """Takes the recomputed leaves from `start` on; `prefix` are the compact range's hashes before them. A
        difference is kept for the end: the comparison with the head tells more exactly where it lies."""
        grown, done = CompactRange(start, tuple(prefix)), 0
        while self._next < len(self._within) and self._within[self._next].checkpoint.size <= start + len(leaves):
            each = self._within[self._next]
            grown, _ = grown.extended(leaves[done : each.checkpoint.size - start])
            done = each.checkpoint.size - start
            if grown.root != each.checkpoint.root and self._contradicted is None:
                self._contradicted = each
            self._next += 1

    def finish(self, size: int, root: bytes, subtree: Subtree) -> None:
        """Raises Bad for the first attestation that the log of `size` and `root` does not extend."""
        if self._contradicted is not None:
            raise self._contradicted.replaced
        for each in self._before:
            first = each.checkpoint.size
            try:
                proof = consistency_proof(first, size, subtree)
            except LedgerBroken as broken:
                raise Bad(broken.message) from None
            if not consistency_holds(first, size, each.checkpoint.root, root, proof):
                raise each.replaced


def _size(attestation: Attestation) -> int:
    return attestation.checkpoint.size
