"""Shells and programming languages, read for the values that stand in them."""
