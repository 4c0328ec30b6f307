"""The caller's end of a call made from the terminal: it prints the answer as it comes."""

import msgspec
import rich_click as click
from msgspec import Struct

from endpoints_server.calls.delivery import Headers
from endpoints_server.domain.scrub import scrub
from endpoints_server.domain.talk.prompt import Refusal, Text, Thinking
from endpoints_server.domain.talk.reply import Event, PartDelta, PartStart, ReplyEnd, Stop, unfold
from endpoints_server.domain.wire import Wire

LARGEST_EVENT_BYTES = 4 * 1024 * 1024
LONGEST_WORDS = 500


class Words(Struct):
    """What a refusal says."""

    message: str


class Refused(Struct):
    """A refusal, which has its words at the same place in every wire."""

    error: Words


class Listener:
    """Reads an answer in its wire; `refusal` says what kept it from being whole."""

    def __init__(self, wire: Wire, *, is_silent: bool) -> None:
        self.is_started = False
        self.texts: list[str] = []
        self.has_thought = False
        self.stop: Stop | None = None
        self.refusal = ""
        self._wire = wire
        self._is_silent = is_silent
        self._reader = wire.reader(LARGEST_EVENT_BYTES)
        self._status = 0
        self._headers: dict[str, str] = {}
        self._body = b""
        self._spoken: set[int] = set()

    async def start(self, status: int, headers: Headers) -> None:
        """Learn whether this is an answer, and whether it streams."""
        self.is_started = True
        self._status = status
        self._headers = {name.decode(): value.decode("latin-1") for name, value in headers}

    async def write(self, body: bytes) -> None:
        """Take bytes as they come."""
        if self._is_stream():
            self.take(self._reader.feed(body))
        else:
            self._body += body

    async def end(self, body: bytes) -> None:
        """Take the last bytes."""
        await self.write(body)
        if self._is_stream():
            self.take(self._reader.close())
        elif self._status == 200:
            self.take(unfold(self._wire.read_reply(self._body)))
        else:
            self.refusal = words_in(self._body)

    def take(self, events: list[Event]) -> None:
        """Print the words among the events."""
        for event in events:
            match event:
                case PartStart(part=Text() | Refusal() as part):
                    self._spoken.add(event.index)
                    self.say(part.text)
                case PartStart(part=Thinking()):
                    self.has_thought = True
                case PartDelta() if event.index in self._spoken:
                    self.say(event.text)
                case ReplyEnd(fault=fault, stop=stop):
                    self.stop = stop
                    self.refusal = fault.message if fault else ""
                case _:  # tool calls are counted, not printed
                    continue

    def say(self, text: str) -> None:
        """Keep words, and print them unless somebody wants JSON."""
        self.texts.append(text)
        if not self._is_silent:
            click.echo(text, nl=False)

    def _is_stream(self) -> bool:
        return self._headers.get("content-type", "").startswith("text/event-stream")


def words_in(body: bytes) -> str:
    """Give the words of a refusal; an upstream's own may have a shape of its own."""
    try:
        return msgspec.json.decode(body, type=Refused).error.message
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return scrub(body.decode(errors="replace")[:LONGEST_WORDS])
