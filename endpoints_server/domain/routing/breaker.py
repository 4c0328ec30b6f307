"""Whether an upstream is asked at all: not while it fails, and then by one call first.

Closed, calls pass and failures are counted. Too many in a row, or too large a part of them, open
it: calls go elsewhere for a while. After that one call is let through as a probe. If it is
answered all is well; if not it stays open for twice as long as before.
"""

from enum import StrEnum

from msgspec import Struct


class State(StrEnum):
    """How a breaker stands."""

    CLOSED = "closed"
    HALF_OPEN = "half_open"
    OPEN = "open"


class BreakerRules(Struct, frozen=True, kw_only=True):
    """When it opens, and for how long; `has_panic` asks upstreams all the same where all are out.

    A part of `failure_percent` counts only once there were `min_calls` within the window.
    """

    consecutive_failures: int = 5
    failure_percent: float = 50.0
    min_calls: int = 20
    window_seconds: float = 30.0
    cooldown_seconds: float = 10.0
    max_cooldown_seconds: float = 300.0
    has_panic: bool = True


class Breaker:
    """Remembers that an upstream is down; instants are seconds that never go back."""

    def __init__(self, now: float) -> None:
        self.open_until: float | None = None
        self._probe_until = 0.0
        self._trips = 0
        self._in_a_row = 0
        self._since = now
        self._calls = 0
        self._failures = 0

    @property
    def is_calm(self) -> bool:
        """Whether there is nothing to remember."""
        return self.open_until is None and not self._failures

    def state(self, now: float) -> State:
        """Tell how it stands."""
        if self.open_until is None:
            return State.CLOSED
        return State.OPEN if now < self.open_until else State.HALF_OPEN

    def is_out(self, now: float) -> bool:
        """Say whether calls go elsewhere."""
        return self.open_until is not None and now < max(self.open_until, self._probe_until)

    def begin(self, now: float, patience_seconds: float) -> bool:
        """Note that a call goes out, and say whether it is the probe, for so long at most."""
        is_probe = self.state(now) is State.HALF_OPEN
        if is_probe:
            self._probe_until = now + patience_seconds
        return is_probe

    def give_back(self) -> None:
        """Note that a call ended without telling anything; the next one is the probe then."""
        self._probe_until = 0.0

    def succeed(self, now: float, rules: BreakerRules) -> None:
        """Note that the upstream answered."""
        if self.open_until is not None:
            self.open_until, self._trips = None, 0
            self._begin_window(now)
        elif now - self._since >= rules.window_seconds:
            self._begin_window(now)
        self._in_a_row = 0
        self._calls += 1

    def fail(self, now: float, rules: BreakerRules) -> None:
        """Note that the upstream failed."""
        match self.state(now):
            case State.OPEN:
                return
            case State.HALF_OPEN:
                self._trip(now, rules)
            case State.CLOSED:
                if now - self._since >= rules.window_seconds:
                    self._begin_window(now)
                self._in_a_row += 1
                self._calls += 1
                self._failures += 1
                if self._is_too_much(rules):
                    self._trip(now, rules)

    def _is_too_much(self, rules: BreakerRules) -> bool:
        if self._in_a_row >= rules.consecutive_failures:
            return True
        part = 100.0 * self._failures / self._calls
        return self._calls >= rules.min_calls and part >= rules.failure_percent

    def _trip(self, now: float, rules: BreakerRules) -> None:
        span = rules.cooldown_seconds * 2.0 ** min(self._trips, 32)
        self.open_until = now + min(span, rules.max_cooldown_seconds)
        self._probe_until = 0.0
        self._trips += 1

    def _begin_window(self, now: float) -> None:
        self._since, self._calls, self._failures, self._in_a_row = now, 0, 0, 0
