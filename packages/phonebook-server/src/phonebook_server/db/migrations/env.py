"""Alembic's entry: runs inside the connection and transaction that `db.migrate` opened."""

from alembic import context

from phonebook_server.db.tables import Table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
