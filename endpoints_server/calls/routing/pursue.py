"""Try one route of a call after another, until one answers or nothing is left to try with.

All of it within one deadline, and before the first byte of an answer has gone to the caller.
"""

import asyncio
from asyncio import CancelledError
from functools import partial

from msgspec.structs import replace

from endpoints_server.calls.admission.admit import hand_on
from endpoints_server.calls.attempt import after
from endpoints_server.calls.call import Attempt, Call, Journey, Trail
from endpoints_server.calls.exchange import Exchange
from endpoints_server.calls.routing.aim import nothing_left, turn
from endpoints_server.calls.routing.binding import Witness, name_of
from endpoints_server.calls.routing.notice import note
from endpoints_server.calls.routing.opening import Opening
from endpoints_server.calls.routing.try_once import try_once
from endpoints_server.domain.fault import Failed, Fault
from endpoints_server.domain.routing.retries import Retries, RetryBudget, pause_of
from endpoints_server.domain.routing.verdict import Left, Verdict, most_telling, verdict
from endpoints_server.domain.wire import Seen


async def pursue(exchange: Exchange, journey: Journey, attempt: Attempt, trail: Trail) -> None:
    """Bring a call to an answer; raises Failed where no route gave one.

    `attempt` is the first. Each is in the ledger on its own, and the journey knows the latest.
    """
    rules = attempt.call.catalog.routing.retries
    budget = exchange.health.budget(trail.name, rules, exchange.timer())
    budget.put_by(rules)
    if trail.has_issuers:
        journey.straight = journey.delivery = witness(exchange, journey)
    faults: list[Fault] = []
    repeats = 0
    while (fault := await tried(exchange, journey, attempt, trail)) is not None:
        faults.append(fault)
        trail = attempt.call.trail or trail
        pause = pause_of(rules, repeats + 1, exchange.draw(), fault.retry_after_seconds)
        left = Left(
            has_begun=journey.delivery.is_started,
            attempts=0 if trail.is_panic else rules.attempts - made_with(attempt),
            repeats=repeats_left(rules, repeats, fault),
            routes=len(trail.routes),
            seconds=trail.deadline - exchange.timer(),
            pause_seconds=pause,
        )
        follows = allowed(exchange, attempt, budget, verdict(fault, left))
        if follows is Verdict.GIVE_UP:
            raise Failed(told(exchange, attempt, trail, faults))
        call = attempt.call
        if follows is Verdict.NEXT:
            call = await next_call(exchange, call, trail, faults)
            repeats = 0
        else:
            repeats += 1
            await asyncio.sleep(pause)
        attempt = journey.attempt = followed_by(exchange, journey, attempt, call, fault)


def witness(exchange: Exchange, journey: Journey) -> Witness:
    """Note by whom all that goes to the caller was sealed."""

    def tell(value: bytes) -> None:
        if journey.attempt is not None:
            remember(exchange, journey.attempt.call, value)

    async def conclude() -> None:
        if journey.attempt is not None and journey.attempt.seen.id:
            tell(journey.attempt.seen.id.encode())
        await exchange.issuers.spread()

    return Witness(journey.straight, tell, conclude)


def remember(exchange: Exchange, call: Call, value: bytes) -> None:
    """Keep who sealed something, or gave the answer of an id."""
    exchange.issuers.keep(name_of(call, value), call.route.issuer)


async def tried(
    exchange: Exchange, journey: Journey, attempt: Attempt, trail: Trail
) -> Fault | None:
    """Try one attempt, and note what it tells of its upstream; gives what stopped it."""
    endpoint, crowd = attempt.call.route.endpoint, exchange.health.crowd
    straight = journey.straight
    try:
        await crowd.enter(endpoint, trail.deadline - exchange.timer())
    except Failed as failed:
        return failed.fault
    attempt.call = timed(exchange, attempt.call, trail)
    try:
        begin(exchange, journey, attempt)
        await try_once(exchange, journey, attempt)
    except Failed as failed:
        note(exchange, attempt, failed.fault)
        return failed.fault
    except CancelledError:
        exchange.health.breakers.give_back(attempt.call.route.place)
        raise
    finally:
        journey.straight = straight  # what another attempt answers tells nothing of this one's
        after(attempt, partial(crowd.leave, endpoint))
    note(exchange, attempt, attempt.seen.fault)
    return None


def begin(exchange: Exchange, journey: Journey, attempt: Attempt) -> None:
    """Say that a route is asked; one that was out is asked by this call alone, until it answers."""
    route = attempt.call.route
    patience = route.endpoint.timeouts.first_token_seconds
    if exchange.health.breakers.begin(route.place, exchange.timer(), patience):
        answered = partial(note, exchange, attempt, None)
        journey.straight = journey.delivery = Opening(journey.straight, answered)


def made_with(attempt: Attempt) -> int:
    """Count the attempts that are in the ledger; one that was never sent is not."""
    return attempt.number if attempt.entry is not None else attempt.number - 1


def repeats_left(rules: Retries, repeats: int, fault: Fault) -> int:
    """Say how often a route may be asked again; not if it wants to be left alone for too long."""
    is_too_long = (fault.retry_after_seconds or 0.0) > rules.max_backoff_seconds
    return 0 if is_too_long else rules.per_target - repeats


def allowed(exchange: Exchange, attempt: Attempt, budget: RetryBudget, follows: Verdict) -> Verdict:
    """Give up where retries of all calls together have used up what they may, or all must end."""
    if exchange.under_way.cut_by is not None:
        return Verdict.GIVE_UP
    is_free = attempt.sent is None or follows is Verdict.GIVE_UP  # nothing was asked of anybody
    if is_free or budget.take(attempt.call.catalog.routing.retries, exchange.timer()):
        return follows
    return Verdict.GIVE_UP


async def next_call(exchange: Exchange, call: Call, trail: Trail, faults: list[Fault]) -> Call:
    """Turn a call to the next route; raises Failed with what is told where none can be taken."""
    try:
        return await turn(exchange, call, trail)
    except Failed:
        raise Failed(most_telling(faults)) from None


def followed_by(
    exchange: Exchange, journey: Journey, attempt: Attempt, call: Call, fault: Fault
) -> Attempt:
    """Be done with an attempt, and begin the one that follows it."""
    carried = hand_on(exchange, attempt)
    if attempt.call.conversation.id and exchange.listener is not None:
        exchange.listener.end(attempt.call, fault)
    if attempt.entry is not None:
        journey.earlier = (*journey.earlier, attempt.entry)
    journey.delivery = journey.straight
    is_other = call.route is not attempt.call.route
    inbound = replace(call.inbound, started_at=exchange.now(), started=exchange.timer())
    return Attempt(
        call=replace(call, inbound=inbound),
        seen=Seen(),
        number=made_with(attempt) + 1,
        carried=carried,
        fallbacks=attempt.fallbacks + is_other,
    )


def timed(exchange: Exchange, call: Call, trail: Trail) -> Call:
    """Shorten the deadlines of a route to what is left of the call's own."""
    has_next = call.trail is not None and call.trail.routes
    patience = call.catalog.routing.retries.per_try_seconds if has_next else None
    endpoint = call.route.endpoint
    timeouts = endpoint.timeouts.within(max(0.0, trail.deadline - exchange.timer()))
    if patience is not None and patience < timeouts.first_token_seconds:
        timeouts = replace(timeouts, first_token_seconds=patience)
    return replace(call, route=replace(call.route, endpoint=replace(endpoint, timeouts=timeouts)))


def told(exchange: Exchange, attempt: Attempt, trail: Trail, faults: list[Fault]) -> Fault:
    """Choose what the caller is told: of a model that is had in one way, what became of that."""
    fault = faults[-1]
    if not fault.rule.has_next:
        return fault
    if trail.is_panic and trail.routes:
        return replace(nothing_left(exchange, (attempt.call.route,)), detail=fault.message)
    return most_telling(faults)
