"""Why a call may not begin, or not go on: by which rule, what is left, and when there is more."""

from datetime import timedelta
from functools import lru_cache

from endpoints_server.domain.fault import Fault, Kind
from endpoints_server.domain.money.balance import (
    BEGINNING,
    Allowance,
    Standing,
    next_refill_at,
)
from endpoints_server.domain.money.usd import usd
from endpoints_server.domain.rules.budget import Draw
from endpoints_server.domain.rules.limit import Limit
from endpoints_server.domain.rules.target import Level, Scope
from endpoints_server.domain.rules.window import Measure, Room

SECOND = 1_000_000
"""Microseconds in a second."""
BUSY_SECONDS = 1.0
"""After which one of the calls under way may be over."""
CHEAPER = "A smaller ceiling of tokens costs less."
ALLOWED = {
    Measure.REQUESTS: "{} calls a minute",
    Measure.TOKENS: "{} tokens a minute",
    Measure.CONCURRENT: "{} calls at once",
}


def unpriced(model: str, payer: str) -> Fault:
    """Say that a model may not be called because nobody knows what it costs."""
    return Fault(
        kind=Kind.BAD_REQUEST,
        status=402,
        code="model_unpriced",
        message=f"Nobody knows what the model '{model}' costs, so it cannot be "
        f"paid from {payer}. Whoever runs this server can price it in `tokenConfig`.",
        param="model",
    )


def over_budget(draw: Draw, left_nano_usd: int, needed: int) -> Fault:
    """Say which budget has no room for a call, what is left of it, and when it begins anew."""
    message = (
        f"{budget_in_words(draw)} has {usd(left_nano_usd)} USD left, and this call may cost "
        f"{usd(needed)} USD. {CHEAPER}"
    )
    return Fault(kind=Kind.OVER_BUDGET, message=f"{message} {anew(draw)}")


def all_held(payer: str, left_nano_usd: int, needed: int) -> Fault:
    """Say that there would be room for a call, were it not for what others hold that are under way.

    They mostly cost less than is held for them, so that it is worth another try.
    """
    message = (
        f"{payer} has {usd(left_nano_usd)} USD left while other calls are under way, and this call "
        f"may cost {usd(needed)} USD. What they do not use is free again as they end."
    )
    return Fault(
        kind=Kind.OVER_LIMIT,
        code="budget_reserved",
        message=message,
        retry_after_seconds=BUSY_SECONDS,
    )


def budget_in_words(draw: Draw) -> str:
    """Name a budget, and whom it concerns."""
    return f"The budget '{draw.budget.name}' of {whose(draw.budget.scope)}"


def cut_off(draw: Draw) -> Fault:
    """Say why a stream ends in its middle."""
    message = (
        f"The answer was cut off: nothing is left of the budget '{draw.budget.name}' "
        f"of {whose(draw.budget.scope)}. {anew(draw)}"
    )
    return Fault(kind=Kind.OVER_BUDGET, message=message)


def anew(draw: Draw) -> str:
    """Say when a budget has more."""
    ends_at = draw.window.ends_at
    if ends_at is None:
        return "It is not filled again by itself."
    if draw.budget.period.rolling_seconds:
        return f"It counts the last {draw.budget.period.rolling_seconds} seconds."
    return f"It begins anew at {moment(ends_at)}."


def whose(scope: Scope) -> str:
    """Say in words whom a rule concerns."""
    target = scope.target
    owner = "everybody" if target.level is Level.ALL else f"the {target.level} '{target.name}'"
    return f"{owner} (each {scope.each} apart)" if scope.each else owner


def over_balance(standing: Standing, allowance: Allowance, needed: int, now: int) -> Fault:
    """Say what is left of a person's balance, and when there is more."""
    message = (
        f"Your balance of {usd(standing.left_nano_usd)} USD does not hold the "
        f"{usd(needed)} USD that this call may cost. {CHEAPER}"
    )
    if allowance.refill is None:
        return Fault(kind=Kind.OVER_BUDGET, message=f"{message} It is not refilled by itself.")
    due = max(now, next_refill_at(standing.grant.refilled_at, allowance.refill))
    amount = usd(allowance.refill.nano_usd)
    return Fault(
        kind=Kind.OVER_BUDGET,
        message=f"{message} {amount} USD more can be had from {moment(due)} on.",
        retry_after_seconds=(due - now) / SECOND,
    )


def over_limit(limit: Limit, room: Room) -> Fault:
    """Say which limit is reached, and when there is room again."""
    claim = room.claim
    allowed = ALLOWED[claim.measure].format(claim.limit)
    message = f"The limit '{limit.name}' of {whose(limit.scope)} allows {allowed}"
    if claim.amount > claim.limit:
        message = f"{message}; this call alone may come to {claim.amount}."
        return Fault(kind=Kind.OVER_LIMIT, message=message, is_final=True)
    seconds = BUSY_SECONDS
    if claim.measure is not Measure.CONCURRENT:
        seconds = room.free_after / SECOND
    message = f"{message}; {max(0, room.left)} are left. Try again in {seconds:.0f} seconds."
    return Fault(kind=Kind.OVER_LIMIT, message=message, retry_after_seconds=seconds)


@lru_cache(maxsize=1024)
def moment(instant: int) -> str:
    """Write microseconds since 1970 in ISO 8601, to the second."""
    return (BEGINNING + timedelta(microseconds=instant)).isoformat(timespec="seconds")
