"""What SQLite and PostgreSQL must be told in different words."""
