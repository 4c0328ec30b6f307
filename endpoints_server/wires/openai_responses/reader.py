"""A stream's bytes become events.

Words, reasoning and arguments are told as their deltas come. What an item holds when it is done and
was not told by deltas is told then, and its seal too; an item of a kind that only this wire knows
is told whole. An answer ends with one of the terminal events, with an error, or where the bytes
stop, which is no end.
"""

from collections.abc import Mapping
from types import MappingProxyType

import msgspec
from msgspec import Raw

from endpoints_server.domain.fault import Failed, Fault
from endpoints_server.domain.money.usage import Usage
from endpoints_server.domain.talk.prompt import Part, Refusal, Text, Thinking, ToolCall
from endpoints_server.domain.talk.reply import Event, ReplyEnd, ReplyStart, Stop
from endpoints_server.wires.body import DECODE_ERRORS
from endpoints_server.wires.decode import is_null
from endpoints_server.wires.event_reader import EventReader
from endpoints_server.wires.number import whole
from endpoints_server.wires.openai_responses.decode import decode_event, last_answer
from endpoints_server.wires.openai_responses.ending import (
    read_cost,
    read_counts,
    read_stop,
    read_usage,
)
from endpoints_server.wires.openai_responses.fault import (
    CUT_OFF,
    NOT_JSON,
    OVERSIZED,
    read_error_event,
    read_failure,
)
from endpoints_server.wires.openai_responses.read_items import PARAGRAPH, read_item, read_part
from endpoints_server.wires.openai_responses.schema import Answer, CallItem, StreamEvent, Typed
from endpoints_server.wires.openai_responses.strand import Strand, Strands

DELTAS: Mapping[str, Part | None] = MappingProxyType(
    {
        "response.output_text.delta": Text(text=""),
        "response.function_call_arguments.delta": None,
        "response.reasoning_summary_text.delta": Thinking(),
        "response.reasoning_text.delta": Thinking(),
        "response.refusal.delta": Refusal(),
    }
)
"""What tells a piece, and the part it belongs to where none is open: a call has to be begun."""

TERMINAL = frozenset(
    {"response.completed", "response.incomplete", "response.failed", "response.cancelled"}
)
WHOLE_ITEM = -1
"""Stands for the content index of items that have no content parts."""


class ResponsesReader(EventReader):
    """Reads one stream; an event may not grow past `event_bytes`."""

    def __init__(self, event_bytes: int) -> None:
        super().__init__(event_bytes, OVERSIZED)
        self._strands = Strands()
        self._known: dict[tuple[int, int], Strand] = {}
        self._item_place = 0
        self._is_begun = False

    def _read(self, data: bytes) -> list[Event]:
        if self._is_over or not data or data.startswith(b"[DONE]"):
            return []
        try:
            event = decode_event(data)
            if event.type == "error" or not is_null(event.error):
                return self._end(read_error_event(msgspec.json.decode(data)))
            return self._take(event)
        except (*DECODE_ERRORS, Failed):
            return self._end(NOT_JSON)

    def _take(self, event: StreamEvent) -> list[Event]:
        if event.output_index is not None:
            self._item_place = event.output_index
        if event.type in DELTAS:
            return self._grow(event)
        if event.type in TERMINAL:
            return self._finish(last_answer(event))
        match event.type:
            case "response.created":
                return self._begin(msgspec.json.decode(event.response or b"{}", type=Answer))
            case "response.output_item.added":
                return self._add_item(event.item)
            case "response.content_part.done":
                self._close_content(event.content_index or 0, event.part)
            case "response.output_item.done":
                self._close_item(event.item)
            case _:  # what tells nothing more, a keepalive, or an event that came after us
                return []
        return self._begin() + self._strands.release()

    def _begin(self, answer: Answer | None = None) -> list[Event]:
        if self._is_begun:
            return []
        self._is_begun = True
        told = answer or Answer()
        created_at = whole(told.created_at)
        return [ReplyStart(id=told.id or "", model=told.model or "", created_at=created_at)]

    def _grow(self, event: StreamEvent) -> list[Event]:
        """Tell a piece, with a paragraph between pieces of reasoning; nearly all events are such.

        Reasoning that is told both raw and in summary is told as it came first.
        """
        events = [] if self._is_begun else self._begin()
        implied = DELTAS[event.type]
        is_content = isinstance(implied, Text | Refusal)
        place = (event.content_index or 0) if is_content else WHOLE_ITEM
        strand = self._strand(place, implied) if event.delta else None
        if strand is None or (strand.kind and strand.kind != event.type):
            return events
        text = event.delta or ""
        if isinstance(implied, Thinking):
            piece = event.summary_index or event.content_index or 0
            if strand.length and piece != strand.place:
                text = PARAGRAPH + text
            strand.place = piece
        strand.kind = event.type
        self._strands.grow(strand, text)
        return events + self._strands.release()

    def _strand(self, content_place: int, implied: Part | None) -> Strand | None:
        key = (self._item_place, content_place)
        found = self._known.get(key)
        if found is None and implied is not None:
            found = self._known[key] = self._strands.open(implied)
        return found

    def _add_item(self, item: Raw) -> list[Event]:
        """Begin a call, whose name no delta tells; everything else begins with its first piece."""
        if is_null(item) or msgspec.json.decode(item, type=Typed).type != "function_call":
            return self._begin()
        call = msgspec.json.decode(item, type=CallItem)
        key = (self._item_place, WHOLE_ITEM)
        if key not in self._known and (id := call.call_id or call.id):
            self._known[key] = self._strands.open(ToolCall(id=id, name=call.name))
        return self._begin() + self._strands.release()

    def _close_content(self, place: int, part: Raw) -> None:
        if not is_null(part):
            self._tell((self._item_place, place), read_part(part, "part"))

    def _close_item(self, item: Raw) -> None:
        if is_null(item):
            return
        is_message = msgspec.json.decode(item, type=Typed).type == "message"
        for place, part in enumerate(read_item(item, "item").parts):
            self._tell((self._item_place, place if is_message else WHOLE_ITEM), part)

    def _tell(self, key: tuple[int, int], part: Part) -> None:
        """Tell what of a part was not told yet, and end it."""
        strand = self._known.get(key)
        if strand is None:
            strand = self._known[key] = self._strands.open(part)
        else:
            match part:
                case Text():
                    self._strands.grow(strand, part.text[strand.length :], None, part.extras)
                case Refusal():
                    self._strands.grow(strand, part.text[strand.length :])
                case Thinking():
                    text = "" if strand.length else part.text
                    self._strands.grow(strand, text, part.seal)
                case ToolCall():
                    self._strands.grow(strand, part.arguments[strand.length :])
                case _:  # every other part is told whole
                    pass
        self._strands.end(strand)

    def _finish(self, answer: Answer) -> list[Event]:
        """End the answer; what was not told in pieces stands in the last event."""
        events = self._begin(answer)
        if not self._strands.count:
            for self._item_place, item in enumerate(answer.output or ()):
                self._close_item(item)
        events += self._strands.end_all()
        counts = read_counts(answer.usage)
        fault = read_failure(answer)
        stop = None if fault else read_stop(answer, has_calls=self._strands.has_calls)
        return events + self._end(fault, stop, read_usage(counts), read_cost(counts))

    def _stop_short(self) -> list[Event]:
        return self._end(CUT_OFF)

    def _end(
        self,
        fault: Fault | None,
        stop: Stop | None = None,
        usage: Usage | None = None,
        cost: int | None = None,
    ) -> list[Event]:
        events = self._begin() + self._strands.end_all()
        self._is_over = True
        ending = ReplyEnd(stop=stop, usage=usage, reported_cost_nano_usd=cost, fault=fault)
        return [*events, ending]
