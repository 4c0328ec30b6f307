"""How busy this process is."""

import time

HIGH = 0.2
"""The part of a core; others like this process, and the database, may want the rest of it."""


class Load:
    """The processor's time that was used between two looks."""

    def __init__(self) -> None:
        self._looked_at, self._used = time.monotonic(), time.process_time()

    def is_high(self) -> bool:
        """Look, and say whether it was much since the last look."""
        before, used = self._looked_at, self._used
        self._looked_at, self._used = time.monotonic(), time.process_time()
        return self._used - used > HIGH * (self._looked_at - before)
