"""Requests of this wire: read, written, and relayed."""
