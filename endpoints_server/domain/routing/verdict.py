"""What follows an attempt: done, again, next, or give up."""

from enum import StrEnum

from msgspec import Struct

from endpoints_server.domain.fault import Fault


class Verdict(StrEnum):
    """What follows: nothing, the same route once more, the next route, or the fault is told."""

    DONE = "done"
    AGAIN = "again"
    NEXT = "next"
    GIVE_UP = "give_up"


class Left(Struct, frozen=True, kw_only=True):
    """What is left to try with after an attempt.

    `has_begun` says that bytes of an answer have gone to the caller; `repeats` is how often this
    route may be asked again, after `pause_seconds`; `seconds` are those until the deadline.
    """

    has_begun: bool
    attempts: int
    repeats: int
    routes: int
    seconds: float
    pause_seconds: float


def verdict(fault: Fault | None, left: Left) -> Verdict:
    """Say what follows; what is the caller's own fault is never tried again."""
    if fault is None:
        return Verdict.DONE
    if left.has_begun or left.attempts < 1 or left.seconds <= 0 or not fault.rule.has_next:
        return Verdict.GIVE_UP
    is_worth_it = fault.rule.may_retry and left.repeats > 0
    if is_worth_it and left.pause_seconds < left.seconds:
        return Verdict.AGAIN
    return Verdict.NEXT if left.routes else Verdict.GIVE_UP


def most_telling(faults: list[Fault]) -> Fault:
    """Choose which of several faults the caller is told: one that may pass, the last of such."""
    passing = [fault for fault in faults if fault.rule.may_retry]
    return (passing or faults)[-1]
