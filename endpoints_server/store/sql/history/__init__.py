"""History on a database: rollups by day, made of entries in the order of their numbers."""
