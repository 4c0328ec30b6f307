"""A clock that is off: the interpreter that finds this file first is as far ahead as it is told."""

import os
import time

AHEAD = int(os.environ["TESTS_CLOCK_AHEAD_SECONDS"]) * 1_000_000_000
exact = time.time_ns


def time_ns() -> int:
    """Give the time of the wrong clock."""
    return exact() + AHEAD


time.time_ns = time_ns
time.time = lambda: time_ns() / 1_000_000_000
