"""The ledger as a table: one thread writes it, everybody reads it."""
