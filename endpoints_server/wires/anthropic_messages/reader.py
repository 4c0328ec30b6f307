"""A stream's bytes become events.

The parts of an answer are told one after the other, in the order their blocks begin; what comes for
a later one while an earlier is open waits. A reply has begun before anything else is told, and ends
once: with `message_stop`, with an error, or when the bytes stop, which is an end only if a stop
reason came before.
"""

from collections import deque

import msgspec
from msgspec import Raw

from endpoints_server.domain.fault import Failed, Fault
from endpoints_server.domain.talk.prompt import Part, Text, Thinking
from endpoints_server.domain.talk.reply import Event, ReplyEnd, ReplyStart, Stop
from endpoints_server.wires.anthropic_messages.decode import DONE, decode_event
from endpoints_server.wires.anthropic_messages.ending import (
    Counts,
    merge,
    read_counts,
    read_stop,
    read_usage,
)
from endpoints_server.wires.anthropic_messages.fault import (
    CUT_OFF,
    NOT_JSON,
    OUT_OF_ORDER,
    OVERSIZED,
    read_error,
)
from endpoints_server.wires.anthropic_messages.open_part import OpenPart
from endpoints_server.wires.anthropic_messages.read_content import read_part
from endpoints_server.wires.anthropic_messages.schema import (
    ABSENT,
    Delta,
    StartedMessage,
    StreamEvent,
)
from endpoints_server.wires.body import DECODE_ERRORS
from endpoints_server.wires.event_reader import EventReader


class MessagesReader(EventReader):
    """Reads one stream; an event may not grow past `event_bytes`."""

    def __init__(self, event_bytes: int) -> None:
        super().__init__(event_bytes, OVERSIZED)
        self._open: dict[int, OpenPart] = {}
        self._queue: deque[OpenPart] = deque()
        self._parts = 0
        self._counts = Counts()
        self._is_usage_early = True
        self._stop: Stop | None = None
        self._is_begun = False

    def _read(self, data: bytes) -> list[Event]:
        if self._is_over or not data or data == DONE:
            return []
        try:
            event = decode_event(data)
            if event.is_error:
                return self._end(read_error(data))
            return self._take(event, data)
        except (*DECODE_ERRORS, Failed):
            return self._end(NOT_JSON)

    def _take(self, event: StreamEvent, data: bytes) -> list[Event]:
        match event.type:
            case "content_block_delta":
                return self._grow(event.index, event.delta or Delta(), data)
            case "message_start":
                return self._begin(event.message)
            case "content_block_start":
                part = read_part(event.content_block, "content_block")
                return self._open_part(event.index, part)
            case "content_block_stop":
                return self._close_part(event.index)
            case "message_stop":
                return self._end(None)
            case _:  # the answer's ending, a ping, or an event that came after us
                return self._take_ending(event)

    def _begin(self, message: Raw = ABSENT) -> list[Event]:
        if self._is_begun:
            return []
        told = msgspec.json.decode(message, type=StartedMessage) if message else StartedMessage()
        self._is_begun = True
        self._counts = read_counts(told.usage)
        usage = read_usage(self._counts)
        return [ReplyStart(id=told.id or "", model=told.model or "", usage=usage)]

    def _open_part(self, index: int, part: Part) -> list[Event]:
        events = self._begin() + self._close_part(index)
        opened = OpenPart(index=self._parts, part=part)
        opened.waiting = opened.start()
        self._open[index] = opened
        self._queue.append(opened)
        self._parts += 1
        return events + self._release()

    def _grow(self, index: int, delta: Delta, data: bytes) -> list[Event]:
        events: list[Event] = []
        if index not in self._open:
            part = implied_part(delta)
            if part is None:
                return self._end(OUT_OF_ORDER) if delta.partial_json else []
            events = self._open_part(index, part)
        growing = self._open[index]
        growing.waiting += growing.grow(delta, data)
        return events + self._release()

    def _close_part(self, index: int) -> list[Event]:
        closing = self._open.pop(index, None)
        if closing is None:
            return []
        closing.waiting += closing.end()
        closing.is_ended = True
        return self._release()

    def _release(self) -> list[Event]:
        told: list[Event] = []
        while self._queue:
            first = self._queue[0]
            told += first.waiting
            first.waiting = []
            if not first.is_ended:
                break
            self._queue.popleft()
        return told

    def _take_ending(self, event: StreamEvent) -> list[Event]:
        if event.type != "message_delta":
            return []
        counts = read_counts(event.usage)
        self._counts = merge(self._counts, counts)
        self._is_usage_early = self._is_usage_early and counts.output_tokens is None
        delta = event.delta
        if delta and delta.stop_reason:
            self._stop = read_stop(delta.stop_reason, delta.stop_sequence)
        return []

    def _stop_short(self) -> list[Event]:
        return self._end(None if self._stop else CUT_OFF)

    def _end(self, fault: Fault | None) -> list[Event]:
        events = self._begin()
        for index in tuple(self._open):
            events += self._close_part(index)
        self._is_over = True
        stop = None if fault else self._stop
        usage = read_usage(self._counts)
        is_early = self._is_usage_early and usage is not None
        return [*events, ReplyEnd(stop=stop, usage=usage, is_usage_early=is_early, fault=fault)]


def implied_part(delta: Delta) -> Part | None:
    """Tell which block a delta without a start belongs to, where its words alone say so."""
    if delta.text:
        return Text(text="")
    return Thinking() if delta.thinking else None
