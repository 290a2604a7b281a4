"""Changes of the pgvector store, each one transaction.

A document's row is locked first, so changes of one document come one after the other; the row with the number of the
newest change last, for as long as the commit takes.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256

import psycopg

from lacuna.adapters.vectors import pgvector_reads as reads
from lacuna.adapters.vectors.analysis import ANALYSIS, passage_terms
from lacuna.adapters.vectors.checks import checked_dimension, no_unicode
from lacuna.adapters.vectors.pgvector_database import Connection
from lacuna.adapters.vectors.sparse import cut, sparse
from lacuna.domain.errors import InvalidInput
from lacuna.domain.retrieval import Chunk
from lacuna.domain.tiers import Tier
from lacuna.ports.vectors import IndexedChunk


def replace(connection: Connection, document_id: str, fingerprint: str, chunks: Sequence[IndexedChunk]) -> None:
    """Raises InvalidInput where a chunk or vector does not belong; then nothing has changed."""
    dimension = checked_dimension(document_id, fingerprint, chunks)
    if len({(item.chunk.tier, item.chunk.groups) for item in chunks}) > 1:
        raise InvalidInput(f"The passages of document {document_id} differ in who may read them.")
    try:
        with _change(connection):
            _replace(connection, document_id, fingerprint, dimension, chunks)
    except UnicodeEncodeError:
        raise no_unicode(document_id) from None
    except psycopg.errors.UniqueViolation:
        raise InvalidInput(
            f"A chunk of document {document_id} is stored already, for this or another document."
        ) from None
    except psycopg.DataError:
        raise InvalidInput(f"An id or a group of document {document_id} holds the character U+0000.") from None


def remove(connection: Connection, document_id: str) -> bool:
    """Whether there was such a document."""
    if not reads.storable(document_id):
        return False
    with _change(connection):
        found = connection.execute(
            "DELETE FROM documents WHERE document_id = %s RETURNING document", (document_id,)
        ).fetchone()
        if found is not None:
            _delete_chunks(connection, found[0])
    return found is not None


def retag(connection: Connection, document_id: str, tier: Tier, groups: Iterable[str]) -> None:
    """Does nothing for a document without chunks. Raises InvalidInput for a group that cannot be stored."""
    named = frozenset(groups)
    if not all(map(reads.storable, named)):
        raise InvalidInput(f"A group of document {document_id} holds the character U+0000.")
    if not reads.storable(document_id):
        return
    with _change(connection):
        locked = connection.execute(
            "SELECT 1 FROM documents WHERE document_id = %s FOR UPDATE", (document_id,)
        ).fetchone()
        if locked is not None:
            connection.execute(
                "UPDATE documents SET audience = %s WHERE document_id = %s",
                (_audience(connection, tier, named), document_id),
            )


def analyse(connection: Connection) -> None:
    """Writes the words of every document anew where they were written in another form, document by document; what is
    interrupted begins again. Searches meanwhile find by words what is written already."""
    if connection.execute("SELECT 1 FROM state WHERE analysis = %s", (ANALYSIS,)).fetchone() is not None:
        return
    for (document,) in connection.execute("SELECT document FROM documents ORDER BY document").fetchall():
        with connection.transaction():
            if connection.execute("SELECT 1 FROM documents WHERE document = %s FOR UPDATE", (document,)).fetchone():
                numbered = reads.numbered(connection, document)
                connection.execute("DELETE FROM words WHERE document = %s", (document,))
                _insert_words(connection, document, list(numbered), list(numbered.values()))
    connection.execute("UPDATE state SET analysis = %s, change = change + 1", (ANALYSIS,))


@contextmanager
def _change(connection: Connection) -> Iterator[None]:
    with connection.transaction():
        yield
        connection.execute("UPDATE state SET change = change + 1")


def _replace(
    connection: Connection, document_id: str, fingerprint: str, dimension: int, chunks: Sequence[IndexedChunk]
) -> None:
    if not chunks:
        found = connection.execute(
            "DELETE FROM documents WHERE document_id = %s RETURNING document", (document_id,)
        ).fetchone()
        if found is not None:
            _delete_chunks(connection, found[0])
        return
    (document,) = connection.execute(
        "INSERT INTO documents (document_id, audience, chunks, fingerprint) VALUES (%s, 0, 0, '') "
        "ON CONFLICT (document_id) DO UPDATE SET chunks = 0 RETURNING document",
        (document_id,),
    ).fetchone() or (0,)
    _delete_chunks(connection, document)
    first = chunks[0].chunk
    connection.execute(
        "UPDATE documents SET audience = %s, chunks = %s, fingerprint = %s WHERE document = %s",
        (_audience(connection, first.tier, first.groups), len(chunks), fingerprint, document),
    )
    numbers = _insert_passages(connection, document, chunks)
    _insert_words(connection, document, numbers, [item.chunk for item in chunks])
    if dimension:
        _insert_vectors(connection, document, _space(connection, fingerprint, dimension), numbers, chunks)


def _delete_chunks(connection: Connection, document: int) -> None:
    for table in ("vectors", "words", "chunks"):
        connection.execute(f"DELETE FROM {table} WHERE document = %s".encode(), (document,))  # noqa: S608  # constants only


def _insert_passages(connection: Connection, document: int, chunks: Sequence[IndexedChunk]) -> list[int]:
    rows = [
        (
            document,
            chunk.chunk_id,
            chunk.ordinal,
            chunk.title.encode(),
            chunk.heading.encode(),
            chunk.text.encode(),
            chunk.start,
            chunk.end,
            int(chunk.own_tier),
            chunk.page,
            chunk.source.encode(),
        )
        for chunk in (item.chunk for item in chunks)
    ]
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO chunks (document, chunk_id, ordinal, title, heading, body, first, past, own_tier, page, "
            "source) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            rows,
        )
    found: dict[str, int] = dict(
        connection.execute("SELECT chunk_id, chunk FROM chunks WHERE document = %s", (document,)).fetchall()
    )
    return [found[item.chunk.chunk_id] for item in chunks]


def _insert_words(connection: Connection, document: int, numbers: Sequence[int], chunks: Sequence[Chunk]) -> None:
    rows = []
    for number, chunk in zip(numbers, chunks, strict=True):
        terms = cut(passage_terms(chunk.title, chunk.heading, chunk.text))
        weights = sparse(dict(zip(terms.keys.tolist(), terms.weights.tolist(), strict=True)))
        rows.append((number, document, terms.keys.tolist(), reads.sparse_text(weights)))
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO words (chunk, document, terms, weights) VALUES (%s, %s, %s::int[], %s::sparsevec)", rows
        )


def _insert_vectors(
    connection: Connection, document: int, space: int, numbers: Sequence[int], chunks: Sequence[IndexedChunk]
) -> None:
    rows = [
        (number, document, space, reads.vector_text(item.vector))
        for number, item in zip(numbers, chunks, strict=True)
        if item.vector is not None
    ]
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO vectors (chunk, document, space, embedding) VALUES (%s, %s, %s, %s::vector)", rows
        )


def _audience(connection: Connection, tier: Tier, groups: Iterable[str]) -> int:
    names = sorted(groups)
    written = json.dumps(names)
    digest = sha256(f"{int(tier)} {written}".encode()).digest()
    made = connection.execute(
        "INSERT INTO audiences (digest, tier, groups) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING RETURNING audience",
        (digest, int(tier), written),
    ).fetchone()
    if made is None:
        (audience,) = connection.execute("SELECT audience FROM audiences WHERE digest = %s", (digest,)).fetchone() or (
            0,
        )
        return int(audience)
    connection.execute(
        "INSERT INTO audience_groups (name, audience) SELECT name, %s FROM unnest(%s::text[]) AS name", (made[0], names)
    )
    return int(made[0])


def _space(connection: Connection, fingerprint: str, dimension: int) -> int:
    connection.execute(
        "INSERT INTO spaces (fingerprint, dimension) VALUES (%s, %s) ON CONFLICT DO NOTHING", (fingerprint, dimension)
    )
    space, known = reads.space(connection, fingerprint) or (0, 0)
    if known != dimension:
        raise InvalidInput(f"Vectors of {fingerprint} have {known} dimensions, not {dimension}.")
    return space
