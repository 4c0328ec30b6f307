"""What there was: sums of the ledger by day, kept when its entries are not."""
