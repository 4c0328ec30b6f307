"""Server-sent events, incrementally: bytes into whole events, and an event's payload."""

import re

BLANK_LINE = re.compile(rb"\r\n\r\n|\n\n|\r\r|\n\r\n")
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Oversized(Exception):
    """An event grew past the bound."""


class Splitter:
    """Cuts a stream into whole events, each with the blank line that ends it.

    Joined together the events are the bytes that came. `rest` is the event that is still open.
    """

    def __init__(self, event_bytes: int) -> None:
        self.event_bytes = event_bytes
        self.rest = b""

    def feed(self, data: bytes) -> list[bytes]:
        """Give the events that these bytes complete; raises Oversized."""
        buffer = self.rest + data if self.rest else data
        events = cut_plain(buffer, line_end_of(buffer))
        self.rest = events.pop()
        if len(self.rest) > self.event_bytes:
            raise Oversized
        if len(buffer) > self.event_bytes and any(len(e) > self.event_bytes for e in events):
            raise Oversized
        return events

    def close(self) -> bytes:
        """Give the open event, which lacks its blank line, or nothing."""
        rest, self.rest = self.rest, b""
        return rest


def line_end_of(buffer: bytes) -> bytes:
    """Tell how all lines end; empty where they end in different ways."""
    if b"\r" not in buffer:
        return b"\n"
    count = buffer.count(b"\r\n")
    return b"\r\n" if count == buffer.count(b"\n") == buffer.count(b"\r") else b""


def cut_plain(buffer: bytes, line_end: bytes) -> list[bytes]:
    """Cut where all lines end in the same way; the last piece is the open event."""
    if not line_end:
        return cut_any(buffer)
    blank_line = line_end + line_end
    pieces = buffer.split(blank_line)
    rest = pieces.pop()
    if len(pieces) == 1 and not rest:
        return [buffer, rest]
    events = [piece + blank_line for piece in pieces]
    events.append(rest)
    return events


def cut_any(buffer: bytes) -> list[bytes]:
    """Cut at blank lines of any kind; the last piece is the open event."""
    events: list[bytes] = []
    start = 0
    for match in BLANK_LINE.finditer(buffer):
        events.append(buffer[start : match.end()])
        start = match.end()
    events.append(buffer[start:])
    return events


def payload(event: bytes) -> bytes:
    """Give the data of an event, several data lines joined; empty for comments and the like."""
    if event.startswith(b"data: ") and event.endswith(b"\n\n") and event.count(b"\n") == 2:
        return event[6:-2]
    if event.startswith(b"data: ") and event.endswith(b"\r\n\r\n") and event.count(b"\n") == 2:
        return event[6:-4]
    lines = event.removeprefix(BYTE_ORDER_MARK).splitlines()
    data = [line[5:].removeprefix(b" ") for line in lines if line.startswith(b"data:")]
    return b"\n".join(data)


def frame(data: bytes, name: bytes = b"") -> bytes:
    """Write one event; the name is left out where it is empty."""
    if name:
        return b"event: " + name + b"\ndata: " + data + b"\n\n"
    return b"data: " + data + b"\n\n"
