"""One route, tried once: sent, answered or failed, settled exactly once."""

import asyncio
from asyncio import CancelledError, Task, get_running_loop
from collections.abc import Callable, Mapping
from email.utils import formatdate

from msgspec.structs import replace

from endpoints_server.calls.answer.deliver import OK, TOO_DEEP, deliver
from endpoints_server.calls.call import Attempt, Call
from endpoints_server.calls.delivery import LEFT, Delivery, Detachable
from endpoints_server.calls.exchange import Exchange
from endpoints_server.calls.outgoing import outgoing
from endpoints_server.calls.settle import settle
from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.domain.scrub import scrub
from endpoints_server.domain.talk.overflow import CODE, OPENING, is_overflow
from endpoints_server.upstream.send import Incoming, send

UNEXPECTED = Fault(kind=Kind.INTERNAL, message="Something went wrong in this server.")
ERROR_BYTES = 1024 * 1024
SECOND = 1_000_000
"""Microseconds in a second."""
CLIENT_ERRORS = range(400, 500)


async def attempt_route(exchange: Exchange, attempt: Attempt, delivery: Delivery) -> None:
    """Try the call's route and deliver the answer.

    Raises Failed only while nothing has reached the caller; a later fault is written into the
    stream. Once the request has left, the attempt is in the ledger however it ends, and durably so
    before its end reaches the caller.
    """
    endpoint = attempt.call.route.endpoint
    request, attempt.losses = outgoing(attempt.call)
    fault = UNEXPECTED
    try:
        with exchange.upstreams.acquire(endpoint) as upstream:
            attempt.sent = exchange.timer()
            await answer(exchange, attempt, await send(upstream, request), delivery)
    except Failed as failed:
        fault = failed.fault
        if attempt.entry is None:
            await settle(exchange, attempt, fault, fault.http_status)
        raise
    except CancelledError:
        fault = exchange.under_way.cut_by or LEFT
        raise
    finally:
        if attempt.entry is None:
            # nobody waits: this task is cancelled or broken, and the ledger's thread goes on
            _ = settle(exchange, attempt, fault, fault.http_status)


async def attempt_to_the_end(exchange: Exchange, attempt: Attempt, delivery: Delivery) -> None:
    """Try a route in a task of its own, which goes on within bounds where the caller leaves.

    Raises what trying the route raises; once the caller has left, what comes of it is in the
    ledger.
    """
    detachable = Detachable(delivery)
    task = asyncio.create_task(attempt_route(exchange, attempt, detachable))
    try:
        await asyncio.shield(task)
    except CancelledError:
        if task.done():
            raise
        if exchange.under_way.cut_by is not None:
            task.cancel()
            await task
            return
        rule = attempt.call.route.endpoint.abandonment
        attempt.going_on = task
        detachable.detach(task, rule.drain_bytes)
        alarm = get_running_loop().call_later(rule.drain_seconds, task.cancel)
        task.add_done_callback(lambda _: alarm.cancel())
        exchange.drains.add(task)
        task.add_done_callback(exchange.drains.discard)
        raise


def after(attempt: Attempt | None, then: Callable[[], None]) -> None:
    """Do something when a call is over: now, or when the rest of its answer has been read."""
    task = attempt.going_on if attempt else None
    if task is None:
        then()
        return

    def conclude(done: Task[None]) -> None:
        if not done.cancelled():
            done.exception()  # it is in the ledger
        then()

    task.add_done_callback(conclude)


async def close_drains(exchange: Exchange) -> None:
    """Let go of the answers that are still being read, which are charged by their estimates."""
    tasks = list(exchange.drains)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def answer(
    exchange: Exchange, attempt: Attempt, incoming: Incoming, delivery: Delivery
) -> None:
    """Deliver a good answer; turn any other into Failed."""
    try:
        if incoming.status != OK:
            body = await incoming.read_all(ERROR_BYTES)
            raise Failed(upstream_fault(attempt.call, incoming, body, exchange.now()))
        await deliver(exchange, attempt, incoming, delivery)
    except RecursionError:  # what can just be read cannot always be written
        raise Failed(TOO_DEEP) from None
    finally:
        incoming.close()


def upstream_fault(call: Call, incoming: Incoming, body: bytes, now: int) -> Fault:
    """Read an upstream's error, that came at an instant (microseconds).

    On the same wire a 4xx keeps its status and its scrubbed body, whatever it is about: clients
    recognise the words of their vendor, and recover by them. On another they get such words where
    the conversation is too long: clients shorten it then, and go on.
    """
    clean = scrub(body, call.secrets)
    fault = call.wire_out.read_fault(incoming.status, dated(incoming.headers, now), clean)
    if not call.is_relayed or incoming.status not in CLIENT_ERRORS:
        return replace(recognisable(fault), body=b"", wire="")
    as_sent = clean if clean.lstrip().startswith(b"{") else b""
    return replace(fault, status=incoming.status, body=as_sent, wire=call.wire_out.name)


def dated(headers: Mapping[str, str], now: int) -> Mapping[str, str]:
    """Date an answer that came without a date, as whoever receives one must (RFC 9110, 6.6.1)."""
    return {"date": formatdate(now / SECOND, usegmt=True), **headers}


def recognisable(fault: Fault) -> Fault:
    """Tell in the words of either vendor, whatever the upstream's were, that too much was said."""
    is_too_long = fault.kind is Kind.UPSTREAM_REFUSED and is_overflow(
        f"{fault.code} {fault.message}"
    )
    if not is_too_long:
        return fault
    words = fault.message
    message = words if OPENING in words.lower() else f"{OPENING}: {words}"
    return replace(fault, code=CODE, message=message)
