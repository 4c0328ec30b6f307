"""Who calls: people, and the client keys they call with."""
