"""Calls that commands make, by the same code that serves."""
