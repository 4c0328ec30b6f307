"""Whole answers: read, written, and passed on to the same wire."""

import msgspec
from msgspec import Raw

from endpoints_server.domain.fault import Failed
from endpoints_server.domain.talk.prompt import Part, Text, Thinking, ToolCall
from endpoints_server.domain.talk.reply import Reply, Stop
from endpoints_server.domain.wire import Seen, Style
from endpoints_server.wires.anthropic_messages.ending import (
    read_counts,
    read_stop,
    read_usage,
    write_stop,
    write_usage,
)
from endpoints_server.wires.anthropic_messages.fault import NOT_A_REPLY, NOT_JSON, read_error
from endpoints_server.wires.anthropic_messages.read_content import read_part
from endpoints_server.wires.anthropic_messages.schema import Object, WholeReply
from endpoints_server.wires.anthropic_messages.write_content import (
    read_input,
    write_block,
    write_call_seal,
)
from endpoints_server.wires.body import DECODE_ERRORS, close_fields, open_fields, raw
from endpoints_server.wires.decode import is_null
from endpoints_server.wires.foreign_seal import UNSEALED


def read_reply(body: bytes) -> Reply:
    """Read a whole answer; an error under a success, or no message at all, is its fault."""
    try:
        told = msgspec.json.decode(body, type=WholeReply)
        if not is_null(told.error):
            return Reply(fault=read_error(body))
        if told.content is None:
            return Reply(fault=NOT_A_REPLY)
        parts = tuple(read_part(block, "content") for block in told.content)
    except msgspec.ValidationError:
        return Reply(fault=NOT_A_REPLY)
    except (*DECODE_ERRORS, Failed):
        return Reply(fault=NOT_JSON)
    return Reply(
        id=told.id or "",
        model=told.model or "",
        parts=parts,
        stop=read_stop(told.stop_reason, told.stop_sequence) if told.stop_reason else None,
        usage=read_usage(read_counts(told.usage)),
    )


def write_reply(reply: Reply, style: Style) -> bytes:
    """Write a whole answer; what this wire has no block for is left out."""
    blocks = [block for part in reply.parts for block in reply_blocks(part)]
    has_calls = any(isinstance(part, ToolCall) for part in reply.parts)
    written = {
        "id": reply.id or style.id,
        "type": "message",
        "role": "assistant",
        "model": reply.model or style.model,
        "content": blocks,
        "stop_reason": write_stop(reply.stop, has_calls=has_calls),
        "stop_sequence": sequence_of(reply.stop),
        "usage": write_usage(reply.usage),
    }
    return msgspec.json.encode(written)


def mend_reply(body: bytes, _style: Style) -> tuple[bytes, Seen]:
    """Pass a whole answer on as it is, but for fields without which clients cannot read it."""
    reply = read_reply(body)
    seen = Seen(
        model=reply.model,
        usage=reply.usage,
        stop=reply.stop,
        fault=reply.fault,
        texts=[text for part in reply.parts if (text := text_of(part))],
        is_ended=reply.fault is None,
    )
    return (body if reply.fault else with_needed(body)), seen


def with_needed(body: bytes) -> bytes:
    """Fill in what every message has; a body that lacks nothing keeps its bytes."""
    try:
        fields = open_fields(body)
    except Failed:  # what our shape passes over is odd, and not ours to judge
        return body
    needed: Object = {"id": "", "type": "message", "role": "assistant", "usage": write_usage(None)}
    missing = {
        name: raw(value) for name, value in needed.items() if is_null(fields.get(name, Raw()))
    }
    return close_fields(fields | missing) if missing else body


def reply_blocks(part: Part) -> list[Object]:
    """Write one part; arguments that are no object are kept under a name that says so."""
    block = write_block(part)
    if block is None:
        return []
    if isinstance(part, Thinking) and part.seal is None:
        return [{**block, "signature": UNSEALED}]
    if not isinstance(part, ToolCall):
        return [block]
    if part.arguments and read_input(part.arguments) is None:
        block = {**block, "input": {"INVALID_JSON": part.arguments}}
    return [write_call_seal(part.seal), block] if part.seal else [block]


def sequence_of(stop: Stop | None) -> str | None:
    """Give the stop sequence that was met, if one was."""
    return stop.sequence if stop and stop.sequence else None


def text_of(part: Part) -> str:
    """Give what of a part the model had to write."""
    match part:
        case Text() | Thinking():
            return part.text
        case ToolCall():
            return part.arguments
        case _:  # the rest is not the model's own writing
            return ""
