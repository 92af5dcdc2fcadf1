"""Alembic's entry: it is handed an open connection and runs the steps on it."""

from alembic import context

from service.store.page_tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
