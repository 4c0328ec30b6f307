"""The journey of a call: the only file that knows the order of its steps."""

from asyncio import CancelledError, Task, current_task
from functools import partial
from typing import cast

from endpoints_server.calls.admission.admit import conclude
from endpoints_server.calls.answer.deliver import OK
from endpoints_server.calls.attempt import UNEXPECTED, after
from endpoints_server.calls.call import Attempt, Inbound, Journey
from endpoints_server.calls.delivery import LEFT, Delivery, ReadBody
from endpoints_server.calls.exchange import Exchange
from endpoints_server.calls.open_call import open_call
from endpoints_server.calls.receipt import JSON, advice, of_attempt, of_none
from endpoints_server.calls.routing.notice import note
from endpoints_server.calls.routing.pursue import pursue
from endpoints_server.calls.routing.try_once import try_once
from endpoints_server.domain.fault import Failed, Fault
from endpoints_server.domain.money.entry import Entry
from endpoints_server.domain.report import Report
from endpoints_server.domain.scrub import scrub, without_echo
from endpoints_server.domain.wire import Seen


async def serve(
    exchange: Exchange, inbound: Inbound, read_body: ReadBody, delivery: Delivery
) -> None:
    """Serve one call to its end: answered, refused, or left by its caller.

    Every failure reaches the caller in its own wire; what nobody expected is told to the log, and
    raised only where the answer has begun and cannot be taken back.
    """
    journey = Journey(delivery, delivery)
    under_way, task = exchange.under_way, cast("Task[None]", current_task())
    under_way.calls += 1
    under_way.tasks.add(task)
    try:
        await travel(exchange, inbound, read_body, journey)
    except Failed as failed:
        journey.fault = failed.fault
        await refuse(exchange, inbound, journey)
    except CancelledError:
        journey.fault = under_way.cut_by or LEFT
        if journey.fault is LEFT or journey.delivery.is_started:
            raise
        task.uncancel()
        await refuse(exchange, inbound, journey)
    except Exception as error:
        journey.fault = UNEXPECTED
        exchange.trouble(error)
        if journey.delivery.is_started:
            raise
        await refuse(exchange, inbound, journey)
    finally:
        under_way.calls -= 1
        under_way.tasks.discard(task)
        after(journey.attempt, partial(end, exchange, inbound, journey))


async def travel(
    exchange: Exchange, inbound: Inbound, read_body: ReadBody, journey: Journey
) -> None:
    """Go from the request to the end of the answer; raises Failed for whatever stops it before."""
    call = await open_call(exchange, inbound, read_body)
    attempt = journey.attempt = Attempt(call=call, seen=Seen())
    exchange.under_way.streams += call.is_stream
    if call.trail is None:
        await try_once(exchange, journey, attempt)
    else:
        await pursue(exchange, journey, attempt, call.trail)
    journey.fault = journey.attempt.seen.fault


def end(exchange: Exchange, inbound: Inbound, journey: Journey) -> None:
    """Report a call, take it off what is under way, and tell who listens to its conversation."""
    attempt, fault = journey.attempt, journey.fault
    exchange.report(report_of(exchange, inbound, attempt, fault, journey.earlier))
    if attempt is None:
        return
    conclude(exchange, attempt)
    if attempt.call.trail is None:
        note(exchange, attempt, fault)
    exchange.under_way.streams -= attempt.call.is_stream
    if attempt.call.conversation.id and exchange.listener is not None:
        exchange.listener.end(attempt.call, fault)


async def refuse(exchange: Exchange, inbound: Inbound, journey: Journey) -> None:
    """Answer with a fault, in the caller's wire, with what is known of the call."""
    attempt, fault = journey.attempt, journey.fault or UNEXPECTED
    is_as_sent = bool(fault.body) and fault.wire == inbound.wire.name
    body = fault.body if is_as_sent else inbound.wire.write_fault(fault, inbound.request_id)
    if attempt is not None:
        body = scrub(body, attempt.call.secrets)
    config = exchange.catalog().version
    known = of_attempt(attempt) if attempt else of_none(inbound.request_id, config)
    length = (b"content-length", str(len(body)).encode())
    headers = [*JSON, *known, *advice(fault), length]
    await journey.delivery.start(fault.http_status, headers)
    await journey.delivery.end(body)


def report_of(
    exchange: Exchange,
    inbound: Inbound,
    attempt: Attempt | None,
    fault: Fault | None,
    earlier: tuple[Entry, ...] = (),
) -> Report:
    """Sum up a call for the log and the counters."""
    entry = attempt.entry if attempt else None
    caller = attempt.call.caller if attempt else None
    sent = attempt.sent if attempt and attempt.number == 1 else None
    return Report(
        request_id=inbound.request_id,
        wire=inbound.wire.name,
        status=status_of(entry, fault),
        took_seconds=exchange.timer() - inbound.started,
        overhead_seconds=None if sent is None else sent - inbound.started,
        fault=fault.kind.value if fault else "",
        who=fault.rule.who.value if fault else "",
        detail=detail_of(attempt, fault),
        person_id=caller.person.id if caller else "",
        key_id=caller.key_id if caller else "",
        entry=entry,
        earlier=earlier,
        notices=attempt.admission.notices if attempt and attempt.admission else (),
        is_own=bool(attempt and attempt.call.route.endpoint.owner),
    )


def status_of(entry: Entry | None, fault: Fault | None) -> int:
    """Give the status that the caller got: that of a stream stays, whatever became of it."""
    if entry is not None and (fault is None or entry.status == OK):
        return entry.status
    return fault.http_status if fault else 0


def detail_of(attempt: Attempt | None, fault: Fault | None) -> str:
    """Say what the log may know of a fault: no key, and nothing that the caller said."""
    if attempt is None or fault is None or not fault.detail:
        return fault.detail if fault else ""
    call = attempt.call
    return scrub(without_echo(fault.detail, call.body), call.secrets)
