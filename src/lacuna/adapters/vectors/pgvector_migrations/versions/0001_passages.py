"""Passages with their vectors, words and rights."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_CREATE = (
    """CREATE TABLE state (
        id SMALLINT NOT NULL CHECK (id = 1),
        name TEXT NOT NULL,
        change BIGINT NOT NULL,
        analysis TEXT NOT NULL,
        PRIMARY KEY (id))""",
    "INSERT INTO state (id, name, change, analysis) VALUES (1, replace(gen_random_uuid()::text, '-', ''), 0, '')",
    """CREATE TABLE audiences (
        audience INTEGER GENERATED ALWAYS AS IDENTITY,
        digest BYTEA NOT NULL,
        tier SMALLINT NOT NULL,
        groups TEXT NOT NULL,
        PRIMARY KEY (audience),
        UNIQUE (digest))""",
    """CREATE TABLE audience_groups (
        name TEXT NOT NULL,
        audience INTEGER NOT NULL,
        PRIMARY KEY (name, audience))""",
    """CREATE TABLE spaces (
        space INTEGER GENERATED ALWAYS AS IDENTITY,
        fingerprint TEXT NOT NULL,
        dimension INTEGER NOT NULL,
        PRIMARY KEY (space),
        UNIQUE (fingerprint))""",
    """CREATE TABLE documents (
        document BIGINT GENERATED ALWAYS AS IDENTITY,
        document_id TEXT NOT NULL,
        audience INTEGER NOT NULL,
        chunks INTEGER NOT NULL,
        fingerprint TEXT NOT NULL,
        PRIMARY KEY (document),
        UNIQUE (document_id))""",
    "CREATE INDEX ix_documents_audience ON documents (audience)",
    """CREATE TABLE chunks (
        chunk BIGINT GENERATED ALWAYS AS IDENTITY,
        document BIGINT NOT NULL,
        chunk_id TEXT NOT NULL,
        ordinal INTEGER NOT NULL,
        title BYTEA NOT NULL,
        heading BYTEA NOT NULL,
        body BYTEA NOT NULL,
        first BIGINT NOT NULL,
        past BIGINT NOT NULL,
        own_tier SMALLINT NOT NULL,
        page INTEGER,
        source BYTEA NOT NULL,
        PRIMARY KEY (chunk),
        UNIQUE (chunk_id))""",
    "CREATE INDEX ix_chunks_document ON chunks (document)",
    """CREATE TABLE vectors (
        chunk BIGINT NOT NULL,
        document BIGINT NOT NULL,
        space INTEGER NOT NULL,
        embedding vector NOT NULL,
        PRIMARY KEY (chunk))""",
    "CREATE INDEX ix_vectors_document ON vectors (document)",
    """CREATE TABLE words (
        chunk BIGINT NOT NULL,
        document BIGINT NOT NULL,
        terms INTEGER[] NOT NULL,
        weights sparsevec(1000000000) NOT NULL,
        PRIMARY KEY (chunk))""",
    "CREATE INDEX ix_words_document ON words (document)",
    "CREATE INDEX ix_words_terms ON words USING gin (terms)",
)


def upgrade() -> None:
    for statement in _CREATE:
        op.execute(statement)


def downgrade() -> None:
    for table in ("words", "vectors", "chunks", "documents", "spaces", "audience_groups", "audiences", "state"):
        op.drop_table(table)
