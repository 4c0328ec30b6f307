"""Pieces of other programs' configuration."""
