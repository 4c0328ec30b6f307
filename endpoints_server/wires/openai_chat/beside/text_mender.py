"""Mender of a streamed completion: passes its events on, and sees to the counts and the end."""

import msgspec

from endpoints_server.domain.fault import Fault
from endpoints_server.domain.wire import Seen, Style
from endpoints_server.wires import sse
from endpoints_server.wires.body import DECODE_ERRORS
from endpoints_server.wires.openai_chat.beside.text_chunk import TextChunk, decode_text, note
from endpoints_server.wires.openai_chat.fault import (
    broken,
    broken_off,
    not_json,
    read_error,
)
from endpoints_server.wires.openai_chat.mender import DONE, is_json
from endpoints_server.wires.openai_error import write_fault


class TextMender:
    """Watches one stream of any number of completions."""

    def __init__(self, style: Style, event_bytes: int) -> None:
        self.seen = Seen()
        self._style = style
        self._splitter = sse.Splitter(event_bytes)
        self._open: dict[int, bool] = {}
        self._marker = DONE
        self._is_closed = False

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes and give those that may go to the caller now."""
        if self._is_over():
            return b""
        try:
            events = self._splitter.feed(data)
        except sse.Oversized:
            self.seen.fault = broken("The upstream sent an event that is too large.")
            return b""
        return b"".join([self._mend(event) for event in events])

    def close(self, fault: Fault | None = None) -> bytes:
        """Give what ends the stream: the end marker, or the fault as an error object."""
        if self._is_closed:
            return b""
        rest = self._splitter.close()
        passed = b"" if fault else self._mend_rest(rest)
        self._is_closed = True
        fault = fault or self.seen.fault or self._breakage(rest)
        if fault is None:
            return passed + self._marker
        self.seen.fault = self.seen.fault or fault
        return passed + sse.frame(write_fault(fault, self._style.request_id))

    def _is_over(self) -> bool:
        return self._is_closed or self.seen.is_ended or self.seen.fault is not None

    def _mend(self, event: bytes) -> bytes:
        payload = b"" if self._is_over() else sse.payload(event)
        if not payload:
            return b"" if self._is_over() else event
        if payload.startswith(b"[DONE]"):
            self.seen.is_ended = True
            self._marker = event
            return b""
        try:
            return self._pass(decode_text(payload), event, payload)
        except msgspec.ValidationError:  # valid JSON of a shape not known here may pass
            return event
        except DECODE_ERRORS:
            self.seen.fault = not_json()
            return b""

    def _pass(self, chunk: TextChunk, event: bytes, payload: bytes) -> bytes:
        if chunk.error:
            self.seen.fault = read_error(chunk.error, payload)
            return b""
        note(self.seen, chunk)
        for choice in chunk.choices or ():
            index = choice.index or 0
            self._open[index] = self._open.get(index, True) and not choice.finish_reason
        has_counts_alone = chunk.usage is not None and not chunk.choices
        return b"" if has_counts_alone and not self._style.has_usage else event

    def _mend_rest(self, rest: bytes) -> bytes:
        """Pass the last event, which lacks its blank line, if it is whole all the same."""
        payload = sse.payload(rest)
        if not (payload.startswith(b"[DONE]") or is_json(payload)):
            return b""
        return self._mend(rest.rstrip(b"\r\n") + b"\n\n")

    def _breakage(self, rest: bytes) -> Fault | None:
        """Give the fault of a stream with neither marker nor finish reasons."""
        if self.seen.is_ended or (self._open and not any(self._open.values())):
            return None
        return broken_off(rest, has_begun=bool(self._open))
