"""A stream's bytes become events.

There is no end marker: a stream is over when its bytes stop, and whole if a finish reason came.
"""

from endpoints_server.domain.fault import Fault
from endpoints_server.domain.talk.reply import Event
from endpoints_server.wires.body import DECODE_ERRORS
from endpoints_server.wires.decode import is_whole
from endpoints_server.wires.google_generative.assembler import Assembler
from endpoints_server.wires.google_generative.cutting import Cutter
from endpoints_server.wires.google_generative.decode import decode_chunk, is_there
from endpoints_server.wires.google_generative.fault import (
    CUT_OFF,
    NOT_JSON,
    OVERSIZED,
    read_error,
)
from endpoints_server.wires.sse import Oversized

DONE = b"[DONE]"
"""The end marker of another wire, which some proxies write on this one too."""


class GenerativeReader:
    """Reads one stream; an element may not grow past `event_bytes`."""

    def __init__(self, event_bytes: int) -> None:
        self._cutter = Cutter(event_bytes)
        self._assembler = Assembler()
        self._is_over = False

    def feed(self, data: bytes) -> list[Event]:
        """Take the next bytes and give the events they complete."""
        if self._is_over:
            return []
        try:
            elements = self._cutter.feed(data)
        except Oversized:
            return self._end(OVERSIZED)
        events: list[Event] = []
        for element in elements:
            events += self._take(element.data)
            if self._is_over:
                break
        return events

    def close(self) -> list[Event]:
        """Say that no more bytes come; an element that lacks its end still counts if whole."""
        if self._is_over:
            return []
        rest = self._cutter.close().data
        events = self._take(rest) if is_whole(rest) else []
        if self._is_over:
            return events
        return events + self._end(None if self._assembler.stop else CUT_OFF)

    def _take(self, data: bytes) -> list[Event]:
        if not data or data == DONE:
            return []
        try:
            chunk = decode_chunk(data)
            if is_there(chunk.error):
                return self._end(read_error(data))
            return self._assembler.take(chunk, data)
        except DECODE_ERRORS:
            return self._end(NOT_JSON)

    def _end(self, fault: Fault | None) -> list[Event]:
        self._is_over = True
        return self._assembler.end(fault)
