"""A sliding window: how much came within the last minute, taken all together or not at all."""

from collections import deque
from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct

MINUTE = 60_000_000
"""Microseconds in a minute."""
SLOT = 1_000_000
"""A window is counted by the second; one that has only partly left it still counts."""


class Measure(StrEnum):
    """What is counted: what came within a minute, or what runs at this moment."""

    REQUESTS = "requests"
    TOKENS = "tokens"
    CONCURRENT = "concurrent"

    __hash__ = str.__hash__  # that of enums is written in Python, and counters are found by it


class Claim(Struct, frozen=True, kw_only=True):
    """What a call wants: so much, where there may be no more than `limit`.

    One that is not binding is counted, and never refuses.
    """

    name: str
    measure: Measure
    amount: int
    limit: int
    is_binding: bool = True


class Room(Struct, frozen=True, kw_only=True):
    """How a window stands after a claim; `free_after` is microseconds until the oldest leaves it,
    or for a refused claim until there is room for it.
    """

    claim: Claim
    left: int
    free_after: int = 0


class Verdict(Struct, frozen=True, kw_only=True):
    """Whether claims were granted, and the rooms: of all, or of the one that refused."""

    is_admitted: bool
    rooms: tuple[Room, ...] = ()


class Sliding:
    """What came to one window, second by second."""

    __slots__ = ("slots", "total")

    def __init__(self) -> None:
        self.slots: deque[list[int]] = deque()
        self.total = 0

    def forget(self, now: int) -> None:
        """Drop what has left the window wholly."""
        while self.slots and self.slots[0][0] + SLOT + MINUTE <= now:
            self.total -= self.slots.popleft()[1]

    def add(self, amount: int, at: int) -> None:
        """Count something; of an instant that has left the window, nothing."""
        start = at - at % SLOT
        if self.slots and self.slots[-1][0] >= start:
            self.correct(amount, start)
            return
        self.slots.append([start, amount])
        self.total += amount

    def correct(self, amount: int, start: int) -> None:
        """Count more or less in a second that is counted already, or in the one before it."""
        for slot in reversed(self.slots):
            if slot[0] <= start:
                amount = max(amount, -slot[1])
                slot[1] += amount
                self.total += amount
                return

    def free_after(self, wanted: int, now: int) -> int:
        """Tell after how long so much will have left, in microseconds."""
        left = wanted
        for start, amount in self.slots:
            left -= amount
            if left <= 0:
                return max(0, start + SLOT + MINUTE - now)
        return MINUTE


class Counters:
    """What is counted by name and measure; nothing is kept of what nothing came to for a while."""

    def __init__(self) -> None:
        self.windows: dict[tuple[str, Measure], Sliding] = {}
        self.running: dict[str, int] = {}
        self.swept_at = 0

    def take(self, claims: Sequence[Claim], now: int) -> Verdict:
        """Count every claim, or none if one has no room; `now` in microseconds."""
        self.sweep(now)
        for claim in claims:
            if claim.is_binding and self.left(claim, now) < claim.amount:
                return Verdict(is_admitted=False, rooms=(self.room(claim, now),))
        for claim in claims:
            self.add(claim, now)
        return Verdict(is_admitted=True, rooms=tuple(self.room(claim, now) for claim in claims))

    def add(self, claim: Claim, now: int) -> None:
        """Count a claim."""
        if claim.measure is Measure.CONCURRENT:
            self.running[claim.name] = self.running.get(claim.name, 0) + claim.amount
        else:
            window = self.windows.setdefault((claim.name, claim.measure), Sliding())
            window.add(claim.amount, now)

    def close(self, claims: Sequence[Claim], at: int, tokens: int) -> None:
        """End a call that began at an instant: it runs no more, and used so many tokens."""
        for claim in claims:
            if claim.measure is Measure.CONCURRENT:
                self.stop(claim)
            elif claim.measure is Measure.TOKENS:
                window = self.windows.get((claim.name, claim.measure))
                if window is not None:
                    window.correct(tokens - claim.amount, at - at % SLOT)

    def stop(self, claim: Claim) -> None:
        """Count one that runs no more."""
        left = self.running.get(claim.name, 0) - claim.amount
        if left > 0:
            self.running[claim.name] = left
        else:
            self.running.pop(claim.name, None)

    def left(self, claim: Claim, now: int) -> int:
        """Tell how much there is room for."""
        if claim.measure is Measure.CONCURRENT:
            return claim.limit - self.running.get(claim.name, 0)
        window = self.windows.get((claim.name, claim.measure))
        if window is None:
            return claim.limit
        window.forget(now)
        return claim.limit - window.total

    def room(self, claim: Claim, now: int) -> Room:
        """Tell how a claim stands."""
        left = self.left(claim, now)
        window = self.windows.get((claim.name, claim.measure))
        if window is None or not window.total:
            return Room(claim=claim, left=left)
        missing = max(1, claim.amount - left)
        return Room(claim=claim, left=left, free_after=window.free_after(missing, now))

    def sweep(self, now: int) -> None:
        """Forget windows that are empty, once a minute."""
        if now - self.swept_at < MINUTE:
            return
        self.swept_at = now
        for window in self.windows.values():
            window.forget(now)
        self.windows = {name: each for name, each in self.windows.items() if each.slots}
