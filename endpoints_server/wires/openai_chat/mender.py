"""Mender: watches a stream go by and rewrites only what breaks strict clients.

The clean path decodes an event once and passes its own bytes. What is rewritten: a first delta
without a role, pieces of tool calls as `calls` tells them, entries of reasoning without an index,
reasoning in another field than the chosen one, counts nobody asked for, and an end that lacks its
finish reason or its marker.
"""

import msgspec
from msgspec import Struct

from endpoints_server.domain.fault import Fault
from endpoints_server.domain.wire import Seen, Style
from endpoints_server.wires import sse
from endpoints_server.wires.body import DECODE_ERRORS
from endpoints_server.wires.number import whole
from endpoints_server.wires.openai_chat.calls import Calls, Draft, is_clean
from endpoints_server.wires.openai_chat.ending import (
    counts_in,
    read_cost,
    read_stop,
    read_usage,
    write_usage,
)
from endpoints_server.wires.openai_chat.fault import (
    broken,
    broken_off,
    not_json,
    read_error,
)
from endpoints_server.wires.openai_chat.reasoning import is_elsewhere
from endpoints_server.wires.openai_chat.repair import Repair, number, rewritten
from endpoints_server.wires.openai_chat.reply_schema import (
    NOTHING,
    Choice,
    Chunk,
    Delta,
    decode_chunk,
)
from endpoints_server.wires.openai_chat.seen import note_delta
from endpoints_server.wires.openai_error import write_fault

DONE = sse.frame(b"[DONE]")


class Track(Struct, eq=False):
    """One of the answers in a stream."""

    calls: Calls
    kinds: list[str] = []
    has_role: bool = False
    reason: str = ""


class ChatMender:
    """Mends one stream of any number of choices."""

    def __init__(self, style: Style, event_bytes: int) -> None:
        self.seen = Seen()
        self._style = style
        self._splitter = sse.Splitter(event_bytes)
        self._tracks: dict[int, Track] = {}
        self._id = ""
        self._created_at = 0
        self._has_told_usage = False
        self._marker = b""
        self._rest = b""
        self._is_closed = False

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes and give those that may go to the caller now."""
        if self._is_over():
            return b""
        splitter = self._splitter
        is_clean_cut = not splitter.rest
        try:
            events = splitter.feed(data)
        except sse.Oversized:
            self.seen.fault = broken("The upstream sent an event that is too large.")
            return b""
        passed = [self._mend(event) for event in events]
        if is_clean_cut and not splitter.rest and passed == events:
            return data
        return b"".join(passed)

    def close(self, fault: Fault | None = None) -> bytes:
        """Give what ends the stream: the end marker, or the fault as an error object."""
        if self._is_closed:
            return b""
        passed = b"" if fault else self._mend_rest()
        self._is_closed = True
        fault = fault or self.seen.fault or self._breakage()
        if fault is not None:
            self.seen.fault = self.seen.fault or fault
            return passed + sse.frame(write_fault(fault, self._style.request_id))
        reasons = self._missing_reasons()
        return passed + reasons + self._missing_usage(reasons) + (self._marker or DONE)

    def _is_over(self) -> bool:
        return self._is_closed or self.seen.is_ended or self.seen.fault is not None

    def _mend(self, event: bytes) -> bytes:
        payload = b"" if self._is_over() else sse.payload(event)
        if not payload or payload == NOTHING:
            return b"" if payload or self._is_over() else event
        if payload.startswith(b"[DONE]"):
            self.seen.is_ended = True
            self._marker = event
            return b""
        try:
            chunk = decode_chunk(payload)
        except msgspec.ValidationError:  # valid JSON of a shape not known here may pass
            return event
        except DECODE_ERRORS:
            self.seen.fault = not_json()
            return b""
        if chunk.error:
            self.seen.fault = read_error(chunk.error, payload)
            return b""
        return self._mend_chunk(chunk, event, payload)

    def _mend_chunk(self, chunk: Chunk, event: bytes, payload: bytes) -> bytes:
        has_counts = chunk.usage is not None or chunk.x_groq is not None
        if not has_counts and self._is_plain(chunk.choices):
            self._has_told_usage = False
            return event
        if not self._id:
            self._note_head(chunk)
        if has_counts:
            self._note_usage(chunk)
        self._has_told_usage = chunk.usage is not None
        if not chunk.choices:
            is_unasked = chunk.usage is not None and not self._style.has_usage
            return b"" if is_unasked else event
        repairs = [self._take(choice) for choice in chunk.choices]
        return self._repaired(payload, repairs) if any(repairs) else event

    def _repaired(self, payload: bytes, repairs: list[Repair | None]) -> bytes:
        try:
            return sse.frame(rewritten(payload, repairs))
        except DECODE_ERRORS:  # what our shape passes over is broken
            self.seen.fault = not_json()
            return b""

    def _is_plain(self, choices: list[Choice] | None) -> bool:
        """Note a piece that only continues a known answer's words; says whether it was one.

        Nearly all chunks are such, and this is all that is done with them.
        """
        if not choices or len(choices) > 1 or choices[0].index not in self._tracks or not self._id:
            return False
        choice, delta = choices[0], choices[0].delta
        if delta is None or not delta.content or choice.finish_reason or choice.usage is not None:
            return False
        if delta.tool_calls or delta.function_call is not None or delta.reasoning_details:
            return False
        if is_elsewhere(delta, self._style.reasoning_key):
            return False
        note_delta(self.seen.texts, delta)
        return True

    def _note_head(self, chunk: Chunk) -> None:
        self._id = chunk.id or ""
        self._created_at = whole(chunk.created)
        self.seen.model = self.seen.model or chunk.model or ""

    def _note_usage(self, chunk: Chunk) -> None:
        counts = counts_in(chunk)
        if counts is not None:
            self.seen.usage = read_usage(counts) or self.seen.usage
            reported = read_cost(counts)
            if reported is not None:
                self.seen.reported_cost_nano_usd = reported

    def _take(self, choice: Choice) -> Repair | None:
        track = self._tracks.get(choice.index or 0)
        if track is None:
            track = self._tracks[choice.index or 0] = Track(Calls())
        if choice.usage is not None:
            self._note_usage(Chunk(choices=[choice]))
        repair = self._take_delta(choice, choice.delta, track) if choice.delta else None
        if choice.finish_reason:
            self._note_reason(choice.finish_reason, choice.index or 0, track)
        return repair

    def _take_delta(self, choice: Choice, delta: Delta, track: Track) -> Repair | None:
        note_delta(self.seen.texts, delta)
        lacks_role = not track.has_role and not delta.role
        track.has_role = True
        pieces = self._take_calls(delta, choice.index or 0, track) if delta.tool_calls else None
        details = number(delta.reasoning_details, track.kinds) if delta.reasoning_details else None
        key = self._style.reasoning_key if is_elsewhere(delta, self._style.reasoning_key) else ""
        if not (lacks_role or pieces or details or key or choice.index is None):
            return None
        return Repair(lacks_role=lacks_role, pieces=pieces or [], details=details or [], key=key)

    def _note_reason(self, reason: str, index: int, track: Track) -> None:
        track.reason = reason
        if index == 0:
            self.seen.stop = read_stop(reason, has_calls=bool(track.calls.drafts))

    def _take_calls(self, delta: Delta, index: int, track: Track) -> list[tuple[Draft, bool]]:
        """Follow the pieces of tool calls; gives what each belongs to if any needs repair."""
        identity = f"{self._id or self._style.id}:{self._created_at}:{index}"
        pieces: list[tuple[Draft, bool]] = []
        is_fine = True
        for piece in delta.tool_calls or ():
            draft, is_first, _ = track.calls.take(piece, identity)
            is_fine = is_fine and is_clean(piece, draft, is_first=is_first)
            pieces.append((draft, is_first))
        return [] if is_fine else pieces

    def _mend_rest(self) -> bytes:
        """Pass the last event, which lacks its blank line, if it is whole all the same."""
        rest = self._rest = self._splitter.close()
        payload = sse.payload(rest)
        if self._is_over() or not (payload.startswith(b"[DONE]") or is_json(payload)):
            return b""
        return self._mend(rest.rstrip(b"\r\n") + b"\n\n")

    def _breakage(self) -> Fault | None:
        """Give the fault of a stream with neither marker nor finish reasons."""
        tracks = self._tracks.values()
        if self.seen.is_ended or (tracks and all(track.reason for track in tracks)):
            return None
        return broken_off(self._rest, has_begun=bool(tracks))

    def _missing_reasons(self) -> bytes:
        written = b""
        for index, track in self._tracks.items():
            if not track.reason:
                reason = "tool_calls" if track.calls.drafts else "stop"
                self._note_reason(reason, index, track)
                written += self._final_chunk(index, reason)
        return written

    def _missing_usage(self, reasons: bytes) -> bytes:
        """Tell usage that was asked for where clients look: in the last chunk of all."""
        is_told = self._has_told_usage and not reasons
        if is_told or self.seen.usage is None or not self._style.has_usage:
            return b""
        return self._chunk(choices=[], usage=write_usage(self.seen.usage))

    def _final_chunk(self, index: int, reason: str) -> bytes:
        return self._chunk(choices=[{"index": index, "delta": {}, "finish_reason": reason}])

    def _chunk(self, **fields: object) -> bytes:
        chunk = {
            "id": self._id or self._style.id,
            "object": "chat.completion.chunk",
            "created": self._created_at or self._style.created_at,
            "model": self.seen.model or self._style.model,
            **fields,
        }
        return sse.frame(msgspec.json.encode(chunk))


def is_json(payload: bytes) -> bool:
    """Say whether a payload is complete JSON."""
    try:
        decode_chunk(payload)
    except msgspec.ValidationError:
        return True
    except DECODE_ERRORS:
        return False
    return True
