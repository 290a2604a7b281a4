"""The tables of the store in PostgreSQL with pgvector, as one definition; the migrations lead to exactly this.

Texts of passages are UTF-8 in `bytea`: a PostgreSQL text has no U+0000 and a passage may. Rights stand once for each
document, so that changing them changes one row, whatever the number of its passages.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import UserDefinedType

from lacuna.adapters.vectors.sparse import DIMENSIONS


class Vector(UserDefinedType[Any]):
    """pgvector's `vector`: 32-bit floats, of a length that each row has for itself."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        return "vector"


class SparseVector(UserDefinedType[Any]):
    """pgvector's `sparsevec`."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        return f"sparsevec({DIMENSIONS})"


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), sa.Identity(always=True), primary_key=True)


metadata = sa.MetaData()

# One row: what the store is called, unlike every other, how often it was changed, and the form of its terms.
sa.Table(
    "state",
    metadata,
    sa.Column("id", sa.SmallInteger(), sa.CheckConstraint("id = 1"), primary_key=True, autoincrement=False),
    sa.Column("name", sa.Text(), nullable=False),
    sa.Column("change", sa.BigInteger(), nullable=False),
    sa.Column("analysis", sa.Text(), nullable=False),
)
# Who may read a document: each distinct pair of tier and groups once, found by its digest.
sa.Table(
    "audiences",
    metadata,
    sa.Column("audience", sa.Integer(), sa.Identity(always=True), primary_key=True),
    sa.Column("digest", sa.LargeBinary(), nullable=False, unique=True),
    sa.Column("tier", sa.SmallInteger(), nullable=False),
    sa.Column("groups", sa.Text(), nullable=False),
)
sa.Table(
    "audience_groups",
    metadata,
    sa.Column("name", sa.Text(), primary_key=True),
    sa.Column("audience", sa.Integer(), primary_key=True, autoincrement=False),
)
# Vectors are compared within one space only.
sa.Table(
    "spaces",
    metadata,
    sa.Column("space", sa.Integer(), sa.Identity(always=True), primary_key=True),
    sa.Column("fingerprint", sa.Text(), nullable=False, unique=True),
    sa.Column("dimension", sa.Integer(), nullable=False),
)
sa.Table(
    "documents",
    metadata,
    _number("document"),
    sa.Column("document_id", sa.Text(), nullable=False, unique=True),
    sa.Column("audience", sa.Integer(), nullable=False, index=True),
    sa.Column("chunks", sa.Integer(), nullable=False),
    sa.Column("fingerprint", sa.Text(), nullable=False),
)
sa.Table(
    "chunks",
    metadata,
    _number("chunk"),
    sa.Column("document", sa.BigInteger(), nullable=False, index=True),
    sa.Column("chunk_id", sa.Text(), nullable=False, unique=True),
    sa.Column("ordinal", sa.Integer(), nullable=False),
    sa.Column("title", sa.LargeBinary(), nullable=False),
    sa.Column("heading", sa.LargeBinary(), nullable=False),
    sa.Column("body", sa.LargeBinary(), nullable=False),
    sa.Column("first", sa.BigInteger(), nullable=False),
    sa.Column("past", sa.BigInteger(), nullable=False),
    sa.Column("own_tier", sa.SmallInteger(), nullable=False),
    sa.Column("page", sa.Integer()),
    sa.Column("source", sa.LargeBinary(), nullable=False),
)
sa.Table(
    "vectors",
    metadata,
    sa.Column("chunk", sa.BigInteger(), primary_key=True, autoincrement=False),
    sa.Column("document", sa.BigInteger(), nullable=False, index=True),
    sa.Column("space", sa.Integer(), nullable=False),
    sa.Column("embedding", Vector(), nullable=False),
)
_words = sa.Table(
    "words",
    metadata,
    sa.Column("chunk", sa.BigInteger(), primary_key=True, autoincrement=False),
    sa.Column("document", sa.BigInteger(), nullable=False, index=True),
    sa.Column("terms", sa.ARRAY(sa.Integer()), nullable=False),
    sa.Column("weights", SparseVector(), nullable=False),
)
sa.Index("ix_words_terms", _words.c.terms, postgresql_using="gin")
