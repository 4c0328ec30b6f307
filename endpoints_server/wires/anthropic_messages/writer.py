"""Events become a stream's bytes.

One block is open at a time, in the order the parts begin. What comes for a part that begins while
another is open waits until that one ends.
"""

from msgspec import Struct

from endpoints_server.domain.talk.prompt import Extras, Part, Refusal, Text, Thinking, ToolCall
from endpoints_server.domain.talk.reply import (
    Event,
    PartDelta,
    PartEnd,
    PartStart,
    ReplyEnd,
    ReplyStart,
)
from endpoints_server.domain.wire import Style
from endpoints_server.wires.anthropic_messages.ending import write_stop, write_usage
from endpoints_server.wires.anthropic_messages.fault import write_fault
from endpoints_server.wires.anthropic_messages.reply import sequence_of
from endpoints_server.wires.anthropic_messages.schema import NAME, Object
from endpoints_server.wires.anthropic_messages.write_content import (
    seal_of,
    write_block,
    write_call_seal,
    write_event,
)
from endpoints_server.wires.foreign_seal import UNSEALED
from endpoints_server.wires.sse import frame

PartEvent = PartStart | PartDelta | PartEnd


class MessagesWriter:
    """Writes one stream."""

    def __init__(self, style: Style) -> None:
        self._style = style
        self._is_begun = False
        self._has_calls = False
        self._blocks = 0
        self._current: OpenBlock | None = None
        self._waiting: dict[int, list[PartEvent]] = {}

    def write(self, event: Event) -> bytes:
        """Give the bytes of one event; empty where the wire has none for it."""
        match event:
            case ReplyStart():
                return self._begin(event)
            case PartStart() | PartDelta() | PartEnd():
                return self._begin(ReplyStart()) + self._take(event)
            case ReplyEnd():
                return self._end(event)

    def _begin(self, event: ReplyStart) -> bytes:
        if self._is_begun:
            return b""
        self._is_begun = True
        message: Object = {
            "id": event.id or self._style.id,
            "type": "message",
            "role": "assistant",
            "model": event.model or self._style.model,
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": write_usage(event.usage),
        }
        return write_event({"type": "message_start", "message": message})

    def _take(self, event: PartEvent) -> bytes:
        if self._current is not None and event.index != self._current.part_index:
            self._waiting.setdefault(event.index, []).append(event)
            return b""
        written = self._write_part(event)
        while self._current is None and self._waiting:
            waiting = self._waiting.pop(next(iter(self._waiting)))
            written += b"".join(self._write_part(each) for each in waiting)
        return written

    def _write_part(self, event: PartEvent) -> bytes:
        match event:
            case PartStart():
                return self._open(event)
            case PartDelta():
                return self._write_pieces(event)
            case PartEnd():
                return self._close()

    def _open(self, event: PartStart) -> bytes:
        sealed = b""
        if isinstance(event.part, ToolCall) and event.part.seal:
            sealed = self._start(write_call_seal(event.part.seal)) + self._stop()
        self._has_calls = self._has_calls or isinstance(event.part, ToolCall)
        self._current = OpenBlock(event.index, event.part, write_block(event.part) is not None)
        if not self._current.is_written:
            return b""
        started = self._start(empty_block(event.part))
        return sealed + started + self._write_pieces(first_piece(event))

    def _start(self, block: Object) -> bytes:
        start = {"type": "content_block_start", "index": self._blocks, "content_block": block}
        return write_event(start)

    def _write_pieces(self, event: PartDelta) -> bytes:
        if self._current is None or not self._current.is_written:
            return b""
        return self._pieces(self._current.deltas(event))

    def _pieces(self, deltas: list[Object]) -> bytes:
        return b"".join(
            write_event({"type": "content_block_delta", "index": self._blocks, "delta": delta})
            for delta in deltas
        )

    def _close(self) -> bytes:
        closing, self._current = self._current, None
        if closing is None or not closing.is_written:
            return b""
        return self._pieces(closing.last()) + self._stop()

    def _stop(self) -> bytes:
        written = write_event({"type": "content_block_stop", "index": self._blocks})
        self._blocks += 1
        return written

    def _end(self, event: ReplyEnd) -> bytes:
        if event.fault:
            return frame(write_fault(event.fault, self._style.request_id), b"error")
        written = self._begin(ReplyStart()) + self._close_all()
        delta = {
            "stop_reason": write_stop(event.stop, has_calls=self._has_calls),
            "stop_sequence": sequence_of(event.stop),
        }
        usage = write_usage(event.usage)
        written += write_event({"type": "message_delta", "delta": delta, "usage": usage})
        return written + write_event({"type": "message_stop"})

    def _close_all(self) -> bytes:
        written = b""
        while self._current is not None:
            written += self._take(PartEnd(index=self._current.part_index))
        return written


class OpenBlock(Struct):
    """The block that is open; `is_written` is false where this wire has no block for the part."""

    part_index: int
    part: Part
    is_written: bool
    is_sealed: bool = False
    citations: int = 0

    def deltas(self, event: PartDelta) -> list[Object]:
        """Write one piece as deltas of the block's kind."""
        match self.part:
            case Text() | Refusal():
                words: Object = {"type": "text_delta", "text": event.text}
                return [*([words] if event.text else []), *self.cite(event.extras)]
            case Thinking():
                return self.think(event)
            case ToolCall() if event.text:
                return [{"type": "input_json_delta", "partial_json": event.text}]
            case _:  # the block was whole when it began
                return []

    def think(self, event: PartDelta) -> list[Object]:
        """Write a piece of reasoning and the signature that closes it."""
        deltas: list[Object] = []
        if event.text:
            deltas.append({"type": "thinking_delta", "thinking": event.text})
        if signature := seal_of(event.seal):
            self.is_sealed = True
            deltas.append({"type": "signature_delta", "signature": signature})
        return deltas

    def last(self) -> list[Object]:
        """Write what a block is still lacking at its end: a word in place of a signature."""
        is_whole = not isinstance(self.part, Thinking) or self.part.seal is not None
        if is_whole or self.is_sealed:
            return []
        return [{"type": "signature_delta", "signature": UNSEALED}]

    def cite(self, extras: Extras) -> list[Object]:
        """Write the citations that have come since the last piece."""
        cited = extras.get(NAME, {}).get("citations")
        if not isinstance(cited, list):
            return []
        fresh, self.citations = cited[self.citations :], len(cited)
        return [{"type": "citations_delta", "citation": citation} for citation in fresh]


def first_piece(event: PartStart) -> PartDelta:
    """Give what a part holds from its start as a delta."""
    match event.part:
        case Text():
            return PartDelta(index=event.index, text=event.part.text, extras=event.part.extras)
        case Refusal():
            return PartDelta(index=event.index, text=event.part.text)
        case Thinking() if not (event.part.seal and event.part.seal.is_redacted):
            return PartDelta(index=event.index, text=event.part.text, seal=event.part.seal)
        case ToolCall():
            return PartDelta(index=event.index, text=event.part.arguments)
        case _:  # every other block is whole in its start
            return PartDelta(index=event.index)


def empty_block(part: Part) -> Object:
    """Write the block that a part begins with, before its first piece."""
    block = write_block(part) or {}
    match block.get("type"):
        case "text":
            block |= {"text": ""}
            block.pop("citations", None)
        case "thinking":
            block |= {"thinking": "", "signature": ""}
        case "tool_use":
            block |= {"input": {}}
        case _:  # the rest comes whole
            return block
    return block
