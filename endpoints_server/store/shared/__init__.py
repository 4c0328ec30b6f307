"""What processes share beside the database, and how they do without."""
