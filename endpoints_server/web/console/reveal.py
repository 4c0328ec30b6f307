"""Keys that were made and wait to be shown, once, to the browser that made them."""

from endpoints_server.domain.secret import Secret

WAIT = 2 * 60 * 1_000_000
"""Microseconds a key waits to be shown."""


class Reveals:
    """Made keys by the digest of a session, in memory alone and not for long."""

    def __init__(self) -> None:
        self._waiting: dict[bytes, tuple[Secret, int]] = {}

    def put(self, session: bytes, made: Secret, now: int) -> None:
        """Let a key wait; those that nobody came for are forgotten."""
        fresh = {digest: kept for digest, kept in self._waiting.items() if now - kept[1] < WAIT}
        self._waiting = {**fresh, session: (made, now)}

    def take(self, session: bytes, now: int) -> Secret | None:
        """Give the key that waits for a session, and forget it."""
        made, made_at = self._waiting.pop(session, (None, 0))
        return made if now - made_at < WAIT else None
