"""What there was: kept in sums, exported, compared with invoices, and purged when it is old."""
