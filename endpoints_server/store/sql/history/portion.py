"""How many entries one transaction takes, so that nobody waits long where one writes at a time."""

import time
from collections.abc import Generator
from contextlib import contextmanager
from math import inf

from sqlalchemy import Connection, Engine

from endpoints_server.store.sql.engine import Turn, writing

FIRST_COUNT = 100
FEWEST, MOST = 20, 400
LONGEST_SECONDS = 0.04
"""How long a transaction should take; after one that took longer the next is smaller."""
PATIENCE_SECONDS = 10.0
"""How long one statement may take where everything is slow: nobody waits for it."""


class Portion:
    """A number that follows how long the last transactions took."""

    def __init__(self, fewest: int = FEWEST) -> None:
        self.count = FIRST_COUNT
        self._fewest = fewest

    @contextmanager
    def writing(self, engine: Engine, turn: Turn | None = None) -> Generator[Connection]:
        """Write about as many in one light transaction; one that failed had too many."""
        took = inf
        try:
            with writing(engine, turn, PATIENCE_SECONDS, is_light=True) as connection:
                begun_at = time.monotonic()
                yield connection
            took = time.monotonic() - begun_at
        finally:
            self.note(took)

    def note(self, seconds: float) -> None:
        """Remember how long a transaction took for as many."""
        if seconds > LONGEST_SECONDS:
            self.count = max(self._fewest, self.count // 2)
        elif seconds < LONGEST_SECONDS / 2:
            self.count = min(MOST, self.count * 3 // 2 + 1)
