"""A part of a streamed answer that is still coming, and the order in which parts are told.

The first strand is open: its pieces become events at once. What comes for a later one waits until
the earlier ones have ended, as parts are told one after the other.
"""

from collections import deque

from msgspec import Struct, field

from endpoints_server.domain.talk.prompt import Extras, Part, Seal, ToolCall
from endpoints_server.domain.talk.reply import Event, PartDelta, PartEnd, PartStart


class Strand(Struct, eq=False):
    """One part; `length` counts the characters told of it, `kind` names what tells them."""

    index: int
    length: int = 0
    kind: str = ""
    place: int = 0
    waiting: list[Event] = field(default_factory=list)
    is_ended: bool = False


class Strands:
    """The parts of one answer."""

    def __init__(self) -> None:
        self.count = 0
        self.has_calls = False
        self._queue: deque[Strand] = deque()

    def open(self, part: Part) -> Strand:
        """Begin a part."""
        strand = Strand(index=self.count)
        self.count += 1
        self.has_calls = self.has_calls or isinstance(part, ToolCall)
        strand.waiting.append(PartStart(index=strand.index, part=part))
        self._queue.append(strand)
        return strand

    def grow(
        self, strand: Strand, text: str, seal: Seal | None = None, extras: Extras | None = None
    ) -> None:
        """Add to a part."""
        if strand.is_ended or not (text or seal or extras):
            return
        strand.length += len(text)
        strand.waiting.append(
            PartDelta(index=strand.index, text=text, seal=seal, extras=extras or {})
        )

    def end(self, strand: Strand) -> None:
        """Say that a part is whole."""
        if not strand.is_ended:
            strand.is_ended = True
            strand.waiting.append(PartEnd(index=strand.index))

    def release(self) -> list[Event]:
        """Give all that may be told by now."""
        told: list[Event] = []
        while self._queue:
            first = self._queue[0]
            if first.waiting:
                told += first.waiting
                first.waiting = []
            if not first.is_ended:
                break
            self._queue.popleft()
        return told

    def end_all(self) -> list[Event]:
        """End what is open, and give all that was not told yet."""
        for strand in self._queue:
            self.end(strand)
        return self.release()
