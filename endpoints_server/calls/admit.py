"""May this call begin: does its person's balance hold what the prompt will cost."""

from datetime import timedelta

from endpoints_server.calls.call import Call
from endpoints_server.calls.settle import estimate_input
from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.domain.money.balance import (
    BEGINNING,
    Account,
    Allowance,
    Standing,
    next_refill_at,
)
from endpoints_server.domain.money.price import cost
from endpoints_server.domain.money.usage import Usage
from endpoints_server.domain.money.usd import usd
from endpoints_server.store.balances import Balances

SECOND = 1_000_000
"""Microseconds in a second."""


async def admit(balances: Balances, call: Call, allowance: Allowance) -> None:
    """Check a call against the balance of its person, which is refilled first where that is due.

    The prompt alone is weighed, at the usual rate for input: what the answer will cost is charged
    once it is known, so the calls that are under way may bring a balance below zero. Raises Failed:
    `model_unpriced`, or over_budget with what is left and when more comes.
    """
    needed = price_of_prompt(call)
    person_id, now = call.caller.person.id, call.inbound.started_at
    await require(balances, person_id, allowance, needed, now)


async def require(
    balances: Balances, person_id: str, allowance: Allowance, needed: int, now: int
) -> None:
    """Find what a call needs (nano-USD) in a person's balance, or raise Failed(over_budget)."""
    standing = await get_standing(balances, person_id, allowance, now)
    refill = allowance.refill
    if refill is not None and standing.is_due(refill, needed, now):
        standing = await balances.refill(standing.account, refill.nano_usd, now)
    if not standing.affords(needed):
        raise Failed(over_budget(standing, allowance, needed, now))


def price_of_prompt(call: Call) -> int:
    """Estimate what the prompt costs, in nano-USD; nothing is estimated where input is free."""
    price = call.route.model.price
    if price is None:
        raise Failed(unpriced(call))
    if not price.rates.input and not price.tiers:
        return 0
    usage = Usage(input=estimate_input(call))
    return cost(usage, price.rates_for(usage))


async def get_standing(
    balances: Balances, person_id: str, allowance: Allowance, now: int
) -> Standing:
    """Give how a person stands; an account is opened for who has none."""
    standing = await balances.find_standing(person_id)
    if standing is not None:
        return standing
    granted = allowance.start_nano_usd
    return await balances.open_account(
        Account(person_id=person_id, granted_nano_usd=granted, opened_at=now, refilled_at=now)
    )


def unpriced(call: Call) -> Fault:
    """Say that a model may not be called because nobody knows what it costs."""
    return Fault(
        kind=Kind.BAD_REQUEST,
        status=402,
        code="model_unpriced",
        message=f"Nobody knows what the model '{call.route.model.name}' costs, so it cannot be "
        "paid from a balance. Whoever runs this server can price it in `tokenConfig`.",
        param="model",
    )


def over_budget(standing: Standing, allowance: Allowance, needed: int, now: int) -> Fault:
    """Say that the balance does not hold what a call needs, and when more comes."""
    message = (
        f"Your balance of {usd(standing.left_nano_usd)} USD does not hold the "
        f"{usd(needed)} USD or so that this prompt costs."
    )
    if allowance.refill is None:
        return Fault(kind=Kind.OVER_BUDGET, message=f"{message} It is not refilled by itself.")
    due = max(now, next_refill_at(standing.account.refilled_at, allowance.refill))
    when = (BEGINNING + timedelta(microseconds=due)).isoformat(timespec="seconds")
    amount = usd(allowance.refill.nano_usd)
    return Fault(
        kind=Kind.OVER_BUDGET,
        message=f"{message} {amount} USD more can be had from {when} on.",
        retry_after_seconds=(due - now) / SECOND,
    )
