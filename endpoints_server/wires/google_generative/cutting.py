"""A stream's bytes are cut into its elements: events, or the items of one JSON array."""

import re

from msgspec import Struct

from endpoints_server.wires.sse import Oversized, Splitter, payload

TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|["{}\[\]]', re.DOTALL)
"""A whole string, or what opens and closes; a lone quote opens a string that is still coming."""

OPENING, CLOSING = b"{[", b"}]"


class Element(Struct, gc=False):
    """One element: its JSON, empty for a comment, and the bytes it came in."""

    data: bytes
    came: bytes


class Cutter:
    """Cuts one stream; how it is framed is told by its first byte."""

    def __init__(self, event_bytes: int) -> None:
        self.is_array: bool | None = None
        self._splitter = Splitter(event_bytes)
        self._items = Items(event_bytes)

    @property
    def rest(self) -> bytes:
        """What has come of the element that is still open."""
        return self._items.rest if self.is_array else self._splitter.rest

    def feed(self, data: bytes) -> list[Element]:
        """Give the elements that these bytes complete; raises Oversized."""
        if self.is_array is None:
            start = data.lstrip()[:1]
            if not start:
                return []
            self.is_array = start == b"["
        if self.is_array:
            return [Element(item, item) for item in self._items.feed(data)]
        return [Element(payload(event), event) for event in self._splitter.feed(data)]

    def close(self) -> Element:
        """Give what came last, which lacks its end."""
        if self.is_array:
            return Element(self._items.rest, self._items.rest)
        rest = self._splitter.close()
        return Element(payload(rest), rest)


class Items:
    """Cuts a JSON array into its items as they come."""

    def __init__(self, event_bytes: int) -> None:
        self.event_bytes = event_bytes
        self.rest = b""
        self._depth = 0
        self._start = 0
        self._seen = 0

    def feed(self, data: bytes) -> list[bytes]:
        """Give the items that these bytes complete; raises Oversized."""
        self.rest += data
        items: list[bytes] = []
        buffer, cut = self.rest, 0
        for token in TOKEN.finditer(buffer, self._seen):
            mark = token[0]
            if mark == b'"':
                self._seen = token.start()
                break
            self._seen = token.end()
            if mark in OPENING:
                self._depth += 1
                if self._depth == 2:
                    self._start = token.start()
            elif mark in CLOSING:
                self._depth -= 1
                if self._depth == 1:
                    items.append(buffer[self._start : token.end()])
                    cut = token.end()
        else:
            self._seen = len(buffer)
        self._drop(cut)
        return items

    def _drop(self, cut: int) -> None:
        self.rest = self.rest[cut:]
        self._start -= cut
        self._seen -= cut
        if len(self.rest) > self.event_bytes:
            raise Oversized
