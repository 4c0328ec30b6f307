"""What both transports keep to: how much they take, how long they keep, what they add."""

WAITING_BYTES = 128 * 1024
"""So much of an answer may wait unread before no more is taken from the network."""
HEADER_BYTES = 64 * 1024
HEADER_LINES = 256
IDLE_SECONDS = 30.0
RESOLVED_SECONDS = 30
AT_ONCE_SECONDS = 0.5
"""A connection that went stale while idle fails within a round trip of its next request."""
LARGE_BYTES = 1024 * 1024
SPOKEN = frozenset({"http", "https"})
UNLESS_SENT = (
    ("Accept", "*/*"),
    ("Accept-Encoding", "identity"),
    ("User-Agent", "endpoints-server"),
)
DECODED = frozenset({"gzip", "deflate", "br", "zstd"})
