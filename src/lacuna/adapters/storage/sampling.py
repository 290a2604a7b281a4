"""Verifying records drawn at random: each from its bytes, through its inclusion proof, to the signed head.

A changed record that is drawn is found for certain; how likely it is drawn is `Verification.detection`. The draw must
not be foreseeable, so it comes from the system's source of randomness.
"""

from random import SystemRandom

from lacuna.adapters.storage.connection import Connection
from lacuna.adapters.storage.proofs import StoredSubtrees
from lacuna.adapters.storage.record_check import COLUMNS, Bad, sound_leaf
from lacuna.domain.errors import LedgerBroken
from lacuna.domain.merkle import inclusion_holds, inclusion_proof

PER_STEP = 256

_RECORD = f"SELECT {COLUMNS} FROM records WHERE idx = ?"  # noqa: S608  # constants only


class Sample:
    """Records to check in ascending order, a few in each step."""

    def __init__(self, count: int, size: int, root: bytes, where: str) -> None:
        self._drawn = sorted(SystemRandom().sample(range(size), min(count, size)))
        self._size = size
        self._root = root
        self._where = where
        self.checked = 0

    def step(self, connection: Connection) -> bool:
        """Checks the next records; whether there were any. Raises Bad for the first that cannot be trusted."""
        drawn = self._drawn[self.checked : self.checked + PER_STEP]
        subtrees = StoredSubtrees(connection, self._where)
        for index in drawn:
            self._check(connection, subtrees, index)
            self.checked += 1
        return bool(drawn)

    def _check(self, connection: Connection, subtrees: StoredSubtrees, index: int) -> None:
        row = connection.execute(_RECORD, (index,)).fetchone()
        if row is None:
            raise Bad(f"Record {index} is missing.", index)
        leaf = sound_leaf(tuple(row))
        try:
            proof = inclusion_proof(index, self._size, subtrees)
        except LedgerBroken as broken:
            raise Bad(broken.message, index) from None
        if not inclusion_holds(leaf, index, self._size, proof, self._root):
            raise Bad(
                f"Record {index} does not lead to the signed root: it, or a stored hash beside it, was changed.", index
            )
