"""Events become a stream's bytes, with every event that a client's accumulator waits for.

Words and refusals that follow each other are the content of one message; reasoning and calls are
items of their own. The last event holds the whole answer again, so that it is kept until then.
"""

from msgspec import Struct
from msgspec.structs import replace

from endpoints_server.domain.talk.prompt import (
    Extras,
    Foreign,
    Part,
    Refusal,
    Seal,
    Text,
    Thinking,
    ToolCall,
)
from endpoints_server.domain.talk.reply import (
    Event,
    PartDelta,
    PartEnd,
    PartStart,
    Reply,
    ReplyEnd,
    ReplyStart,
)
from endpoints_server.domain.wire import Style
from endpoints_server.wires.openai_responses.deltas import (
    ARGUMENTS,
    THOUGHT,
    ArgumentsDelta,
    SummaryDelta,
    TextDelta,
    named,
)
from endpoints_server.wires.openai_responses.ending import write_stop, write_usage
from endpoints_server.wires.openai_responses.envelope import envelope, write_event, write_failure
from endpoints_server.wires.openai_responses.schema import NAME, Object
from endpoints_server.wires.openai_responses.write_items import (
    DONE,
    OPEN,
    call_item,
    call_seal_item,
    content_part,
    item_id,
    message_item,
    reasoning_item,
    summary_part,
)


class OpenPart(Struct):
    """The part that is open: what it began with, and its pieces."""

    part: Part
    pieces: list[str]
    seal: Seal | None = None
    extras: Extras = {}

    @property
    def text(self) -> str:
        """Everything told of it so far."""
        return "".join(self.pieces)


class ResponsesWriter:
    """Writes one stream."""

    def __init__(self, style: Style) -> None:
        self._style = style
        self._response: Object = {}
        self._output: list[Object] = []
        self._sequence_number = 0
        self._open: OpenPart | None = None
        self._id = ""
        self._content: list[Object] | None = None

    def write(self, event: Event) -> bytes:
        """Give the bytes of one event; empty where the wire has none for it."""
        match event:
            case PartDelta():
                return self._grow(event)
            case ReplyStart():
                return self._begin(event)
            case PartStart():
                return self._begin(ReplyStart()) + self._start(event.part)
            case PartEnd():
                return self._end_part()
            case ReplyEnd():
                return self._end(event)

    def response(self) -> Object:
        """Give the response as far as it was written."""
        return {**self._response, "output": self._output}

    def _begin(self, event: ReplyStart) -> bytes:
        if self._response:
            return b""
        told = Reply(id=event.id, model=event.model, created_at=event.created_at)
        self._response = envelope(told, self._style)
        return b"".join(
            self._event(kind, response=self._response)
            for kind in ("response.created", "response.in_progress")
        )

    def _start(self, part: Part) -> bytes:
        match part:
            case Text() | Refusal():
                return self._start_content(part)
            case Thinking():
                self._open = OpenPart(part, [], part.seal)
                added = self._add_item("rs", {"id": "", "type": "reasoning", "summary": []})
                return added + self._words(part.text)
            case ToolCall():
                return self._start_call(part)
            case Foreign() if part.wire == NAME:
                return self._pass_item(dict(part.value))
            case _:  # an answer on this wire has no place for any other part
                return b""

    def _start_content(self, part: Text | Refusal) -> bytes:
        self._open = OpenPart(part, [], extras=part.extras if isinstance(part, Text) else {})
        written = b""
        if self._content is None:
            written = self._add_item("msg", message_item("", OPEN, []))
            self._content = []
        started = content_part(replace(part, text=""))
        written += self._content_event("response.content_part.added", part=started)
        return written + self._words(part.text)

    def _start_call(self, call: ToolCall) -> bytes:
        self._open = OpenPart(call, [])
        sealed = self._seal_call(call.seal) if call.seal is not None else b""
        item = call_item("", OPEN, replace(call, arguments=""))
        return sealed + self._add_item("fc", item) + self._words(call.arguments)

    def _seal_call(self, seal: Seal) -> bytes:
        added = self._add_item("rs", call_seal_item("", seal))
        return added + self._finish_item(call_seal_item(self._id, seal))

    def _add_item(self, prefix: str, item: Object) -> bytes:
        """Begin an item; its place in the output is that behind all finished ones."""
        written = self._close_message()
        self._id = item_id(prefix, str(self._response["id"]), len(self._output))
        return written + self._item_event("response.output_item.added", {**item, "id": self._id})

    def _pass_item(self, item: Object) -> bytes:
        """Write an item that only this wire knows, as it was."""
        written = self._close_message() + self._item_event("response.output_item.added", item)
        return written + self._finish_item(item)

    def _grow(self, event: PartDelta) -> bytes:
        if self._open is None:
            return b""
        if event.seal is not None:
            self._open.seal = event.seal
        if event.extras:
            self._open.extras = {**self._open.extras, **event.extras}
        return self._words(event.text)

    def _words(self, text: str) -> bytes:
        """Write a piece of the open part; nearly all events are such."""
        opened = self._open
        if opened is None or not text:
            return b""
        is_first = not opened.pieces
        opened.pieces.append(text)
        match opened.part:
            case Text():
                return self._piece("response.output_text.delta", text)
            case Refusal():
                return self._piece("response.refusal.delta", text)
            case Thinking():
                return self._thought(text, is_first=is_first)
            case _:  # a call
                return self._arguments(text)

    def _piece(self, kind: str, text: str) -> bytes:
        content_index = len(self._content or ())
        number, place = self._next(), len(self._output)
        return named(kind, TextDelta(kind, number, self._id, place, content_index, text))

    def _thought(self, text: str, *, is_first: bool) -> bytes:
        added = self._summary_event("part.added", part=summary_part("")) if is_first else b""
        kind, number, place = THOUGHT, self._next(), len(self._output)
        return added + named(kind, SummaryDelta(kind, number, self._id, place, 0, text))

    def _arguments(self, text: str) -> bytes:
        kind, number, place = ARGUMENTS, self._next(), len(self._output)
        return named(kind, ArgumentsDelta(kind, number, self._id, place, text))

    def _end_part(self) -> bytes:
        opened = self._open
        if opened is None:
            return b""
        match opened.part:
            case Text() | Refusal():
                written = self._end_content(opened, opened.part)
            case Thinking():
                written = self._end_reasoning(opened)
            case ToolCall():
                written = self._end_call(opened, opened.part)
            case _:  # every other part was whole when it began
                written = b""
        self._open = None
        return written

    def _end_content(self, opened: OpenPart, part: Text | Refusal) -> bytes:
        if isinstance(part, Text):
            part = replace(part, text=opened.text, extras=opened.extras)
            done = self._content_event("response.output_text.done", text=part.text, logprobs=[])
        else:
            part = replace(part, text=opened.text)
            done = self._content_event("response.refusal.done", refusal=part.text)
        whole = content_part(part)
        done += self._content_event("response.content_part.done", part=whole)
        if self._content is not None:
            self._content.append(whole)
        return done

    def _end_reasoning(self, opened: OpenPart) -> bytes:
        text, written = opened.text, b""
        if text:
            written = self._summary_event("text.done", text=text)
            written += self._summary_event("part.done", part=summary_part(text))
        item = reasoning_item(self._id, Thinking(text=text, seal=opened.seal))
        return written + self._finish_item(item)

    def _end_call(self, opened: OpenPart, call: ToolCall) -> bytes:
        written = b"" if opened.pieces else self._words("{}")
        call = replace(call, arguments=opened.text)
        written += self._event(
            "response.function_call_arguments.done",
            item_id=self._id,
            output_index=len(self._output),
            name=call.name,
            arguments=call.arguments,
        )
        return written + self._finish_item(call_item(self._id, DONE, call))

    def _close_message(self) -> bytes:
        if self._content is None:
            return b""
        content, self._content = self._content, None
        return self._finish_item(message_item(self._id, DONE, content))

    def _finish_item(self, item: Object) -> bytes:
        written = self._item_event("response.output_item.done", item)
        self._output.append(item)
        return written

    def _end(self, event: ReplyEnd) -> bytes:
        if event.fault is not None:
            response = self.response() if self._response else envelope(Reply(), self._style)
            number = self._sequence_number
            return write_failure(event.fault, self._style.request_id, response, number)
        written = self._begin(ReplyStart()) + self._end_part() + self._close_message()
        self._response |= {**write_stop(event.stop), "usage": write_usage(event.usage)}
        return written + self._event(
            f"response.{self._response['status']}", response=self.response()
        )

    def _item_event(self, kind: str, item: Object) -> bytes:
        return self._event(kind, output_index=len(self._output), item=item)

    def _content_event(self, kind: str, **fields: object) -> bytes:
        place, content_place = len(self._output), len(self._content or ())
        return self._event(
            kind, item_id=self._id, output_index=place, content_index=content_place, **fields
        )

    def _summary_event(self, what: str, **fields: object) -> bytes:
        return self._event(
            f"response.reasoning_summary_{what}",
            item_id=self._id,
            output_index=len(self._output),
            summary_index=0,
            **fields,
        )

    def _event(self, kind: str, **fields: object) -> bytes:
        return write_event({"type": kind, "sequence_number": self._next(), **fields})

    def _next(self) -> int:
        number = self._sequence_number
        self._sequence_number += 1
        return number
