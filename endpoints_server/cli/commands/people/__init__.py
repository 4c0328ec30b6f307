"""People, their client keys and their provider keys."""
