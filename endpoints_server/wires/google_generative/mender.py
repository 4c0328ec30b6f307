"""Watches a stream go by on its own wire, and frames it the way its caller asked for.

Nothing inside an element is touched. There is no end marker, so that from the finish reason on the
last element is held back until the stream is closed or another one follows.
"""

import msgspec

from endpoints_server.domain.fault import Fault
from endpoints_server.domain.wire import Seen, Style
from endpoints_server.wires.body import DECODE_ERRORS
from endpoints_server.wires.decode import is_whole
from endpoints_server.wires.google_generative.cutting import Cutter, Element
from endpoints_server.wires.google_generative.decode import decode_chunk, is_there
from endpoints_server.wires.google_generative.fault import (
    CUT_OFF,
    NOT_JSON,
    OVERSIZED,
    read_error,
    write_fault,
)
from endpoints_server.wires.google_generative.framing import Framing
from endpoints_server.wires.google_generative.reader import DONE
from endpoints_server.wires.google_generative.schema import ABSENT
from endpoints_server.wires.google_generative.seen import note, note_usage
from endpoints_server.wires.sse import Oversized


class GenerativeMender:
    """Mends one stream; an element may not grow past `event_bytes`."""

    def __init__(self, style: Style, event_bytes: int) -> None:
        self.seen = Seen()
        self._style = style
        self._cutter = Cutter(event_bytes)
        self._framing = Framing(style.query)
        self._counts = ABSENT
        self._has_calls = False
        self._held = b""
        self._is_closed = False

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes and give those that may go to the caller now."""
        if self.seen.fault or self._is_closed:
            return b""
        is_cut = bool(self._cutter.rest or self._held)
        try:
            elements = self._cutter.feed(data)
        except Oversized:
            self.seen.fault = OVERSIZED
            return b""
        passed = [self._mend(element) for element in elements]
        is_clean = all(
            mended is element.came for mended, element in zip(passed, elements, strict=True)
        )
        if is_clean and passed and not (is_cut or self._cutter.rest):
            return data
        return b"".join(passed)

    def close(self, fault: Fault | None = None) -> bytes:
        """Give what ends the stream: the element held back, or the fault as an element."""
        if self._is_closed:
            return b""
        passed = b"" if fault else self._mend_rest()
        self._is_closed = True
        note_usage(self.seen, self._counts)
        fault = fault or self.seen.fault or (None if self.seen.stop else CUT_OFF)
        if fault:
            self.seen.fault = self.seen.fault or fault
            written = self._framing.frame(write_fault(fault, self._style.request_id))
            return passed + written + self._framing.end()
        self.seen.is_ended = True
        return passed + self._held + self._framing.end()

    def _mend_rest(self) -> bytes:
        """Pass the last element, which lacks its end, if it is whole all the same."""
        rest = self._cutter.close()
        if self.seen.fault or not is_whole(rest.data):
            return b""
        return self._mend(Element(rest.data, rest.came.rstrip(b"\r\n") + b"\n\n"))

    def _mend(self, element: Element) -> bytes:
        if self.seen.fault or element.data == DONE:
            return b""
        if not element.data:
            return b"" if self._framing.is_array else element.came
        try:
            chunk = decode_chunk(element.data)
        except msgspec.ValidationError:  # valid JSON of a shape not known here may pass
            return self._pass(element)
        except DECODE_ERRORS:
            self.seen.fault = NOT_JSON
            return b""
        if is_there(chunk.error):
            self.seen.fault = read_error(element.data)
            return b""
        if chunk.usage_metadata:
            self._counts = chunk.usage_metadata
        self._has_calls = note(self.seen, chunk, has_calls=self._has_calls)
        return self._pass(element)

    def _pass(self, element: Element) -> bytes:
        is_framed = self._cutter.is_array is False and not self._framing.is_array
        framed = element.came if is_framed else self._framing.frame(element.data)
        if self.seen.stop is None:
            return framed
        released, self._held = self._held, framed
        return released
