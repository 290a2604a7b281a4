"""Alembic's entry: runs the migrations on the connection that the caller opened, in the caller's transaction."""

from alembic import context

from lacuna.adapters.vectors.pgvector_schema import metadata

# The ledger's own `alembic_version` may be on the search path, beside the extension.
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table="passages_version",
    transactional_ddl=True,
)
context.run_migrations()
