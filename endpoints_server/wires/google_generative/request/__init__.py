"""Requests of the Generative Language API, both ways."""
