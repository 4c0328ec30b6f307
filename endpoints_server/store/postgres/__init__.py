"""PostgreSQL: one database for as many machines as it takes."""
