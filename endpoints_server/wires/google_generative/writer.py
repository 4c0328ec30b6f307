"""Events become a stream's bytes: words as they come, calls when they are whole.

A seal is held for what follows it: some clients send back no more than the element with the calls.
"""

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from endpoints_server.domain.talk.prompt import Extras, Part, Refusal, Text, Thinking, ToolCall
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
from endpoints_server.wires.google_generative.calls import signature_of, write_call
from endpoints_server.wires.google_generative.ending import write_stop, write_usage
from endpoints_server.wires.google_generative.fault import write_fault
from endpoints_server.wires.google_generative.framing import Framing
from endpoints_server.wires.google_generative.schema import NAME, Object
from endpoints_server.wires.google_generative.write_part import write_part

TEXT = b'{"candidates":[{"content":{"parts":[{"text":'
AFTER_TEXT = b'}],"role":"model"},"index":0}],'
AFTER_THOUGHT = b',"thought":true}],"role":"model"},"index":0}],'

Extra = Mapping[str, object]
NOTHING: Extra = MappingProxyType({})

encoder = msgspec.json.Encoder()


class GenerativeWriter:
    """Writes one stream."""

    def __init__(self, style: Style) -> None:
        self._style = style
        self._framing = Framing(style.query)
        self._parts: dict[int, Part] = {}
        self._held: list[Object] = []
        self._tail = tail_of("", "", style)

    def write(self, event: Event) -> bytes:
        """Give the bytes of one event; empty where the wire has none for it."""
        match event:
            case PartDelta():
                return self._more(self._parts[event.index], event)
            case PartStart():
                return self._begin(event)
            case PartEnd():
                return self._finish(self._parts.pop(event.index))
            case ReplyStart():
                self._tail = tail_of(event.id, event.model, self._style)
                return b""
            case ReplyEnd():
                return self._end(event)

    def _begin(self, event: PartStart) -> bytes:
        part = self._parts[event.index] = event.part
        match part:
            case Text() | Refusal():
                return self._words(part.text) + self._sources(getattr(part, "extras", {}))
            case Thinking() if not (part.text or part.seal):
                return b""
            case ToolCall():
                return b""
            case Thinking() if part.seal:
                self._held += [written] if (written := write_part(part)) else []
                return b""
            case _:  # the rest is whole, or its first piece is
                written = write_part(part)
                return self._chunk([written]) if written else b""

    def _more(self, part: Part, event: PartDelta) -> bytes:
        match part:
            case Text() | Refusal():
                return self._words(event.text) + self._sources(event.extras)
            case Thinking():
                return self._thoughts(event)
            case ToolCall():
                self._parts[event.index] = grow(part, event)
                return b""
            case _:  # it was whole when it began
                return b""

    def _finish(self, part: Part) -> bytes:
        return self._chunk([write_call(part)]) if isinstance(part, ToolCall) else b""

    def _words(self, text: str) -> bytes:
        if not text:
            return b""
        told = self._framing.frame(TEXT + encoder.encode(text) + AFTER_TEXT + self._tail)
        return self._release() + told if self._held else told

    def _thoughts(self, event: PartDelta) -> bytes:
        written = b""
        if event.text:
            data = TEXT + encoder.encode(event.text) + AFTER_THOUGHT + self._tail
            written = self._release() + self._framing.frame(data)
        if signature := signature_of(event.seal):
            self._held.append({"text": "", "thought": True, "thoughtSignature": signature})
        return written

    def _release(self) -> bytes:
        """Tell what is held, as something else follows than a call."""
        return self._chunk([]) if self._held else b""

    def _sources(self, extras: Extras) -> bytes:
        told = extras.get(NAME)
        return self._chunk([{"text": ""}], told) if told else b""

    def _end(self, event: ReplyEnd) -> bytes:
        written = b"".join(self.write(PartEnd(index=index)) for index in list(self._parts))
        if event.fault:
            fault = write_fault(event.fault, self._style.request_id)
            return self._framing.frame(fault) + self._framing.end()
        usage: Object = {"usageMetadata": write_usage(event.usage)} if event.usage else {}
        written += self._chunk([{"text": ""}], {"finishReason": write_stop(event.stop)}, usage)
        return written + self._framing.end()

    def _chunk(
        self, parts: list[Object], beside: Extra = NOTHING, around: Extra = NOTHING
    ) -> bytes:
        parts, self._held = [*self._held, *parts], []
        candidate = {"content": {"parts": parts, "role": "model"}, "index": 0, **beside}
        told = encoder.encode({"candidates": [candidate], **around})
        return self._framing.frame(told[:-1] + b"," + self._tail)


def tail_of(id: str, model: str, style: Style) -> bytes:
    """Write what every element ends in: which model answers, and under which id."""
    told = {"modelVersion": model or style.model, "responseId": id or style.id}
    return encoder.encode(told)[1:]
