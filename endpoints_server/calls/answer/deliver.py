"""Bring an upstream's answer to the caller, in the shape and on the wire that was asked for."""

from asyncio import CancelledError

from endpoints_server.calls.admission.stretch import stretch
from endpoints_server.calls.answer.meter import seen_of
from endpoints_server.calls.answer.translate import Translator, Untagging, read_stream, write_stream
from endpoints_server.calls.call import Attempt, Call
from endpoints_server.calls.delivery import LEFT, Delivery, Headers
from endpoints_server.calls.exchange import Exchange
from endpoints_server.calls.receipt import JSON, of_attempt, stream_headers
from endpoints_server.calls.settle import settle
from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.domain.scrub import scrub
from endpoints_server.domain.talk.reply import Reply
from endpoints_server.domain.talk.tags import untagged
from endpoints_server.domain.wire import Mender, Operation, Reader, Style
from endpoints_server.upstream.send import Incoming
from endpoints_server.wires import sse

OK = 200
TOO_DEEP = Fault(kind=Kind.UPSTREAM_BROKEN, message="The upstream's answer is nested too deep.")
EVENT_STREAM = "text/event-stream"
STREAM_BEGINNINGS = (b"data:", b"event:", b":", b"id:", b"retry:", b"[")
"""How a stream begins: with a field of an event, or as an array, which no whole answer is."""


async def deliver(
    exchange: Exchange, attempt: Attempt, incoming: Incoming, delivery: Delivery
) -> None:
    """Pass on what came, stream or whole, as the stream or whole answer that was asked for.

    What an upstream sends is told by its first bytes where its content type does not say; some
    stream under a wrong type, some ignore that a stream was asked for.
    """
    first = await incoming.read()
    attempt.first_byte = exchange.timer()
    is_stream = comes_in_pieces(incoming, first)
    if attempt.call.is_stream and is_stream:
        await deliver_stream(exchange, attempt, incoming, delivery, first)
        return
    limit = attempt.call.catalog.bounds.reply_bytes
    body = first + await incoming.read_all(limit)
    if is_passed_on(attempt.call) and not attempt.call.is_stream and not is_stream:
        await relay_whole(exchange, attempt, delivery, body)
        return
    if attempt.call.inbound.operation is not Operation.CHAT:
        await deliver_other_form(exchange, attempt, incoming, delivery, body)
        return
    reply = read_whole(attempt, body, is_stream=is_stream)
    attempt.seen = seen_of(reply)
    if reply.fault is not None:
        raise Failed(reply.fault)
    await write_whole(exchange, attempt, delivery, reply)


def is_passed_on(call: Call) -> bool:
    """Say whether the upstream's own words go out: on its wire, with nothing to be read in them."""
    is_read = call.inbound.operation is Operation.CHAT and call.route.dialect.thinking.has_tags
    return call.is_relayed and not is_read


def comes_in_pieces(incoming: Incoming, first: bytes) -> bool:
    """Say whether an answer is a stream."""
    if incoming.headers.get("content-type", "").startswith(EVENT_STREAM):
        return not first.lstrip().startswith(b"{")
    return first.lstrip().startswith(STREAM_BEGINNINGS)


async def deliver_stream(
    exchange: Exchange, attempt: Attempt, incoming: Incoming, delivery: Delivery, first: bytes
) -> None:
    """Pass a stream on as it comes: what one read brought goes out in one write.

    The end is held back until the entry is durable.
    """
    carrier = carrier_for(attempt)
    attempt.seen = carrier.seen
    fault = await carry(exchange, attempt, incoming, delivery, carrier, first)
    ending = carrier.close(fault or attempt.seen.fault)
    fault = fault or attempt.seen.fault
    if fault is not None and not delivery.is_started:
        raise Failed(fault)
    if fault is not None:
        ending = scrub(ending, attempt.call.secrets)
    await settle(exchange, attempt, fault, OK)
    if not delivery.is_started:
        await delivery.start(OK, [*stream_headers(attempt.call), *of_attempt(attempt)])
    await delivery.end(ending)


async def carry(
    exchange: Exchange,
    attempt: Attempt,
    incoming: Incoming,
    delivery: Delivery,
    carrier: Mender,
    first: bytes,
) -> Fault | None:
    """Carry a stream from its first bytes on; gives what ended it before it ended by itself."""
    try:
        received = first
        while received:
            passed = carrier.feed(received)
            is_broken = attempt.seen.fault is not None
            if passed and (delivery.is_started or not is_broken):
                await write(attempt, delivery, passed)
            if is_broken:
                break
            received = await read_on(exchange, attempt, incoming)
    except Failed as failed:
        return failed.fault
    except RecursionError:
        return TOO_DEEP
    except CancelledError:
        if exchange.under_way.cut_by is None:
            carrier.close(LEFT)  # for what was seen of the usage
            raise
        return exchange.under_way.cut_by
    return None


async def read_on(exchange: Exchange, attempt: Attempt, incoming: Incoming) -> bytes:
    """Give what comes next, once it is paid for; raises Failed where it cannot be."""
    if attempt.hold is not None:
        await stretch(exchange.gate.accounts, attempt.hold, attempt.seen, exchange.now)
    return await incoming.read()


async def write(attempt: Attempt, delivery: Delivery, passed: bytes) -> None:
    """Write a piece of the stream, after the headers if it is the first."""
    if not delivery.is_started:
        await delivery.start(OK, [*stream_headers(attempt.call), *of_attempt(attempt)])
    await delivery.write(passed)


def carrier_for(attempt: Attempt) -> Mender:
    """Choose what carries the stream: the wire's own Mender, or a translation."""
    call = attempt.call
    bound = call.catalog.bounds.event_bytes
    carriage = call.inbound.carriage
    if is_passed_on(call) and carriage.mender is not None:
        return carriage.mender(style_of(attempt), bound)
    return Translator(reader_for(attempt), call.inbound.wire.writer(style_of(attempt)))


def reader_for(attempt: Attempt) -> Reader:
    """Choose what reads the stream: the wire's own Reader, behind which tags may be read."""
    call = attempt.call
    reader = call.wire_out.reader(call.catalog.bounds.event_bytes)
    return Untagging(reader) if may_hold_tags(call) else reader


def may_hold_tags(call: Call) -> bool:
    """Say whether an answer is to be searched for reasoning between tags in its words."""
    has_tags = call.route.dialect.thinking.has_tags
    return not call.is_relayed if has_tags is None else has_tags


async def relay_whole(
    exchange: Exchange, attempt: Attempt, delivery: Delivery, body: bytes
) -> None:
    """Pass a whole answer on, on its own wire."""
    passed, attempt.seen = attempt.call.inbound.carriage.mend_reply(body, style_of(attempt))
    if attempt.seen.fault is not None:
        raise Failed(attempt.seen.fault)
    await end_whole(exchange, attempt, delivery, passed)


async def deliver_other_form(
    exchange: Exchange, attempt: Attempt, incoming: Incoming, delivery: Delivery, body: bytes
) -> None:
    """Deliver what is not translated but came whole for a stream, or as a stream for a whole.

    A whole completion is a stream of one piece; of a stream nothing whole is made.
    """
    if not attempt.call.is_stream:
        await relay_whole(exchange, attempt, delivery, body)
        return
    _, seen = attempt.call.inbound.carriage.mend_reply(body, style_of(attempt))
    if seen.fault is not None:
        raise Failed(seen.fault)
    line = body.replace(b"\r", b" ").replace(b"\n", b" ")
    await deliver_stream(exchange, attempt, incoming, delivery, sse.frame(line))


def read_whole(attempt: Attempt, body: bytes, *, is_stream: bool) -> Reply:
    """Read an answer that has come completely."""
    if is_stream:
        return read_stream(reader_for(attempt), body)
    reply = attempt.call.wire_out.read_reply(body)
    return untagged(reply) if may_hold_tags(attempt.call) else reply


async def write_whole(
    exchange: Exchange, attempt: Attempt, delivery: Delivery, reply: Reply
) -> None:
    """Tell a reply in the caller's wire, whole or as a stream."""
    wire, style = attempt.call.inbound.wire, style_of(attempt)
    if not attempt.call.is_stream:
        await end_whole(exchange, attempt, delivery, wire.write_reply(reply, style))
        return
    beginning, ending = write_stream(reply, wire.writer(style))
    await write(attempt, delivery, beginning)
    await settle(exchange, attempt, None, OK)
    await delivery.end(ending)


async def end_whole(exchange: Exchange, attempt: Attempt, delivery: Delivery, body: bytes) -> None:
    """Settle, then send a whole answer with its receipt."""
    await settle(exchange, attempt, None, OK)
    headers: Headers = [*JSON, *of_attempt(attempt)]
    headers.append((b"content-length", str(len(body)).encode()))
    await delivery.start(OK, headers)
    await delivery.end(body)


def style_of(attempt: Attempt) -> Style:
    """Say how the answer is to be written where the upstream's own words do not."""
    call = attempt.call
    return Style(
        id=call.inbound.request_id,
        model=call.route.model.name,
        created_at=call.inbound.started_at // 1_000_000,
        request_id=call.inbound.request_id,
        has_usage=call.has_stream_usage,
        query=call.inbound.query,
        reasoning_key=call.route.dialect.thinking.answer_key,
    )
