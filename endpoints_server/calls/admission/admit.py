"""Let a call begin, or refuse it: by the limits that count it, then by what pays for it."""

from collections.abc import Iterable

from endpoints_server.calls.admission.pay import draws_of, open_accounts, pay
from endpoints_server.calls.admission.refusals import over_limit
from endpoints_server.calls.admission.told import told_of_limits
from endpoints_server.calls.admission.worst import Worst, worst_of
from endpoints_server.calls.admitted import Admission
from endpoints_server.calls.call import Attempt, Call
from endpoints_server.calls.exchange import Exchange
from endpoints_server.domain.fault import Failed
from endpoints_server.domain.rules.limit import Limit, share_name
from endpoints_server.domain.rules.target import Circumstances
from endpoints_server.domain.rules.window import Claim, Measure
from endpoints_server.domain.wire import Carriage


async def admit(exchange: Exchange, attempt: Attempt) -> None:
    """Count a call and hold its worst case in everything that pays for it, or in nothing.

    What came of it is the attempt's admission; where nothing is ruled nobody is asked. Raises
    Failed: over_limit, over_budget, `model_unpriced`, or unavailable.
    """
    call, gate = attempt.call, exchange.gate
    if gate.is_open(call.catalog):
        return
    admission = attempt.admission = Admission(at=exchange.now())
    facts, book = circumstances_of(call), gate.rulebook(call.catalog)
    limits, budgets = book.limits_of(facts), book.budgets_of(facts)
    if not limits and not budgets and call.catalog.allowance is None:
        return
    worst = worst_of(call)
    if limits:
        claims = [(limit, claim) for limit in limits for claim in claims_of(limit, facts, worst)]
        await count(exchange, call, admission, carry(exchange, attempt, claims))
    if is_counting(call):
        return
    draws = draws_of(call, budgets, facts, admission.at, book.zone)
    await open_accounts(gate, call, draws, facts)
    await pay(exchange, attempt, admission, draws, worst)


def carry(
    exchange: Exchange, attempt: Attempt, owners: list[tuple[Limit, Claim]]
) -> list[tuple[Limit, Claim]]:
    """Leave out what an earlier attempt was counted under and still is; what it shares no longer
    is let go of.
    """
    if not attempt.carried:
        return owners
    wanted = {(claim.name, claim.measure) for _, claim in owners}
    kept = [claim for claim in attempt.carried if (claim.name, claim.measure) in wanted]
    gone = [claim for claim in attempt.carried if claim not in kept]
    exchange.gate.limits.close(gone, exchange.now(), 0)
    attempt.carried = kept
    held = {(claim.name, claim.measure) for claim in kept}
    return [(limit, claim) for limit, claim in owners if (claim.name, claim.measure) not in held]


async def count(
    exchange: Exchange, call: Call, admission: Admission, owners: list[tuple[Limit, Claim]]
) -> None:
    """Count a call under every limit, or refuse it."""
    claims = tuple(claim for _, claim in owners)
    verdict = await exchange.gate.limits.take(claims, admission.at)
    names = call.inbound.wire.quota
    admission.headers = told_of_limits(verdict.rooms, names, admission.at)
    if not verdict.is_admitted:
        (room,) = verdict.rooms
        limit = next(limit for limit, claim in owners if claim == room.claim)
        raise Failed(over_limit(limit, room))
    admission.claims = claims
    admission.notices = tuple(
        f"the limit '{limit.name}' would have refused this call"
        for (limit, _), room in zip(owners, verdict.rooms, strict=True)
        if room.left < 0
    )


def claims_of(limit: Limit, facts: Circumstances, worst: Worst) -> Iterable[Claim]:
    """Say what a call wants of a limit."""
    wanted = (
        (Measure.REQUESTS, limit.requests, 1),
        (Measure.TOKENS, limit.tokens, worst.tokens),
        (Measure.CONCURRENT, limit.concurrent, 1),
    )
    for measure, most, amount in wanted:
        if most is not None:
            yield Claim(
                name=share_name(limit, facts),
                measure=measure,
                amount=amount,
                limit=most,
                is_binding=not limit.is_shadow,
            )


def is_counting(call: Call) -> bool:
    """Say whether a call asks for a count of tokens alone, which is free."""
    carriage = call.inbound.carriage
    return isinstance(carriage, Carriage) and bool(carriage.counted)


def conclude(exchange: Exchange, attempt: Attempt) -> None:
    """Let go of what a call that is over still holds, and of its place among those that run.

    Waits for nothing. What was settled holds nothing any more.
    """
    release(exchange, attempt)
    admission, entry = attempt.admission, attempt.entry
    claims = [*attempt.carried, *(admission.claims if admission else ())]
    if claims:
        at, tokens = (
            admission.at if admission else exchange.now(),
            entry.usage.total if entry else 0,
        )
        exchange.gate.limits.close(claims, at, tokens)


def hand_on(exchange: Exchange, attempt: Attempt) -> list[Claim]:
    """Let go of what an attempt holds that another follows; gives what that one is counted under.

    It is one call all the while, however often it is tried.
    """
    release(exchange, attempt)
    admission, entry = attempt.admission, attempt.entry
    if admission is None:
        return [*attempt.carried]
    tokens = [claim for claim in admission.claims if claim.measure is Measure.TOKENS]
    if tokens:
        exchange.gate.limits.close(tokens, admission.at, entry.usage.total if entry else 0)
    return [*attempt.carried, *(claim for claim in admission.claims if claim not in tokens)]


def release(exchange: Exchange, attempt: Attempt) -> None:
    """Give back what was held for an attempt that never was."""
    if attempt.hold is not None and attempt.entry is None:
        exchange.gate.accounts.release(attempt.hold.reservation.id)


def circumstances_of(call: Call) -> Circumstances:
    """Say what rules want to know of a call."""
    return Circumstances(
        person_id=call.caller.person.id,
        key_id=call.caller.key_id,
        endpoint=call.route.endpoint.place,
        model=call.route.model.name,
    )
