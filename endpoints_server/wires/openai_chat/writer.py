"""Writer: events become a stream's bytes, valid for the strictest clients."""

import msgspec
from msgspec import Struct

from endpoints_server.domain.talk.prompt import Part, Refusal, Seal, Text, Thinking, ToolCall
from endpoints_server.domain.talk.reply import (
    Event,
    PartDelta,
    PartEnd,
    PartStart,
    ReplyEnd,
    ReplyStart,
    grow,
)
from endpoints_server.domain.wire import Style
from endpoints_server.wires import sse
from endpoints_server.wires.openai_chat.calls import write_call, write_seal
from endpoints_server.wires.openai_chat.ending import write_stop, write_usage
from endpoints_server.wires.openai_chat.reasoning import KEYS, write_detail
from endpoints_server.wires.openai_error import write_fault

DONE = sse.frame(b"[DONE]")
encoder = msgspec.json.Encoder()


class OpenCall(Struct):
    """The tool call being written; `has_arguments` says whether any came yet."""

    place: int
    has_arguments: bool


class ChatWriter:
    """Writes one stream."""

    def __init__(self, style: Style) -> None:
        self._style = style
        self._head: dict[str, object] = {}
        self._open: Part | None = None
        self._call = OpenCall(-1, has_arguments=False)
        self._seals = 0

    def write(self, event: Event) -> bytes:
        """Give the bytes of one event; empty where the wire has none for it."""
        match event:
            case ReplyStart():
                return self._start(event)
            case PartStart():
                return self._start_part(event.part)
            case PartDelta():
                return self._grow_part(event)
            case PartEnd():
                return self._end_part()
            case ReplyEnd():
                return self._end(event)

    def _start(self, event: ReplyStart) -> bytes:
        self._head = {
            "id": event.id or self._style.id,
            "object": "chat.completion.chunk",
            "created": event.created_at or self._style.created_at,
            "model": event.model or self._style.model,
        }
        return self._delta({"role": "assistant", "content": ""})

    def _start_part(self, part: Part) -> bytes:
        self._open = part
        match part:
            case ToolCall():
                return self._start_call(part)
            case Text() | Thinking() | Refusal():
                return self._words(part, part.text)
            case _:  # an answer on this wire has no place for any other part
                return b""

    def _start_call(self, part: ToolCall) -> bytes:
        self._call = OpenCall(self._call.place + 1, has_arguments=bool(part.arguments))
        return self._delta({"tool_calls": [{"index": self._call.place, **write_call(part)}]})

    def _grow_part(self, event: PartDelta) -> bytes:
        match self._open:
            case ToolCall():
                self._call.has_arguments |= bool(event.text)
                return self._more_of_call(event.text, event.seal)
            case Thinking() as part:
                self._open = grow(part, event)
                return self._words(part, event.text)
            case Text() | Refusal() as part:
                return self._words(part, event.text)
            case _:  # every other part arrives whole
                return b""

    def _end_part(self) -> bytes:
        part, self._open = self._open, None
        if isinstance(part, ToolCall) and not self._call.has_arguments:
            return self._more_of_call("{}", None)
        if isinstance(part, Thinking) and part.seal is not None:
            detail = write_detail(part, part.seal, self._seals)
            self._seals += 1
            return self._delta({"reasoning_details": [detail]})
        return b""

    def _end(self, event: ReplyEnd) -> bytes:
        if event.fault is not None:
            return sse.frame(write_fault(event.fault, self._style.request_id))
        reason = write_stop(event.stop, has_calls=self._call.place >= 0)
        written = self._chunk([{"index": 0, "delta": {}, "finish_reason": reason}])
        if self._style.has_usage and event.usage is not None:
            written += self._chunk([], usage=write_usage(event.usage))
        return written + DONE

    def _words(self, part: Text | Thinking | Refusal, text: str) -> bytes:
        if not text:
            return b""
        match part:
            case Text():
                return self._delta({"content": text})
            case Thinking():
                return self._delta({self._style.reasoning_key or KEYS[0]: text})
            case Refusal():
                return self._delta({"refusal": text})

    def _more_of_call(self, text: str, seal: Seal | None) -> bytes:
        sealed = write_seal(seal)
        if not text and not sealed:
            return b""
        piece = {"index": self._call.place, "function": {"arguments": text}, **sealed}
        return self._delta({"tool_calls": [piece]})

    def _delta(self, delta: dict[str, object]) -> bytes:
        return self._chunk([{"index": 0, "delta": delta, "finish_reason": None}])

    def _chunk(self, choices: list[dict[str, object]], **more: object) -> bytes:
        return sse.frame(encoder.encode({**self._head, "choices": choices, **more}))
