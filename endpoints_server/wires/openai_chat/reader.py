"""Reader: a stream's bytes become events."""

from endpoints_server.domain.fault import Fault
from endpoints_server.domain.talk.reply import Event
from endpoints_server.wires import sse
from endpoints_server.wires.body import DECODE_ERRORS
from endpoints_server.wires.openai_chat.assembler import Assembler
from endpoints_server.wires.openai_chat.fault import broken, broken_off, not_json, read_error
from endpoints_server.wires.openai_chat.reply_schema import NOTHING, decode_chunk, decode_loose


class ChatReader:
    """Reads one stream; a finish reason without an end marker is a fine end."""

    def __init__(self, event_bytes: int) -> None:
        self._splitter = sse.Splitter(event_bytes)
        self._assembler = Assembler()
        self._is_over = False

    def feed(self, data: bytes) -> list[Event]:
        """Take the next bytes and give the events they complete."""
        if self._is_over:
            return []
        try:
            whole = self._splitter.feed(data)
        except sse.Oversized:
            return self._end(broken("The upstream sent an event that is too large."))
        events: list[Event] = []
        for event in whole:
            events += self._take(sse.payload(event))
            if self._is_over:
                break
        return events

    def close(self) -> list[Event]:
        """Say that no more bytes come; gives the ReplyEnd if there was none."""
        if self._is_over:
            return []
        rest = self._splitter.close()
        payload = sse.payload(rest)
        is_cut = not is_object(payload) and not payload.startswith(b"[DONE]")
        events = [] if is_cut else self._take(payload)
        if self._is_over:
            return events
        if self._assembler.reason:
            return events + self._end()
        return events + self._end(broken_off(rest, has_begun=self._assembler.has_begun))

    def _take(self, payload: bytes) -> list[Event]:
        if not payload or payload == NOTHING:
            return []
        if payload.startswith(b"[DONE]"):
            return self._end()
        try:
            chunk = decode_chunk(payload)
        except DECODE_ERRORS:
            return self._end(not_json())
        if chunk.error:
            return self._end(read_error(chunk.error, payload))
        return self._assembler.take(chunk)

    def _end(self, fault: Fault | None = None) -> list[Event]:
        self._is_over = True
        return self._assembler.end(fault)


def is_object(payload: bytes) -> bool:
    """Say whether an event that lacks its blank line is complete all the same."""
    try:
        return isinstance(decode_loose(payload), dict)
    except DECODE_ERRORS:
        return False
