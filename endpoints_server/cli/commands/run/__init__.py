"""Serve, and call what is served."""
