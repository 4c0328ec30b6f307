"""Carry an answer across wires through the canonical form."""

from typing import TypeGuard

from endpoints_server.calls.answer.meter import observe
from endpoints_server.domain.fault import Fault
from endpoints_server.domain.talk.reply import Event, PartDelta, Reply, ReplyEnd, fold, unfold
from endpoints_server.domain.talk.tags import Tags
from endpoints_server.domain.wire import Reader, Seen, Writer


class Translator:
    """A Reader of one wire and a Writer of another, in the shape of a Mender.

    The ReplyEnd is held back for `close`, so that whatever ends the stream for the caller goes out
    only after the entry is durable.
    """

    def __init__(self, reader: Reader, writer: Writer) -> None:
        self.reader = reader
        self.writer = writer
        self.seen = Seen()
        self.ending: ReplyEnd | None = None

    def feed(self, data: bytes) -> bytes:
        """Translate the next bytes."""
        return self.pass_on(self.reader.feed(data))

    def close(self, fault: Fault | None = None) -> bytes:
        """End the stream: as the upstream did, or with the fault that cut it off."""
        passed = b"" if self.ending else self.pass_on(self.reader.close())
        ending = self.ending or ReplyEnd()
        if fault is None:
            return passed + self.writer.write(ending)
        self.seen.fault = fault
        return self.writer.write(ReplyEnd(fault=fault, usage=ending.usage))

    def pass_on(self, events: list[Event]) -> bytes:
        """Write all events but the last of the reply, and note what they tell."""
        written: list[bytes] = []
        for event in joined(events):
            observe(self.seen, event)
            if isinstance(event, ReplyEnd):
                self.ending = event
            else:
                written.append(self.writer.write(event))
        return b"".join(written)


class Untagging:
    """A Reader of a wire whose upstream puts reasoning between tags."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.tags = Tags()

    def feed(self, data: bytes) -> list[Event]:
        """Take the next bytes and give the events they complete."""
        return self.tags.feed(self.reader.feed(data))

    def close(self) -> list[Event]:
        """Say that no more bytes come."""
        return self.tags.feed(self.reader.close())


def joined(events: list[Event]) -> list[Event]:
    """Join the pieces of one part that came at once, as if the upstream had sent them together."""
    kept: list[Event] = []
    for event in events:
        last = kept[-1] if kept else None
        if is_words(event) and is_words(last) and last.index == event.index:
            kept[-1] = PartDelta(index=event.index, text=last.text + event.text)
        else:
            kept.append(event)
    return kept


def is_words(event: Event | None) -> TypeGuard[PartDelta]:
    """Say whether an event is nothing but more words of a part."""
    return isinstance(event, PartDelta) and not event.seal and not event.extras


def read_stream(reader: Reader, body: bytes) -> Reply:
    """Read a whole streamed answer as one reply."""
    return fold([*reader.feed(body), *reader.close()])


def write_stream(reply: Reply, writer: Writer) -> tuple[bytes, bytes]:
    """Tell a whole reply as a stream: what comes before the end, and the end."""
    *events, ending = unfold(reply)
    return b"".join(writer.write(event) for event in events), writer.write(ending)
