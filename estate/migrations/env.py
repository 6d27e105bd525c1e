"""Alembic's entry: runs inside the connection and transaction that `estate/database.py` opened."""

from alembic import context

from estate.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
