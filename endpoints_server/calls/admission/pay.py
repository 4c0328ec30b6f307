"""Hold the worst case of a call in the accounts that pay for it."""

from collections.abc import Iterable, Sequence
from datetime import tzinfo

from msgspec.structs import replace

from endpoints_server.calls.admission.refusals import (
    all_held,
    budget_in_words,
    over_balance,
    over_budget,
    unpriced,
)
from endpoints_server.calls.admission.stretch import find_draw
from endpoints_server.calls.admission.told import told_of_money
from endpoints_server.calls.admission.worst import Worst, price_of
from endpoints_server.calls.admitted import Admission, Hold
from endpoints_server.calls.call import Attempt, Call
from endpoints_server.calls.exchange import Exchange
from endpoints_server.calls.gate import Gate
from endpoints_server.calls.settle import credential_class, make_entry
from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.domain.money.account import Account, Decision, Remainder, Reservation
from endpoints_server.domain.money.balance import Allowance, Grant, account_of
from endpoints_server.domain.money.entry import Entry
from endpoints_server.domain.money.price import Price
from endpoints_server.domain.money.usage import Usage
from endpoints_server.domain.rules.budget import AtEnd, Budget, Draw, draw_of, past_of
from endpoints_server.domain.rules.target import Circumstances
from endpoints_server.domain.wire import Seen

HOUSE = "house"
BALANCE = "a balance"
DIED = Fault(kind=Kind.INTERNAL, message="The server died while it made this call.")


def draws_of(
    call: Call, budgets: Iterable[Budget], facts: Circumstances, now: int, zone: tzinfo
) -> tuple[Draw, ...]:
    """Find the accounts of the budgets that a call is paid from."""
    return tuple(draw_of(budget, facts, now, zone) for budget in budgets if pays(budget, call))


def pays(budget: Budget, call: Call) -> bool:
    """Say whether a budget pays for a call; for one by a key of the person's own mostly not.

    What an endpoint of the person's own costs is their word alone: what others share is not paid.
    """
    if credential_class(call) == HOUSE:
        return True
    return budget.has_own_keys and (budget.is_of_one or not call.route.endpoint.owner)


async def open_accounts(
    gate: Gate, call: Call, draws: Iterable[Draw], facts: Circumstances
) -> None:
    """Begin accounts with what was spent in their span before there was the budget.

    One without a span begins when it is set. Each is looked for once by each process.
    """
    for each in draws:
        account, budget = each.account, each.budget
        place = (account.name, 0) if budget.period.rolling_seconds else account.row
        if account.expires_at is None or gate.has_opened(place):
            continue
        members = gate.rulebook(call.catalog).members_of(budget.scope.target.name)
        name = call.route.endpoint.name
        past = past_of(budget, facts, account.since, members, name)
        await gate.open(place, account, past)


async def pay(
    exchange: Exchange,
    attempt: Attempt,
    admission: Admission,
    draws: tuple[Draw, ...],
    worst: Worst,
) -> None:
    """Hold what a call may cost in every account at once; what is free needs none.

    Raises Failed: over_budget, `model_unpriced`, or unavailable.
    """
    call = attempt.call
    price = require_price(call, draws)
    needed = price_of(worst, price, call.body) if price else 0
    accounts = accounts_of(call, draws)
    if not needed or not accounts:
        return
    reservation = Reservation(
        accounts=accounts,
        nano_usd=needed,
        entry=entry_of_the_dead(exchange, attempt, accounts, worst),
    )
    decision = await draw(exchange.gate, reservation, call.catalog.allowance, admission.at)
    if not decision.is_admitted:
        admission.headers = [*admission.headers, *told_of_money(decision.remainders, draws)]
        raise Failed(await refusal(exchange.gate, call, draws, decision, needed))
    admission.hold = hold_of(reservation, draws, worst, price)
    admission.headers = [*admission.headers, *told_of_money(decision.remainders, draws)]
    notices = notices_of(exchange.gate, draws, decision.remainders, needed)
    admission.notices = (*admission.notices, *notices)


def require_price(call: Call, draws: Sequence[Draw]) -> Price | None:
    """Give what a model costs; raises Failed where nobody knows, and somebody wants to know."""
    price = call.price
    if price is not None:
        return price
    strict = next((draw.budget for draw in draws if draw.budget.is_binding), None)
    if call.catalog.allowance is not None or strict is not None:
        payer = f"the budget '{strict.name}'" if strict else BALANCE
        raise Failed(unpriced(call.route.model.name, payer))
    return None


def accounts_of(call: Call, draws: Sequence[Draw]) -> tuple[Account, ...]:
    """Give everything that pays; those that cut streams come first, for they are to be asked."""
    ordered = sorted(
        draws, key=lambda draw: (draw.budget.at_end is not AtEnd.CUT, draw.account.name)
    )
    accounts = [draw.account for draw in ordered]
    if call.catalog.allowance is not None:
        accounts.append(account_of(call.caller.person.id))
    return tuple(accounts)


def entry_of_the_dead(
    exchange: Exchange, attempt: Attempt, accounts: tuple[Account, ...], worst: Worst
) -> Entry:
    """Say what is kept of a call whose server dies: that it cost what its prompt did, estimated."""
    seen = Seen(usage=Usage(input=worst.input_tokens))
    died = Attempt(call=attempt.call, seen=seen)
    entry = make_entry(exchange, died, DIED, DIED.http_status)
    return replace(
        entry,
        accounts=tuple(account.row for account in accounts),
        is_charged=any(account.person_id for account in accounts),
    )


async def draw(
    gate: Gate, reservation: Reservation, allowance: Allowance | None, now: int
) -> Decision:
    """Hold an amount; a balance that has no room for it is opened or refilled first, if it may."""
    decision = await gate.accounts.reserve(reservation)
    if decision.is_admitted or allowance is None:
        return decision
    person_id = reservation.entry.person_id
    by_balance = {each.account.person_id for each in decision.remainders} != {""}
    if by_balance and await fill(gate, person_id, allowance, reservation.nano_usd, now):
        return await gate.accounts.reserve(reservation)
    return decision


async def fill(gate: Gate, person_id: str, allowance: Allowance, needed: int, now: int) -> bool:
    """Grant what a person has at the start, or what is due; False where it is neither."""
    standing = await gate.balances.find_standing(person_id)
    if standing is None:
        granted = allowance.start_nano_usd
        await gate.balances.open_grant(
            Grant(person_id=person_id, granted_nano_usd=granted, opened_at=now, refilled_at=now)
        )
        return True
    refill = allowance.refill
    if refill is None or not standing.is_due(refill, needed, now):
        return False
    await gate.balances.refill(standing.grant, refill.nano_usd, now)
    return True


async def refusal(
    gate: Gate, call: Call, draws: tuple[Draw, ...], decision: Decision, needed: int
) -> Fault:
    """Say what has no room for a call, or has none while others are under way."""
    for remainder in decision.remainders:
        found = find_draw(draws, remainder.account)
        if found is None:
            continue
        left, spent = remainder.left_nano_usd, await gate.accounts.sum_spent(found.account)
        if needed <= found.budget.nano_usd - spent:
            return all_held(budget_in_words(found), left, needed)
        return over_budget(found, left, needed)
    allowance = call.catalog.allowance
    standing = await gate.balances.find_standing(call.caller.person.id)
    if allowance is None or standing is None:
        raise LookupError(call.caller.person.id)
    if needed <= standing.grant.granted_nano_usd - standing.spent_nano_usd:
        return all_held("Your balance", standing.left_nano_usd, needed)
    return over_balance(standing, allowance, needed, call.inbound.started_at)


def hold_of(
    reservation: Reservation, draws: tuple[Draw, ...], worst: Worst, price: Price | None
) -> Hold:
    """Say how far what is held goes."""
    step = Worst(input_tokens=0, output_tokens=worst.step_tokens)
    return Hold(
        reservation=reservation,
        draws=draws,
        covered_tokens=worst.output_tokens,
        step_tokens=worst.step_tokens,
        step_nano_usd=price_of(step, price, b"") if price and worst.step_tokens else 0,
    )


def notices_of(
    gate: Gate, draws: tuple[Draw, ...], remainders: Sequence[Remainder], needed: int
) -> list[str]:
    """Say which budgets would have refused a call, and which have come to a threshold by it."""
    notices: list[str] = []
    for remainder in remainders:
        found = find_draw(draws, remainder.account)
        if found is None:
            continue
        budget, left = found.budget, remainder.left_nano_usd
        if left < 0 and not budget.is_binding:
            notices.append(f"the budget '{budget.name}' would have refused this call")
        for threshold in budget.thresholds:
            at = budget.nano_usd * (100 - threshold) // 100
            row = (*remainder.account.row, threshold)
            if left <= at < left + needed and gate.tells(*row):
                notices.append(f"the budget '{budget.name}' is used to {threshold} %")
    return notices
