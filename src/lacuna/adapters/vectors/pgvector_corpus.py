"""The whole corpus of the pgvector store as evidence: implements `lacuna.ports.vectors.CorpusLookup`."""

from lacuna.adapters.vectors import pgvector_reads as reads
from lacuna.adapters.vectors.pgvector_database import Connection
from lacuna.adapters.vectors.pgvector_pool import Connections
from lacuna.domain.errors import InvalidInput
from lacuna.domain.tiers import Tier


class PgvectorCorpus:
    """`connections` are for this object alone. Safe under threads. Raises StorageError. Once the corpus has an index, a
    neighbour in a hundred or so may be missed (docs/vector-stores.md)."""

    def __init__(self, connections: Connections, fingerprint: str) -> None:
        self._connections = connections
        self._fingerprint = fingerprint

    @property
    def version(self) -> str:
        return self._connections.read(reads.change)

    def nearest(self, vector: reads.Floats, k: int, at_least: float = 0.0) -> list[tuple[float, Tier]]:
        """Raises InvalidInput where the vector has not the length of the stored."""

        def look(connection: Connection) -> list[tuple[float, Tier]]:
            known = reads.space(connection, self._fingerprint)
            if known is None:
                return []
            number, dimension = known
            if vector.shape != (dimension,):
                raise InvalidInput(f"A vector of {self._fingerprint} has another length than {vector.size}.")
            return reads.nearest(connection, number, dimension, vector, k)

        return self._connections.read(look)

    def close(self) -> None:
        self._connections.close()
