"""Alembic's environment: runs migrations on the connection that ``operations.migrate`` hands over."""

from alembic import context

from content_pipeline.storage.tables import Base

context.configure(
    connection=context.config.attributes["connection"], target_metadata=Base.metadata, render_as_batch=True
)
with context.begin_transaction():
    context.run_migrations()
