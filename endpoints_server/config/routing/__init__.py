"""Aliases and what else of the file says where calls go: checked, and compiled."""
