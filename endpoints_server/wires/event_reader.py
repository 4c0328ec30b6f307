"""Reading server-sent events one by one, as more than one wire does it."""

from abc import ABC, abstractmethod

from endpoints_server.domain.fault import Fault
from endpoints_server.domain.talk.reply import Event
from endpoints_server.wires.decode import is_whole
from endpoints_server.wires.sse import Oversized, Splitter, payload


class EventReader(ABC):
    """Feeds a stream to `_read` by the data of its events; nothing counts once it is over.

    Where an event grows past `event_bytes`, the reply ends with `oversized`.
    """

    def __init__(self, event_bytes: int, oversized: Fault) -> None:
        self._splitter = Splitter(event_bytes)
        self._oversized = oversized
        self._is_over = False

    def feed(self, data: bytes) -> list[Event]:
        """Take the next bytes and give the events they complete."""
        if self._is_over:
            return []
        try:
            found = self._splitter.feed(data)
        except Oversized:
            return self._end(self._oversized)
        events: list[Event] = []
        for each in found:
            events += self._read(payload(each))
        return events

    def close(self) -> list[Event]:
        """Say that no more bytes come; an event that lacks its blank line still counts if whole."""
        rest = payload(self._splitter.close())
        events = self._read(rest) if is_whole(rest) else []
        return events if self._is_over else events + self._stop_short()

    @abstractmethod
    def _read(self, data: bytes) -> list[Event]:
        """Tell what an event says."""

    @abstractmethod
    def _stop_short(self) -> list[Event]:
        """End the reply where its bytes stop."""

    @abstractmethod
    def _end(self, fault: Fault | None) -> list[Event]:
        """End the reply, and say that it is over."""
