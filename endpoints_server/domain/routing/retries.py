"""How often a call may be tried again, and how long is waited before."""

from msgspec import Struct

SECONDS_KEPT = 10


class Retries(Struct, frozen=True, kw_only=True):
    """The rules: most attempts of one call, and how often one route is asked again.

    Without `per_try_seconds` each attempt has the deadlines of its endpoint. Retries of all calls
    together are at most `budget_percent` of them, and `min_per_second` beside that.
    """

    attempts: int = 3
    per_target: int = 0
    per_try_seconds: float | None = None
    backoff_seconds: float = 0.5
    max_backoff_seconds: float = 8.0
    budget_percent: float = 20.0
    min_per_second: float = 1.0


def pause_of(
    rules: Retries, number: int, chance: float, retry_after_seconds: float | None
) -> float:
    """Say how long to wait before a route is asked again for the `number`-th time, from one on.

    At least as long as the upstream said; else any time up to a bound that doubles, for which
    `chance` is a number from zero to one.
    """
    bound = min(rules.max_backoff_seconds, rules.backoff_seconds * 2.0 ** min(number - 1, 32))
    told = retry_after_seconds or 0.0
    return told + bound * chance if told else bound * chance


class RetryBudget:
    """What calls put by, and retries take out: so many per cent, and so many a second.

    It begins with what ten seconds bring, and never holds more than ten times ten.
    """

    def __init__(self, rules: Retries, now: float) -> None:
        self._left = self._kept(rules)
        self._at = now

    def put_by(self, rules: Retries) -> None:
        """Count a call."""
        self._left = min(self._left + rules.budget_percent / 100, self._most(rules))

    def take(self, rules: Retries, now: float) -> bool:
        """Take out a retry, if there is one; `now` is in seconds that never go back."""
        brought = (now - self._at) * rules.min_per_second
        kept = self._kept(rules)
        if self._left < kept:
            self._left = min(self._left + brought, kept)
        self._at = now
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True

    def _kept(self, rules: Retries) -> float:
        return rules.min_per_second * SECONDS_KEPT

    def _most(self, rules: Retries) -> float:
        return max(self._kept(rules), rules.budget_percent / 100) * SECONDS_KEPT
