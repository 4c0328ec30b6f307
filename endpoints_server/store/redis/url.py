"""The url of a Redis, as its client knows it."""

SCHEMES = {"valkey": "redis", "valkeys": "rediss"}
"""Valkey speaks the same protocol under names of its own."""


def plain(url: str) -> str:
    """Spell a url as the client does."""
    scheme, colon, rest = url.partition(":")
    return f"{SCHEMES.get(scheme, scheme)}{colon}{rest}"
