"""Knows that the database is away, so that nobody waits to find it out, and when it is back."""

from collections.abc import Callable
from threading import Event, Lock, Thread

import psycopg

PAUSE_SECONDS = 0.5
"""How far apart the tries are while it is away."""


class Outage:
    """Begins with a failure that somebody notes; ends once `probe` works, in a thread of its own.

    `probe` raises psycopg.Error while the database is away.
    """

    def __init__(self, probe: Callable[[], None]) -> None:
        self._probe = probe
        self._lock = Lock()
        self._is_on = False
        self._closing = Event()

    def is_on(self) -> bool:
        """Say whether the database is away as far as is known."""
        return self._is_on

    def begin(self) -> None:
        """Note a failure."""
        with self._lock:
            if self._is_on or self._closing.is_set():
                return
            self._is_on = True
            Thread(target=self._run, name="outage", daemon=True).start()

    def close(self) -> None:
        """Look no more."""
        self._closing.set()

    def _run(self) -> None:
        while not self._closing.wait(PAUSE_SECONDS):
            try:
                self._probe()
            except psycopg.Error:
                continue
            self._is_on = False
            return
