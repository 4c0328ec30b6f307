"""Redis, or Valkey: what processes share beside the database, none of it needed to stay."""
