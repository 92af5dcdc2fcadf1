"""Alembic's entry: it is handed an open connection and runs the steps on it."""

from alembic import context

from service.store import page_tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=page_tables.TOLD.metadata,
    render_as_batch=True,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
