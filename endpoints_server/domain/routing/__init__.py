"""Several ways to serve one call: in which order they are tried, and when the next one is."""
