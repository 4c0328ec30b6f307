"""Watches a stream go by on its own wire, and mends what strict clients cannot read.

Every event passes as it came unless it lacks something that a client's own accumulator needs: its
`event:` line, the fields of the first message, the usage of the last one, a block's start or stop.
`message_stop` is held back until the stream is closed.
"""

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from endpoints_server.domain.fault import Fault
from endpoints_server.domain.wire import Seen, Style
from endpoints_server.wires.anthropic_messages.decode import DONE, decode_event
from endpoints_server.wires.anthropic_messages.ending import (
    Counts,
    merge,
    read_counts,
    read_stop,
    read_usage,
    write_usage,
)
from endpoints_server.wires.anthropic_messages.fault import (
    CUT_OFF,
    NOT_JSON,
    OVERSIZED,
    read_error,
    write_fault,
)
from endpoints_server.wires.anthropic_messages.schema import (
    Delta,
    Object,
    StartedMessage,
    StreamEvent,
)
from endpoints_server.wires.anthropic_messages.write_content import write_event
from endpoints_server.wires.body import DECODE_ERRORS
from endpoints_server.wires.sse import Oversized, Splitter, frame, payload

STOP = frame(b'{"type":"message_stop"}', b"message_stop")
IMPLIED: Mapping[str, Object] = MappingProxyType(
    {
        "text_delta": {"type": "text", "text": ""},
        "thinking_delta": {"type": "thinking", "thinking": "", "signature": ""},
    }
)
"""The block that a delta belongs to where no start came before it."""

EMPTY_MESSAGE: Mapping[str, object] = MappingProxyType(
    {"type": "message", "role": "assistant", "content": [], "usage": write_usage(None)}
)


class MessagesMender:
    """Mends one stream; an event may not grow past `event_bytes`."""

    def __init__(self, style: Style, event_bytes: int) -> None:
        self.seen = Seen()
        self._style = style
        self._splitter = Splitter(event_bytes)
        self._counts = Counts()
        self._begun: set[int] = set()
        self._open: set[int] = set()
        self._ending = STOP

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes and give those that may go to the caller now."""
        is_cut = bool(self._splitter.rest)
        try:
            events = self._splitter.feed(data)
        except Oversized:
            self.seen.fault = self.seen.fault or OVERSIZED
            return b""
        is_clean = not (is_cut or self._splitter.rest)
        passed: list[bytes] = []
        for event in events:
            mended = self._mend(event)
            is_clean = is_clean and mended is event
            passed.append(mended)
        return data if is_clean else b"".join(passed)

    def close(self, fault: Fault | None = None) -> bytes:
        """Give what ends the stream: the end marker, or the fault as an error event."""
        passed = b"" if fault else self._mend_rest()
        is_over = self.seen.is_ended or self.seen.stop is not None
        fault = fault or self.seen.fault or (None if is_over else CUT_OFF)
        if fault:
            self.seen.fault = self.seen.fault or fault
            return passed + frame(write_fault(fault, self._style.request_id), b"error")
        return passed + self._close_blocks() + self._ending

    def _mend_rest(self) -> bytes:
        rest = self._splitter.close()
        try:
            msgspec.json.decode(payload(rest))
        except DECODE_ERRORS:  # half an event
            return b""
        return self._mend(rest + (b"\n" if rest.endswith(b"\n") else b"\n\n"))

    def _mend(self, event: bytes) -> bytes:
        if self.seen.is_ended or self.seen.fault:
            return b""
        data = payload(event)
        if not data or data == DONE:
            return b"" if data else event
        try:
            told = decode_event(data)
            if told.is_error:
                self.seen.fault = read_error(data)
                return b""
            is_named = event.startswith(b"event:") or b"\nevent:" in event
            named = event if is_named else frame(data, told.type.encode())
            return self._watch(told, data, named)
        except DECODE_ERRORS:
            self.seen.fault = NOT_JSON
            return b""

    def _watch(self, told: StreamEvent, data: bytes, event: bytes) -> bytes:
        match told.type:
            case "content_block_delta":
                return self._watch_delta(told, event)
            case "message_start":
                return self._watch_start(told, data, event)
            case "message_delta":
                return self._watch_ending(told, data, event)
            case "message_stop":
                self.seen.is_ended = True
                self._ending = event
                return b""
            case _:  # a block's start or stop, a ping, or an event that came after us
                self._watch_block(told)
                return event

    def _watch_delta(self, told: StreamEvent, event: bytes) -> bytes:
        delta = told.delta or Delta()
        text = delta.text or delta.thinking or delta.partial_json
        if text:
            self.seen.texts.append(text)
        elif is_null(delta):
            return b""
        if told.index in self._begun:
            return event
        block = IMPLIED.get(delta.type or "")
        if block is None:
            return event
        self._begun.add(told.index)
        self._open.add(told.index)
        start = {"type": "content_block_start", "index": told.index, "content_block": block}
        return write_event(start) + event

    def _watch_block(self, told: StreamEvent) -> None:
        if told.type == "content_block_start":
            self._begun.add(told.index)
            self._open.add(told.index)
        elif told.type == "content_block_stop":
            self._open.discard(told.index)

    def _watch_start(self, told: StreamEvent, data: bytes, event: bytes) -> bytes:
        message = msgspec.json.decode(told.message or b"{}", type=StartedMessage)
        self.seen.model = message.model or ""
        self._counts = read_counts(message.usage)
        self.seen.usage = read_usage(self._counts)
        self.seen.is_usage_early = True
        needed = {**EMPTY_MESSAGE, "id": self._style.id, "model": self._style.model}
        return with_needed(data, event, "message", needed)

    def _watch_ending(self, told: StreamEvent, data: bytes, event: bytes) -> bytes:
        counts = read_counts(told.usage)
        self._counts = merge(self._counts, counts)
        self.seen.usage = read_usage(self._counts)
        if counts.output_tokens is not None:
            self.seen.is_usage_early = False
        if told.delta and told.delta.stop_reason:
            self.seen.stop = read_stop(told.delta.stop_reason, told.delta.stop_sequence)
        needed: Object = {"output_tokens": self._counts.output_tokens or 0}
        mended = with_needed(data, event, "usage", needed)
        return self._close_blocks() + mended if self._open else mended

    def _close_blocks(self) -> bytes:
        left, self._open = sorted(self._open), set()
        return b"".join(
            write_event({"type": "content_block_stop", "index": index}) for index in left
        )


def is_null(delta: Delta) -> bool:
    """Say whether a delta of words has null in their place, on which clients break."""
    if delta.type == "text_delta":
        return delta.text is None
    return delta.type == "thinking_delta" and delta.thinking is None


def with_needed(data: bytes, event: bytes, name: str, needed: Object) -> bytes:
    """Fill in what an object of an event lacks; an event that lacks nothing keeps its bytes."""
    told = msgspec.json.decode(data, type=Object)
    inner = told.get(name)
    known = {} if not isinstance(inner, dict) else inner
    missing = {key: value for key, value in needed.items() if known.get(key) is None}
    return write_event({**told, name: {**known, **missing}}) if missing else event
