"""The ledger as a table: one writer keeps it, everybody reads it."""
