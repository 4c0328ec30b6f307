"""How people's clients are set up to call this server."""
