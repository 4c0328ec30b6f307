"""The history of the tables, run by Alembic when a store is opened."""

HEAD = "0016"
"""The newest revision; a database that is there already needs no Alembic."""
