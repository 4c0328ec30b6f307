"""One call, from the key to the ledger."""
