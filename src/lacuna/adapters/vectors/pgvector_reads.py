"""Searches of the pgvector store. Each is one statement, so it sees one state; each filters by rights inside it.

Who may read is decided by the documents' rows, which the statement joins: a passage outside the reach is neither
ranked nor counted. Two ways lead to the nearest vectors. Where a reach leaves few, all of them are compared: exact, and
no index can lose any. Where it leaves many, the index (HNSW over 16-bit copies) proposes candidates, goes on until
enough of them pass the filter, and their 32-bit vectors decide; what it proposes too few of is searched exactly.
"""

import json
from collections import Counter
from collections.abc import Sequence
from itertools import chain
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from psycopg.rows import tuple_row

from lacuna.adapters.vectors.pgvector_database import Connection
from lacuna.adapters.vectors.sparse import DIMENSIONS, Sparse
from lacuna.domain.identity import Reach
from lacuna.domain.retrieval import Chunk, Scored, by_documents, passages_state
from lacuna.domain.tiers import Tier
from lacuna.ports.vectors import IndexedChunk, StoredDocument

_PERMITTED: Final = (
    "d.audience = ANY(ARRAY(SELECT audience FROM audiences WHERE tier = 0 OR (tier <= %(clearance)s AND "
    "(%(all)s OR audience IN (SELECT audience FROM audience_groups WHERE name = ANY(%(groups)s))))))"
)
_PASSAGE: Final = (
    "c.chunk_id, d.document_id, c.ordinal, c.title, c.heading, c.body, c.first, c.past, c.own_tier, c.page, c.source, "
    "a.tier, a.groups"
)
_OF_CHUNK: Final = (
    "JOIN chunks c USING (chunk) JOIN documents d ON d.document = c.document JOIN audiences a USING (audience)"
)
_OVERFETCH: Final = 2
"""Candidates of the index for each passage asked for."""
_LEAST_CANDIDATES: Final = 40
_LEAST_LOOKED_AT: Final = 400
"""What the index looks at in one pass (ef_search). Of a million vectors 200 lost up to nine in a hundred, and 1,000
found hardly anything that 400 did not."""
_SAMPLED_DOCUMENTS: Final = 250
_SAMPLED_PASSAGES: Final = 4
"""Of each sampled document."""

Values = dict[str, Any]
Floats = npt.NDArray[np.float32]


def reach_values(reach: Reach) -> Values:
    """The parameters of the filter."""
    groups = [] if reach.all_groups else [group for group in sorted(reach.groups) if storable(group)]
    return {"clearance": int(reach.clearance), "all": reach.all_groups, "groups": groups}


def vector_text(vector: Floats) -> str:
    """As pgvector reads it, to the last bit."""
    return "[" + ",".join(map(repr, np.asarray(vector, dtype=np.float32).tolist())) + "]"


def sparse_text(weights: Sparse) -> str:
    """As pgvector reads it."""
    return "{" + ",".join(f"{n}:{weight!r}" for n, weight in sorted(weights.items()) if weight) + f"}}/{DIMENSIONS}"


def space(connection: Connection, fingerprint: str) -> tuple[int, int] | None:
    """Number and dimension of the vectors of one embedder."""
    found = connection.execute("SELECT space, dimension FROM spaces WHERE fingerprint = %s", (fingerprint,)).fetchone()
    return None if found is None else (int(found[0]), int(found[1]))


def permitted(connection: Connection, reach: Reach) -> int:
    """How many passages a reach leaves."""
    statement = f"SELECT coalesce(sum(d.chunks), 0) FROM documents d WHERE {_PERMITTED}"  # noqa: S608  # constants only
    return _count(connection, statement, reach_values(reach))


def exact(connection: Connection, number: int, vector: Floats, reach: Reach, limit: int) -> list[Scored]:
    """The nearest permitted passages, all of them compared; equals by chunk."""
    values = {**reach_values(reach), "vector": vector_text(vector), "limit": limit, "space": number}
    statement = (
        "WITH best AS MATERIALIZED (SELECT v.chunk, v.embedding <#> %(vector)s::vector AS distance FROM vectors v "  # noqa: S608  # constants only
        f"JOIN documents d USING (document) WHERE v.space = %(space)s AND {_PERMITTED} "
        "ORDER BY distance, v.chunk LIMIT %(limit)s) "
        f"SELECT {_PASSAGE}, -distance FROM best {_OF_CHUNK} ORDER BY distance, chunk"
    )
    return [_scored(row) for row in connection.execute(statement.encode(), values).fetchall()]


def indexed(
    connection: Connection, number: int, dimension: int, vector: Floats, reach: Reach, limit: int
) -> list[Scored]:
    """The same through the index; it may miss some."""
    candidates = max(_OVERFETCH * limit, _LEAST_CANDIDATES)
    values = {**reach_values(reach), "vector": vector_text(vector), "limit": limit, "candidates": candidates}
    statement = (
        f"WITH near AS MATERIALIZED (SELECT v.chunk, v.embedding FROM vectors v JOIN documents d USING (document) "  # noqa: S608  # constants only
        f"WHERE v.space = {number} AND {_PERMITTED} "
        f"ORDER BY v.embedding::halfvec({dimension}) <#> %(vector)s::halfvec({dimension}) LIMIT %(candidates)s), "
        "best AS MATERIALIZED (SELECT chunk, embedding <#> %(vector)s::vector AS distance FROM near "
        "ORDER BY distance, chunk LIMIT %(limit)s) "
        f"SELECT {_PASSAGE}, -distance FROM best {_OF_CHUNK} ORDER BY distance, chunk"
    )
    with connection.pipeline():
        connection.execute("BEGIN")
        connection.execute("SET LOCAL hnsw.ef_search = " + str(min(1_000, max(candidates, _LEAST_LOOKED_AT))))
        # Without these the planner may prefer to compare everything.
        for way in ("enable_seqscan", "enable_sort", "enable_hashjoin", "enable_mergejoin", "enable_bitmapscan"):
            connection.execute(f"SET LOCAL {way} = off".encode())
        found = connection.execute(statement.encode(), values)
        connection.execute("COMMIT")
    return [_scored(row) for row in found.fetchall()]


def has_index(connection: Connection, number: int) -> bool:
    """Whether there is an index for a space, complete."""
    found = connection.execute(
        "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", (index_name(number),)
    ).fetchone()
    return found == (True,)


def index_name(number: int) -> str:
    return f"hnsw_vectors_{number}"


def having(connection: Connection, terms: Sequence[int], reach: Reach, limit: int) -> dict[int, int]:
    """How many permitted passages have each term, counted up to `limit`."""
    statement = (
        "SELECT t.term, n.count FROM unnest(%(terms)s::int[]) AS t (term) CROSS JOIN LATERAL (SELECT count(*) FROM "  # noqa: S608  # constants only
        "(SELECT 1 FROM words w JOIN documents d USING (document) "
        f"WHERE w.terms @> ARRAY[t.term] AND {_PERMITTED} LIMIT %(limit)s) held) n"
    )
    values = {**reach_values(reach), "terms": list(terms), "limit": limit}
    return dict(connection.execute(statement.encode(), values).fetchall())


def sample(connection: Connection, reach: Reach) -> tuple[int, Counter[int]]:
    """The number of some permitted passages, and how many of them have each term. The same passages every time, as long
    as the permitted documents are the same."""
    statement = (
        "SELECT s.terms FROM (SELECT d.document FROM documents d "  # noqa: S608  # constants only
        f"WHERE {_PERMITTED} ORDER BY hashint8(d.document), d.document LIMIT {_SAMPLED_DOCUMENTS}) d "
        "CROSS JOIN LATERAL (SELECT w.terms FROM words w WHERE w.document = d.document ORDER BY w.chunk "
        f"LIMIT {_SAMPLED_PASSAGES}) s"
    )
    with connection.cursor(binary=True) as cursor:
        rows = cursor.execute(statement.encode(), reach_values(reach)).fetchall()
    return len(rows), Counter(chain.from_iterable(row[0] for row in rows))


def lexical(
    connection: Connection, looked_up: Sequence[int], weights: Sparse, reach: Reach, limit: int
) -> list[Scored]:
    """The best permitted passages with any of the terms that are looked up, by all that weigh; equals by chunk.
    How many passages their documents have comes with them, for the same state."""
    values = {**reach_values(reach), "terms": list(looked_up), "asked": sparse_text(weights), "limit": limit}
    statement = (
        "WITH best AS MATERIALIZED (SELECT w.chunk, w.weights <#> %(asked)s::sparsevec AS distance FROM words w "  # noqa: S608  # constants only
        f"JOIN documents d USING (document) WHERE w.terms && %(terms)s::int[] AND {_PERMITTED} "
        "ORDER BY distance, w.chunk LIMIT %(limit)s) "
        f"SELECT {_PASSAGE}, d.chunks, -distance FROM best {_OF_CHUNK} ORDER BY distance, chunk"
    )
    rows = connection.execute(statement.encode(), values).fetchall()
    found = [_scored(row) for row in rows]
    return by_documents(found, {scored.chunk.document_id: row[-2] for scored, row in zip(found, rows, strict=True)})


def chunks(connection: Connection, chunk_ids: Sequence[str]) -> list[Chunk]:
    """Those that exist, in the order asked."""
    statement = (
        f"SELECT {_PASSAGE} FROM chunks c JOIN documents d USING (document) JOIN audiences a USING (audience) "  # noqa: S608  # constants only
        "WHERE c.chunk_id = ANY(%s)"
    )
    wanted = [chunk_id for chunk_id in chunk_ids if storable(chunk_id)]
    found = {chunk.chunk_id: chunk for chunk in map(_chunk, connection.execute(statement.encode(), (wanted,)))}
    return [found[chunk_id] for chunk_id in chunk_ids if chunk_id in found]


def numbered(connection: Connection, document: int) -> dict[int, Chunk]:
    """The chunks of a document by number, in order."""
    statement = (
        f"SELECT c.chunk, {_PASSAGE} FROM chunks c JOIN documents d USING (document) "  # noqa: S608  # constants only
        "JOIN audiences a USING (audience) WHERE c.document = %s ORDER BY c.chunk"
    )
    return {row[0]: _chunk(row[1:]) for row in connection.execute(statement.encode(), (document,)).fetchall()}


def document_ids(connection: Connection) -> frozenset[str]:
    return frozenset(row[0] for row in connection.execute("SELECT document_id FROM documents"))


def stored(connection: Connection, document_id: str) -> StoredDocument | None:
    """Everything about one document."""
    statement = (
        f"SELECT {_PASSAGE}, d.fingerprint, v.embedding::real[] FROM chunks c JOIN documents d USING (document) "  # noqa: S608  # constants only
        "JOIN audiences a USING (audience) LEFT JOIN vectors v USING (chunk) WHERE d.document_id = %s ORDER BY c.chunk"
    )
    with connection.cursor(binary=True) as cursor:
        rows = cursor.execute(statement.encode(), (document_id,)).fetchall() if storable(document_id) else []
    if not rows:
        return None
    items = [IndexedChunk(_chunk(row), None if row[-1] is None else np.array(row[-1], np.float32)) for row in rows]
    return StoredDocument(rows[0][-2], tuple(items))


def states(connection: Connection) -> dict[str, str]:
    """The state of every document."""
    rows = connection.execute(
        "SELECT d.document_id, a.tier, a.groups, array_agg(c.chunk_id) FROM documents d "
        "JOIN audiences a USING (audience) JOIN chunks c USING (document) GROUP BY 1, 2, 3"
    )
    return {name: passages_state(Tier(tier), json.loads(groups), ids) for name, tier, groups, ids in rows}


def change(connection: Connection) -> str:
    """What the store is called and the number of its newest change."""
    name, number = connection.execute("SELECT name, change FROM state").fetchone() or ("", 0)
    return f"{name}.{number}"


def nearest(
    connection: Connection, number: int, dimension: int, vector: Floats, limit: int
) -> list[tuple[float, Tier]]:
    """Cosine and tier of the nearest passages, whoever may read them; through the index where there is one."""
    values = {"vector": vector_text(vector), "limit": limit, "candidates": max(_OVERFETCH * limit, _LEAST_CANDIDATES)}
    near = f"v.embedding::halfvec({dimension}) <#> %(vector)s::halfvec({dimension})"
    by, amount = (near, "candidates") if has_index(connection, number) else ("distance", "limit")
    statement = (
        "SELECT -distance, tier FROM (SELECT v.document, v.chunk, v.embedding <#> %(vector)s::vector AS distance "  # noqa: S608  # constants only
        f"FROM vectors v WHERE v.space = {number} ORDER BY {by} LIMIT %({amount})s) near "
        "JOIN documents d USING (document) JOIN audiences a USING (audience) ORDER BY distance, chunk LIMIT %(limit)s"
    )
    return [(float(score), Tier(tier)) for score, tier in connection.execute(statement.encode(), values).fetchall()]


def _count(connection: Connection, statement: str, values: Values) -> int:
    with connection.cursor(row_factory=tuple_row) as cursor:
        (count,) = cursor.execute(statement.encode(), values).fetchone() or (0,)
    return int(count)


def _scored(row: tuple[Any, ...]) -> Scored:
    return Scored(_chunk(row), float(row[-1]))


def _chunk(row: tuple[Any, ...]) -> Chunk:
    chunk_id, document_id, ordinal, title, heading, body, first, past, own_tier, page, source, tier, groups, *_ = row
    return Chunk(
        chunk_id=chunk_id,
        document_id=document_id,
        ordinal=ordinal,
        title=title.decode(),
        text=body.decode(),
        start=first,
        end=past,
        tier=Tier(tier),
        own_tier=Tier(own_tier),
        groups=frozenset(json.loads(groups)),
        heading=heading.decode(),
        page=page,
        source=source.decode(),
    )


def storable(name: str) -> bool:
    """PostgreSQL's texts have no U+0000 and no halves of characters, so nothing of such a name is stored."""
    return "\0" not in name and not any("\ud800" <= character <= "\udfff" for character in name)
