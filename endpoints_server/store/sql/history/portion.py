"""How many entries one transaction takes, so that nobody waits long where one writes at a time."""

FIRST_COUNT = 100
FEWEST, MOST = 20, 400
LONGEST_SECONDS = 0.04
"""How long a transaction should take; after one that took longer the next is smaller."""


class Portion:
    """A number that follows how long the last transactions took."""

    def __init__(self, fewest: int = FEWEST) -> None:
        self.count = FIRST_COUNT
        self._fewest = fewest

    def note(self, seconds: float) -> None:
        """Remember how long a transaction took for as many."""
        if seconds > LONGEST_SECONDS:
            self.count = max(self._fewest, self.count // 2)
        elif seconds < LONGEST_SECONDS / 2:
            self.count = min(MOST, self.count * 3 // 2 + 1)
