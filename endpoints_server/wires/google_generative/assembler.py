"""Builds events from what the elements of one answer say.

Parts come one after the other: words and reasoning in pieces, everything else whole. A signature on
reasoning or on a call is its seal; one on words seals reasoning that is not shown, and stands
behind them as a part of its own.
"""

import msgspec
from msgspec import Raw

from endpoints_server.domain.fault import Fault
from endpoints_server.domain.talk.prompt import Foreign, Part, Text, Thinking
from endpoints_server.domain.talk.reply import (
    Event,
    PartDelta,
    PartEnd,
    PartStart,
    ReplyEnd,
    ReplyStart,
    Stop,
)
from endpoints_server.wires.google_generative.calls import made_id, read_call, read_seal
from endpoints_server.wires.google_generative.decode import is_there
from endpoints_server.wires.google_generative.ending import read_block, read_stop, read_usage
from endpoints_server.wires.google_generative.schema import (
    ABSENT,
    NAME,
    Candidate,
    Chunk,
    FunctionCall,
    Object,
    Piece,
)


class Assembler:
    """Takes the elements of an answer's first candidate; `end` must be the last call."""

    def __init__(self) -> None:
        self.stop: Stop | None = None
        self._counts = ABSENT
        self._id = ""
        self._open: type[Part] | None = None
        self._sources: Object = {}
        self._count = 0
        self._is_sealed = False
        self._calls: set[str] = set()
        self._is_started = False
        self._events: list[Event] = []

    def take(self, chunk: Chunk, data: bytes) -> list[Event]:
        """Give the events of one element; `data` is its JSON, for parts that we do not know."""
        self._start(chunk)
        if chunk.usage_metadata:
            self._counts = chunk.usage_metadata
        for place, candidate in enumerate(chunk.candidates or ()):
            if not candidate.index:
                self._take_candidate(candidate, place, data)
        if chunk.prompt_feedback and not self.stop:
            self.stop = read_block(chunk.prompt_feedback)
        return self._give()

    def end(self, fault: Fault | None = None) -> list[Event]:
        """End what is open, and the answer."""
        self._start(Chunk())
        self._close_part()
        stop = None if fault else self.stop
        self._events.append(ReplyEnd(stop=stop, usage=read_usage(self._counts), fault=fault))
        return self._give()

    def _give(self) -> list[Event]:
        events, self._events = self._events, []
        return events

    def _start(self, chunk: Chunk) -> None:
        if not self._is_started:
            self._is_started = True
            self._id = chunk.response_id or ""
            self._events.append(ReplyStart(id=self._id, model=chunk.model_version or ""))

    def _take_candidate(self, candidate: Candidate, place: int, data: bytes) -> None:
        pieces = (candidate.content and candidate.content.parts) or ()
        self._sources = sources_of(candidate)
        for number, piece in enumerate(pieces):
            if piece.text is not None or (piece.thought_signature and not piece.function_call):
                self._say(piece)
            elif piece.function_call is not None:
                self._call(piece.function_call, piece.thought_signature)
            else:
                self._keep(data, place, number)
        self._note_sources()
        if candidate.finish_reason:
            self.stop = read_stop(candidate.finish_reason, has_calls=bool(self._calls))

    def _say(self, piece: Piece) -> None:
        kind = Thinking if piece.thought else Text
        text, signature = piece.text or "", piece.thought_signature
        if text:
            self._grow(kind, text)
        if not signature:
            return
        if not piece.thought:
            self._whole(Thinking(seal=read_seal(signature, is_redacted=True)))
        elif self._open is Thinking and not self._is_sealed:
            seal = read_seal(signature)
            self._events.append(PartDelta(index=self._count - 1, seal=seal))
            self._is_sealed = True
        else:
            self._whole(Thinking(seal=read_seal(signature)))

    def _grow(self, kind: type[Text | Thinking], text: str) -> None:
        if self._open is kind and not self._is_sealed:
            self._events.append(PartDelta(index=self._count - 1, text=text))
        else:
            self._open_part(kind(text=text))

    def _call(self, call: FunctionCall, signature: str | None) -> None:
        is_fresh = bool(call.id) and call.id not in self._calls
        id = call.id if call.id and is_fresh else made_id(self._id, self._count)
        self._calls.add(id)
        self._whole(read_call(call, id, signature))

    def _keep(self, data: bytes, place: int, number: int) -> None:
        value = part_at(data, place, number)
        if value:
            self._whole(Foreign(wire=NAME, value=value))

    def _note_sources(self) -> None:
        if self._sources and self._open is Text:
            extras = {NAME: self._sources}
            self._events.append(PartDelta(index=self._count - 1, extras=extras))
            self._sources = {}

    def _whole(self, part: Part) -> None:
        self._open_part(part)
        self._close_part()

    def _open_part(self, part: Part) -> None:
        self._close_part()
        self._events.append(PartStart(index=self._count, part=part))
        self._open, self._is_sealed = type(part), False
        self._count += 1

    def _close_part(self) -> None:
        self._note_sources()
        if self._open is not None:
            self._events.append(PartEnd(index=self._count - 1))
            self._open = None


def sources_of(candidate: Candidate) -> Object:
    """Give what is told about where the words of a candidate come from."""
    told = {
        "citationMetadata": candidate.citation_metadata,
        "groundingMetadata": candidate.grounding_metadata,
        "urlContextMetadata": candidate.url_context_metadata,
    }
    return {name: decoded(value) for name, value in told.items() if is_there(value)}


def part_at(data: bytes, place: int, number: int) -> Object:
    """Give a part as it came, under its kind; empty where it holds nothing."""
    candidates = msgspec.json.decode(data)["candidates"]
    part: Object = candidates[place]["content"]["parts"][number]
    kind = next((name for name, value in part.items() if isinstance(value, dict)), None)
    return {"type": kind, **part} if kind else {}


def decoded(value: Raw) -> object:
    """Decode a value of whatever shape."""
    told: object = msgspec.json.decode(value)
    return told
