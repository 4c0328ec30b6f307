"""Where in a body stands what no decoder takes: what is nested too deep, or a number too large."""

import re
from math import isinf

TOKEN = re.compile(rb'"([^"\\]*(?:\\.[^"\\]*)*)"\s*(:)?|([\[\]{},])|(-?\d[\d.eE+-]*)', re.DOTALL)
MOST_TOKENS = 100_000
"""Past this many the place is not named, so that looking for it takes no time to speak of."""
DEEPEST = 256
LONGEST = 5
"""Steps of a path that are told."""

Step = str | int


def place_of(body: bytes) -> str:
    """Give the path of the first such value, as `$.messages[0]`; empty where there is none."""
    path: list[Step] = []
    for number, token in enumerate(TOKEN.finditer(body)):
        if number > MOST_TOKENS or len(path) > DEEPEST:
            break
        name, colon, mark, figure = token.groups()
        if colon and path:
            path[-1] = name.decode(errors="replace")
        elif mark:
            follow(path, mark)
        elif figure and isinf(float_of(figure)):
            return written(path)
    return written(path) if len(path) > DEEPEST else ""


def follow(path: list[Step], mark: bytes) -> None:
    """Go into a value, out of one, or on to the next."""
    if mark == b"{":
        path.append("")
    elif mark == b"[":
        path.append(0)
    elif mark in b"]}":
        del path[-1:]
    elif path and isinstance(path[-1], int):
        path[-1] += 1


def float_of(figure: bytes) -> float:
    """Read a number; what is none is zero."""
    try:
        return float(figure)
    except ValueError:
        return 0.0


def written(path: list[Step]) -> str:
    """Write the first steps of a path."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step[:40]}" for step in path[:LONGEST])
    return "$" + "".join(steps)
