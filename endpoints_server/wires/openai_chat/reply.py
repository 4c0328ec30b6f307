"""Whole answers, both ways, and their repair on the same wire."""

from typing import Any

import msgspec
from msgspec.structs import replace

from endpoints_server.domain.fault import Fault
from endpoints_server.domain.talk.prompt import Refusal, Text, Thinking, ToolCall
from endpoints_server.domain.talk.reply import Reply, fold
from endpoints_server.domain.wire import Seen, Style
from endpoints_server.wires.body import DECODE_ERRORS
from endpoints_server.wires.number import whole
from endpoints_server.wires.openai_chat.assembler import Assembler
from endpoints_server.wires.openai_chat.calls import Calls, mended, write_whole_call
from endpoints_server.wires.openai_chat.ending import (
    counts_in,
    read_cost,
    read_stop,
    read_usage,
    write_stop,
    write_usage,
)
from endpoints_server.wires.openai_chat.fault import (
    broken,
    not_json,
    read_error,
)
from endpoints_server.wires.openai_chat.reasoning import KEYS, is_elsewhere, move, write_details
from endpoints_server.wires.openai_chat.reply_schema import (
    Choice,
    Chunk,
    Delta,
    decode_chunk,
    decode_loose,
)
from endpoints_server.wires.openai_chat.seen import note_delta
from endpoints_server.wires.openai_error import object_in, write_fault


def read_reply(body: bytes) -> Reply:
    """Read a whole answer as a stream of one chunk."""
    chunk = open_reply(body)
    assembler = Assembler()
    if isinstance(chunk, Fault):
        return fold(assembler.end(chunk))
    choices = [replace(choice, delta=message_of(choice)) for choice in chunk.choices or ()]
    return fold([*assembler.take(replace(chunk, choices=choices)), *assembler.end()])


def open_reply(body: bytes) -> Chunk | Fault:
    """Decode a whole answer; one that holds no choice is a fault."""
    try:
        chunk = decode_chunk(body)
    except DECODE_ERRORS:
        return not_json()
    if chunk.error:
        return read_error(chunk.error, body)
    return chunk if chunk.choices else broken("The upstream answered without any choice.")


def write_reply(reply: Reply, style: Style) -> bytes:
    """Write a whole answer; a fault takes the place of everything else."""
    if reply.fault is not None:
        return write_fault(reply.fault, style.request_id)
    message = write_message(reply, style.reasoning_key or KEYS[0])
    reason = write_stop(reply.stop, has_calls="tool_calls" in message)
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": reason}
    written: dict[str, object] = {
        "id": reply.id or style.id,
        "object": "chat.completion",
        "created": reply.created_at or style.created_at,
        "model": reply.model or style.model,
        "choices": [choice],
    }
    if reply.usage is not None:
        written["usage"] = write_usage(reply.usage)
    return msgspec.json.encode(written)


def write_message(reply: Reply, reasoning_key: str) -> dict[str, object]:
    """Write the parts of an answer as one message."""
    text = "".join(part.text for part in reply.parts if isinstance(part, Text))
    refusal = "".join(part.text for part in reply.parts if isinstance(part, Refusal))
    thinking = [part for part in reply.parts if isinstance(part, Thinking)]
    calls = [write_whole_call(part) for part in reply.parts if isinstance(part, ToolCall)]
    message: dict[str, object] = {"role": "assistant", "content": text, "refusal": refusal or None}
    if not text and (calls or refusal):
        message["content"] = None
    if thought := "".join(part.text for part in thinking):
        message[reasoning_key] = thought
    if any(part.seal for part in thinking):
        message["reasoning_details"] = write_details(thinking)
    if calls:
        message["tool_calls"] = calls
    return message


def mend_reply(body: bytes, style: Style) -> tuple[bytes, Seen]:
    """Pass a whole answer on, with its reasoning where it is looked for.

    It is repaired only where a tool call would break strict clients.
    """
    chunk = open_reply(body)
    if isinstance(chunk, Fault):
        return body, Seen(fault=None if is_answer(body) else chunk, is_ended=True)
    seen = Seen(model=chunk.model or "", is_ended=True)
    counts = counts_in(chunk)
    if counts is not None:
        seen.usage = read_usage(counts)
        seen.reported_cost_nano_usd = read_cost(counts)
    for choice in chunk.choices or ():
        note_choice(seen, choice)
    key = style.reasoning_key
    if all(is_clean(choice, key) for choice in chunk.choices or ()):
        return body, seen
    try:
        return repaired(body, chunk, key), seen
    except DECODE_ERRORS:  # what our shape passes over is broken
        return body, Seen(fault=not_json())


def is_clean(choice: Choice, key: str) -> bool:
    """Say whether one choice may pass as it is."""
    return has_clean_calls(choice) and not is_elsewhere(message_of(choice), key)


def repaired(body: bytes, chunk: Chunk, key: str) -> bytes:
    """Repair a whole answer; raises one of DECODE_ERRORS."""
    fields = decode_loose(body)
    for loose, choice in zip(fields["choices"], chunk.choices or (), strict=True):
        if is_elsewhere(message_of(choice), key):
            move(loose.get("message") or loose["delta"], key)
        mend_calls(loose, choice, f"{chunk.id or ''}:{whole(chunk.created)}:{choice.index or 0}")
    return msgspec.json.encode(fields)


def is_answer(body: bytes) -> bool:
    """Say whether a body that does not have our shape holds an answer all the same."""
    fields = object_in(body) or {}
    return bool(fields.get("choices")) and not fields.get("error")


def note_choice(seen: Seen, choice: Choice) -> None:
    """Note what one choice says and why it stopped."""
    message = message_of(choice)
    note_delta(seen.texts, message)
    if choice.finish_reason and not choice.index:
        has_calls = bool(message.tool_calls)
        seen.stop = read_stop(choice.finish_reason, has_calls=has_calls)


def message_of(choice: Choice) -> Delta:
    """Give the message of a choice; a filtered answer has none."""
    return choice.message or choice.delta or Delta()


def has_clean_calls(choice: Choice) -> bool:
    """Say whether each tool call of a choice has all that strict clients need."""
    return all(
        piece.type is not None
        and bool(piece.id)
        and (piece.function is None or isinstance(piece.function.arguments, str))
        for piece in message_of(choice).tool_calls or ()
    )


def mend_calls(loose: dict[str, Any], choice: Choice, identity: str) -> None:
    """Repair the tool calls of one choice in place; the order is kept, `index` is not needed."""
    message = loose.get("message") or loose.get("delta") or {}
    calls = Calls()
    for place, piece in enumerate(message_of(choice).tool_calls or ()):
        draft, _, _ = calls.take(replace(piece, index=place), identity)
        if not draft.is_function:
            continue
        fixed = mended(message["tool_calls"][place], draft, is_first=True)
        if "index" not in message["tool_calls"][place]:
            del fixed["index"]
        message["tool_calls"][place] = fixed
