"""HTTP, inbound."""
