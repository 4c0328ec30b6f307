"""Whole answers: read, written, and passed on to the same wire."""

import msgspec

from endpoints_server.domain.fault import Failed, Fault
from endpoints_server.domain.talk.prompt import Part, Refusal, Text, Thinking, ToolCall
from endpoints_server.domain.talk.reply import Reply, unfold
from endpoints_server.domain.wire import Seen, Style
from endpoints_server.wires.body import DECODE_ERRORS
from endpoints_server.wires.number import whole
from endpoints_server.wires.openai_error import object_in, write_fault
from endpoints_server.wires.openai_responses.decode import decoded
from endpoints_server.wires.openai_responses.ending import (
    read_cost,
    read_counts,
    read_stop,
    read_usage,
)
from endpoints_server.wires.openai_responses.fault import NOT_A_REPLY, NOT_JSON, read_failure
from endpoints_server.wires.openai_responses.read_items import read_item
from endpoints_server.wires.openai_responses.schema import Answer
from endpoints_server.wires.openai_responses.writer import ResponsesWriter


def open_reply(body: bytes) -> Answer | Fault:
    """Decode a whole answer; one that failed, or that has no output, is a fault."""
    try:
        answer = decode_answer(body)
    except msgspec.ValidationError:
        return NOT_A_REPLY
    except DECODE_ERRORS:
        return NOT_JSON
    failure = read_failure(answer)
    if failure is None and answer.output is None:
        return NOT_A_REPLY
    return failure or answer


def decode_answer(body: bytes) -> Answer:
    """Decode an answer; raises one of DECODE_ERRORS, for what is not UTF-8 within items too."""
    if not body.isascii():
        body.decode()
    return decoded(body, Answer)


def parts_of(answer: Answer) -> tuple[Part, ...]:
    """Read the parts of every item; raises Failed for one that is broken."""
    return tuple(part for item in answer.output or () for part in read_item(item, "output").parts)


def read_reply(body: bytes) -> Reply:
    """Read a whole answer; an error under a success, or no answer at all, is its fault."""
    answer = open_reply(body)
    if isinstance(answer, Fault):
        return Reply(fault=answer)
    try:
        parts = parts_of(answer)
    except Failed:
        return Reply(fault=NOT_A_REPLY)
    counts = read_counts(answer.usage)
    return Reply(
        id=answer.id or "",
        model=answer.model or "",
        created_at=whole(answer.created_at),
        parts=parts,
        stop=read_stop(answer, has_calls=has_calls(parts)),
        usage=read_usage(counts),
        reported_cost_nano_usd=read_cost(counts),
    )


def write_reply(reply: Reply, style: Style) -> bytes:
    """Write a whole answer: what a stream's last event would hold."""
    if reply.fault is not None:
        return write_fault(reply.fault, style.request_id)
    writer = ResponsesWriter(style)
    for event in unfold(reply):
        writer.write(event)
    return msgspec.json.encode(writer.response())


def mend_reply(body: bytes, _style: Style) -> tuple[bytes, Seen]:
    """Pass a whole answer on as it is; what of it has a shape that we do not know is not seen."""
    answer = open_reply(body)
    if isinstance(answer, Fault):
        return body, Seen(fault=None if is_answer(body) else answer, is_ended=True)
    try:
        parts = parts_of(answer)
    except Failed:
        parts = ()
    counts = read_counts(answer.usage)
    seen = Seen(
        id=answer.id or "",
        model=answer.model or "",
        usage=read_usage(counts),
        reported_cost_nano_usd=read_cost(counts),
        stop=read_stop(answer, has_calls=has_calls(parts)),
        texts=[text for part in parts for text in texts_in(part)],
        is_ended=True,
    )
    return body, seen


def is_answer(body: bytes) -> bool:
    """Say whether a body that does not have our shape holds an answer all the same."""
    fields = object_in(body) or {}
    return bool(fields.get("output")) and not fields.get("error")


def has_calls(parts: tuple[Part, ...]) -> bool:
    """Say whether an answer calls a function."""
    return any(isinstance(part, ToolCall) for part in parts)


def texts_in(part: Part) -> tuple[str, ...]:
    """Give what of a part the model had to write."""
    match part:
        case Text() | Thinking() | Refusal():
            return (part.text,)
        case ToolCall():
            return part.name, part.arguments
        case _:  # the rest is not the model's own writing
            return ()
