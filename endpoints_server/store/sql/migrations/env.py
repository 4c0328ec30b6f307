"""What Alembic runs: the migrations, inside the transaction it was given."""

from alembic import context

from endpoints_server.store.sql.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
)
context.run_migrations()
