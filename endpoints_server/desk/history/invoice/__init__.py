"""What providers say they charge, beside what the ledger says."""
