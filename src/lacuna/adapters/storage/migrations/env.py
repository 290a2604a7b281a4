"""Alembic's entry: runs the migrations on the connection that the caller opened, in the caller's transaction."""

from alembic import context

from lacuna.adapters.storage.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True)
context.run_migrations()
