"""The composition root: names the concrete, and builds the server."""
