"""What clients tell of their journeys, and what came of each."""

from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import Struct

MARK = "told "
"""What a line for us begins with; clients print lines of their own too."""
LONGEST_TEXT = 200


class Told(Struct, frozen=True, kw_only=True):
    """A line that a client printed: the journey it made, and the words it ended with.

    `wire` is the one that it set out on; empty for what is no call of a model.
    """

    client: str
    wire: str
    model: str
    what: str
    is_finished: bool
    text: str


class Outcome(Struct, frozen=True, kw_only=True):
    """A journey and how it got there: the wires out that its calls took, and what went wrong."""

    told: Told
    wires_out: tuple[str, ...] = ()
    complaint: str = ""


Calls = list[dict[str, Any]]


def told_in(said: str) -> list[Told]:
    """Find the lines for us among what a client said."""
    lines = [line for line in said.splitlines() if line.startswith(MARK)]
    return [msgspec.json.decode(line.removeprefix(MARK), type=Told) for line in lines]


def judge(told: Told, calls: Calls) -> Outcome:
    """Say what came of a journey, by its own words and by what the server saw meanwhile."""
    own = [call for call in calls if (call["wire"], call["model"]) == (told.wire, told.model)]
    complaint = ""
    if not told.is_finished:
        complaint = f"was not finished: {' '.join(told.text.split())[-LONGEST_TEXT:]!r}"
    elif told.wire and not own:
        complaint = "came to no call on that wire"
    wires_out = tuple(dict.fromkeys(call["wire_out"] for call in own))
    return Outcome(told=told, wires_out=wires_out, complaint=complaint)


def is_unseen(outcome: Outcome) -> bool:
    """Say whether a client made a journey that the server has told of no call of."""
    return outcome.told.is_finished and bool(outcome.told.wire) and not outcome.wires_out


def complaints_of(outcomes: Iterable[Outcome]) -> list[str]:
    """Name the journeys that failed."""
    return [
        f"{each.told.client}: {each.told.what} of {each.told.model} on {each.told.wire} "
        f"{each.complaint}"
        for each in outcomes
        if each.complaint
    ]


def calls_broken(calls: Calls) -> list[str]:
    """Name the calls that the server did not see through to their end."""
    if not calls:
        return ["nobody called the server"]
    return [described(call) for call in calls if call["outcome"] != "delivered" and not is_no(call)]


def calls_refused(calls: Calls) -> list[str]:
    """Name the calls that a client was told no to; it may know how to go on from there."""
    return [described(call) for call in calls if is_no(call)]


def is_no(call: dict[str, Any]) -> bool:
    """Say whether a call was refused for what it asked."""
    return bool(call["outcome"] != "delivered" and call["status"] in (400, 422))


def described(call: dict[str, Any]) -> str:
    """Describe a call that was not delivered."""
    model = call["model"] or "some model"
    why = " ".join(filter(None, (call["fault"], call["detail"])))
    return f"a call of {model} on {call['wire']} was {call['outcome']} ({call['status']}: {why})"
