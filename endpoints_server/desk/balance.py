"""What somebody may still spend, as people and programs read it."""

from datetime import timedelta

from msgspec import Struct

from endpoints_server.desk.own_limits import OwnLimit
from endpoints_server.desk.rule_drafts import refused
from endpoints_server.desk.rules import BudgetView
from endpoints_server.domain.catalog import Catalog
from endpoints_server.domain.money.balance import (
    BEGINNING,
    Allowance,
    Grant,
    Standing,
    Unit,
    next_refill_at,
)
from endpoints_server.domain.money.currency import Shown, show
from endpoints_server.domain.money.usd import usd
from endpoints_server.domain.rules.budget import MOST_NANO_USD
from endpoints_server.store.balances import Balances


class RefillView(Struct, frozen=True, kw_only=True):
    """How a balance is refilled: `amount_usd` each time a call finds nothing left, at the earliest
    so long after the last time. Instants are ISO 8601; `last_at` is None before the first call.
    """

    amount_usd: str
    every: float
    unit: Unit
    last_at: str | None
    next_at: str | None


class BalanceView(Struct, frozen=True, kw_only=True):
    """What is left, in USD and in the currency shown beside it; all None where nobody is stopped.

    `left_usd` is below zero where the last call cost more than there was; `reserved_usd`, held for
    calls under way, is not in it. The person's calls are paid from `budgets` too, and counted by
    `limits`.
    """

    is_limited: bool
    left_usd: str | None = None
    left_shown: Shown | None = None
    granted_usd: str | None = None
    spent_usd: str | None = None
    opened_at: str | None = None
    refill: RefillView | None = None
    reserved_usd: str | None = None
    budgets: tuple[BudgetView, ...] = ()
    limits: tuple[OwnLimit, ...] = ()


async def find_standing(
    balances: Balances, allowance: Allowance, person_id: str
) -> tuple[Standing, bool]:
    """Give how a person stands, and whether they have an grant; else as it would be opened."""
    standing = await balances.find_standing(person_id)
    if standing is not None:
        return standing, True
    granted = allowance.start_nano_usd
    grant = Grant(person_id=person_id, granted_nano_usd=granted, opened_at=0, refilled_at=0)
    return Standing(grant=grant, spent_nano_usd=0), False


async def find_balance(balances: Balances, catalog: Catalog, person_id: str) -> BalanceView:
    """Tell what a person may still spend; looking changes nothing."""
    allowance, currency = catalog.allowance, catalog.currency
    if allowance is None:
        return BalanceView(is_limited=False)
    standing, is_open = await find_standing(balances, allowance, person_id)
    left = standing.left_nano_usd
    grant = standing.grant
    return BalanceView(
        is_limited=True,
        left_usd=usd(left),
        left_shown=show(left, currency) if currency else None,
        granted_usd=usd(grant.granted_nano_usd),
        spent_usd=usd(standing.spent_nano_usd),
        opened_at=moment(grant.opened_at) if is_open else None,
        refill=refill_of(grant, allowance, is_open=is_open),
        reserved_usd=usd(standing.reserved_nano_usd),
    )


async def credit(
    balances: Balances, allowance: Allowance | None, person_id: str, nano_usd: int, now: int
) -> Standing:
    """Grant somebody more, or less where the amount is below zero, and give how they stand then.

    Who has no grant yet gets that of the start first. Raises Failed(bad_request) where nobody's
    balance is limited, and where so much cannot be counted.
    """
    if allowance is None:
        raise refused("Nobody's balance is limited: `balance.enabled` is off in the configuration.")
    start = allowance.start_nano_usd
    opened = await balances.open_grant(
        Grant(person_id=person_id, granted_nano_usd=start, opened_at=now, refilled_at=now)
    )
    if abs(opened.grant.granted_nano_usd + nano_usd) > MOST_NANO_USD:
        raise refused(f"All that '{person_id}' was granted would be above a thousand million USD.")
    standing = await balances.credit(person_id, nano_usd)
    if standing is None:
        raise LookupError(person_id)
    return standing


def refill_of(grant: Grant, allowance: Allowance, *, is_open: bool) -> RefillView | None:
    """Tell how an grant is refilled, if it is."""
    refill = allowance.refill
    if refill is None:
        return None
    return RefillView(
        amount_usd=usd(refill.nano_usd),
        every=float(refill.value),
        unit=refill.unit,
        last_at=moment(grant.refilled_at) if is_open else None,
        next_at=moment(next_refill_at(grant.refilled_at, refill)) if is_open else None,
    )


def moment(instant: int) -> str:
    """Write microseconds since 1970 in ISO 8601."""
    return (BEGINNING + timedelta(microseconds=instant)).isoformat()
