"""Watches a stream go by on its own wire; every event passes as it came, but for empty deltas.

The terminal event is held back until the stream is closed, and an end marker of another wire that
follows it. An error, or an answer that failed, is told anew at the close.
"""

import re

import msgspec
from msgspec import Raw

from endpoints_server.domain.fault import Fault
from endpoints_server.domain.talk.reply import Reply
from endpoints_server.domain.wire import Seen, Style
from endpoints_server.wires.body import DECODE_ERRORS
from endpoints_server.wires.decode import is_null, is_whole
from endpoints_server.wires.number import whole
from endpoints_server.wires.openai_responses.decode import decode_event, last_answer, status_of
from endpoints_server.wires.openai_responses.ending import (
    read_cost,
    read_counts,
    read_stop,
    read_usage,
)
from endpoints_server.wires.openai_responses.envelope import envelope, write_failure
from endpoints_server.wires.openai_responses.fault import (
    CUT_OFF,
    NOT_JSON,
    OVERSIZED,
    read_error_event,
    read_failure,
)
from endpoints_server.wires.openai_responses.reader import DELTAS, TERMINAL
from endpoints_server.wires.openai_responses.schema import Answer, CallItem, StreamEvent, Typed
from endpoints_server.wires.sse import Oversized, Splitter, payload

DONE = b"[DONE]"
NO_DELTA = re.compile(rb'"delta":\s*null')
CALL = "function_call"
ADDED, FINISHED = "response.output_item.added", "response.output_item.done"


class ResponsesMender:
    """Watches one stream; an event may not grow past `event_bytes`."""

    def __init__(self, style: Style, event_bytes: int) -> None:
        self.seen = Seen()
        self._style = style
        self._splitter = Splitter(event_bytes)
        self._begun = Answer()
        self._sequence_number = 0
        self._has_items = False
        self._has_calls = False
        self._ending = b""
        self._is_closed = False

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes and give those that may go to the caller now."""
        is_clean_cut = not self._splitter.rest
        try:
            events = self._splitter.feed(data)
        except Oversized:
            self.seen.fault = self.seen.fault or OVERSIZED
            return b""
        passed = [self._watch(event) for event in events]
        if is_clean_cut and not self._splitter.rest and passed == events:
            return data
        return b"".join(passed)

    def close(self, fault: Fault | None = None) -> bytes:
        """Give what ends the stream: its own last event, or the fault."""
        if self._is_closed:
            return b""
        passed = b"" if fault else self._watch_rest()
        self._is_closed = True
        fault = fault or self.seen.fault or (None if self.seen.is_ended else CUT_OFF)
        if fault is None:
            return passed + self._ending
        self.seen.fault = self.seen.fault or fault
        begun = self._begun
        told = Reply(id=begun.id or "", model=begun.model or "", created_at=whole(begun.created_at))
        response = envelope(told, self._style)
        number = self._sequence_number + 1
        return passed + write_failure(fault, self._style.request_id, response, number)

    def _watch_rest(self) -> bytes:
        """Pass the last event, which lacks its blank line, if it is whole all the same."""
        rest = self._splitter.close()
        if not is_whole(payload(rest)):
            return b""
        return self._watch(rest + (b"\n" if rest.endswith(b"\n") else b"\n\n"))

    def _watch(self, event: bytes) -> bytes:
        if self.seen.fault is not None:
            return b""
        data = payload(event)
        if self.seen.is_ended:
            self._ending += event if data == DONE else b""
            return b""
        if not data or data == DONE:
            return b"" if data else event
        try:
            told = decode_event(data, is_lax=True)
            return self._pass(told, data, event)
        except msgspec.ValidationError:  # valid JSON of a shape not known here may pass
            return event
        except DECODE_ERRORS:
            self.seen.fault = NOT_JSON
            return b""

    def _pass(self, told: StreamEvent, data: bytes, event: bytes) -> bytes:
        self._sequence_number = told.sequence_number or self._sequence_number
        if told.type in DELTAS:
            if told.delta is None and NO_DELTA.search(data):  # on which clients break
                return b""
            self.seen.texts.append(told.delta or "")
            return event
        if told.type == "error" or not is_null(told.error):
            self.seen.fault = read_error_event(msgspec.json.decode(data))
            return b""
        if told.type in TERMINAL:
            return self._hold(told, event)
        if told.type == "response.created":
            self._note_start(told.response)
        elif told.type in (ADDED, FINISHED):
            self._note_item(told)
        return event

    def _note_start(self, response: Raw) -> None:
        self._begun = msgspec.json.decode(response or b"{}", type=Answer)
        self.seen.id = self._begun.id or ""
        self.seen.model = self._begun.model or ""

    def _note_item(self, told: StreamEvent) -> None:
        """Note a call, which ends an answer otherwise than words do."""
        self._has_items = True
        if is_null(told.item) or msgspec.json.decode(told.item, type=Typed).type != CALL:
            return
        if not self._has_calls or told.type == ADDED:
            self.seen.texts.append(msgspec.json.decode(told.item, type=CallItem).name)
        self._has_calls = True

    def _hold(self, told: StreamEvent, event: bytes) -> bytes:
        """Keep the last event, and note what it tells."""
        answer = answer_in(told)
        counts = read_counts(answer.usage)
        self.seen.id = self.seen.id or answer.id or ""
        self.seen.model = self.seen.model or answer.model or ""
        self.seen.usage = read_usage(counts)
        self.seen.reported_cost_nano_usd = read_cost(counts)
        self.seen.fault = read_failure(answer)
        if self.seen.fault is None:
            has_calls = self._has_calls or (not self._has_items and calls_in(answer))
            self.seen.stop = read_stop(answer, has_calls=has_calls)
            self.seen.is_ended = True
            self._ending = event
        return b""


def answer_in(told: StreamEvent) -> Answer:
    """Decode what a last event holds; one of a strange shape tells no more than its type."""
    try:
        return last_answer(told)
    except msgspec.ValidationError:
        return Answer(status=status_of(told))


def calls_in(answer: Answer) -> bool:
    """Say whether an answer that came without pieces calls a function."""
    return any(msgspec.json.decode(item, type=Typed).type == CALL for item in answer.output or ())
