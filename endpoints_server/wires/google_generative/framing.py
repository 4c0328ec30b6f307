"""How a stream is told to its caller: as events, or as one JSON array."""

from urllib.parse import parse_qsl

from endpoints_server.wires.google_generative.decode import on_one_line
from endpoints_server.wires.sse import frame

EVENTS = "text/event-stream; charset=utf-8"
ARRAY = "application/json; charset=utf-8"
WISHES = {("alt", "sse"), ("$alt", "sse")}


def wants_events(query: str) -> bool:
    """Say whether a caller asked for events behind the path it called."""
    return not WISHES.isdisjoint(parse_qsl(query))


def stream_type(query: str) -> str:
    """Give the content type of a stream."""
    return EVENTS if wants_events(query) else ARRAY


class Framing:
    """Frames the elements of one stream."""

    def __init__(self, query: str) -> None:
        self.is_array = not wants_events(query)
        self._joint = b"["

    def frame(self, data: bytes) -> bytes:
        """Frame one element."""
        if not self.is_array:
            return frame(on_one_line(data))
        joint, self._joint = self._joint, b",\r\n"
        return joint + data

    def end(self) -> bytes:
        """Give what ends the stream behind its last element."""
        if not self.is_array:
            return b""
        return b"[]" if self._joint == b"[" else b"]"
