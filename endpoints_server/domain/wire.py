"""A wire as a record of functions, and the three machines it provides for streams."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Protocol

from msgspec import Struct, field

from endpoints_server.domain.dialect import Dialect
from endpoints_server.domain.fault import Fault
from endpoints_server.domain.money.estimate import estimate_tokens
from endpoints_server.domain.money.usage import Usage
from endpoints_server.domain.talk.crossing import Loss
from endpoints_server.domain.talk.prompt import Prompt, texts_of
from endpoints_server.domain.talk.reply import Event, Reply, Stop


class Operation(StrEnum):
    """What a path asks for."""

    CHAT = "chat"
    COUNT = "count_tokens"
    EMBED = "embeddings"
    COMPLETE = "completions"


class Entrance(Struct, frozen=True):
    """What a path of a wire asks for; `is_stream` is None where the body says so, not the path."""

    operation: Operation
    is_stream: bool | None = None


class Target(Struct, frozen=True, kw_only=True):
    """What is called of an endpoint: some addresses name the model and say whether it streams."""

    operation: Operation = Operation.CHAT
    model: str = ""
    is_stream: bool = False


class Style(Struct, frozen=True, kw_only=True):
    """What a Writer needs beyond the events, so that it asks no clock and draws no lot.

    `id`, `model` and `created_at` (seconds since 1970) stand in where the reply has none;
    `has_usage` says whether the caller asked for usage in the stream; `query` is what stands behind
    the question mark of the path that was called. `reasoning_key` is the field of Chat Completions
    that reasoning is to stand in; where none is chosen, answers on their own wire keep theirs.
    """

    id: str
    model: str
    created_at: int
    request_id: str
    has_usage: bool = False
    query: str = ""
    reasoning_key: str = ""


class Seen(Struct, kw_only=True):
    """What a Mender has noticed so far; `texts` are the pieces answered, for estimating.

    `id` is the answer's own, where later calls may refer to it.
    `fault` is an error the upstream wrote into the stream; `is_ended` says its end marker came,
    `is_usage_early` that `usage` was told before the words and counts the input alone.
    `reported_cost_nano_usd` is what the upstream says it charges, where it does.
    """

    id: str = ""
    model: str = ""
    usage: Usage | None = None
    is_usage_early: bool = False
    reported_cost_nano_usd: int | None = None
    stop: Stop | None = None
    fault: Fault | None = None
    texts: list[str] = field(default_factory=list)
    is_ended: bool = False


class Reader(Protocol):
    """Turns a stream's bytes into events; cuts in the bytes do not matter.

    An error in the stream, a broken event or a missing end becomes the `fault` of the ReplyEnd;
    nothing is raised and nothing follows a ReplyEnd.
    """

    def feed(self, data: bytes) -> list[Event]:
        """Take the next bytes and give the events they complete."""

    def close(self) -> list[Event]:
        """Say that no more bytes come; gives the ReplyEnd if there was none."""


class Writer(Protocol):
    """Turns events into a stream's bytes.

    Everything a ReplyEnd makes, fault or end marker, comes from the `write` of that event alone,
    so that it can be held back until the entry is durable.
    """

    def write(self, event: Event) -> bytes:
        """Give the bytes of one event; empty where the wire has none for it."""


class Mender(Protocol):
    """Watches a stream go by on its own wire, and rewrites only those events that break the wire.

    The bytes of a clean stream pass untouched. The end marker is never given by `feed`: it is held
    back for `close`. Once `seen.fault` is set nothing more is passed on.
    """

    seen: Seen

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes and give those that may go to the caller now."""

    def close(self, fault: Fault | None = None) -> bytes:
        """Give what ends the stream: the end marker, or the fault in this wire's own way.

        Without a `fault` given, a stream that broke off mid-sentence sets `seen.fault` and is ended
        with it.
        """


def event_stream(_query: str) -> str:
    """Give the content type of a stream of events, whatever stands behind the question mark."""
    return "text/event-stream; charset=utf-8"


class Written(Struct, frozen=True, kw_only=True):
    """A request as a wire wrote it, what it could not carry, and the headers it cannot do without.

    Header names are lower case.
    """

    body: bytes
    losses: tuple[Loss, ...] = ()
    headers: Mapping[str, str] = {}


class Carriage(Struct, frozen=True, kw_only=True):
    """How an operation beside chat is carried; nothing but chat is ever translated.

    relay_request, mend_reply and mender are those of a Wire, which is itself the carriage of chat.

    estimate  body to the input tokens that an upstream will count; raises Failed(bad_request)
    mender    None where nothing streams
    counted   where a count of tokens is all that is asked for, the field of the answer that holds
              it; to have it counted is free, and it is told of any endpoint's model
    """

    relay_request: Callable[[bytes, str, Dialect, bool], Written]
    mend_reply: Callable[[bytes, Style], tuple[bytes, Seen]]
    estimate: Callable[[bytes], int]
    mender: Callable[[Style, int], Mender] | None = None
    counted: str = ""


class QuotaNames(Struct, frozen=True, kw_only=True):
    """The headers that tell clients of a wire what is left, `{}` for `requests` or `tokens`.

    `has_dates` says that the reset is an instant, where others give the time until it.
    """

    limit: str = "x-ratelimit-limit-{}"
    remaining: str = "x-ratelimit-remaining-{}"
    reset: str = "x-ratelimit-reset-{}"
    has_dates: bool = False


class Wire(Struct, frozen=True, kw_only=True):
    """One HTTP dialect family.

    paths          inbound path to Entrance, without the `/e/{endpoint}` in front; a `{model}` in it
                   stands for the model's name, slashes and all
    address        base URL as configured and Target to the URL that is called; a question mark in
                   it keeps the caller's own query from going on
    credential     secret to the headers that present it
    headers        what an outbound request always carries unless something else sets it
    forwards       beginnings (lower case) of caller headers that go on to the same wire
    read_request   body to Prompt; raises Failed(bad_request)
    write_request  Prompt to body, under a Dialect
    relay_request  body, upstream model, Dialect, and whether it streams, to the request sent on the
                   same wire; only named keys change, nested bytes survive where nothing in them
                   would be refused
    read_reply     whole reply to Reply; an error under a 200 or no reply at all is its `fault`
    write_reply    Reply to body, for a Style
    mend_reply     whole reply to the bytes passed on the same wire, and what was Seen
    reader         event size bound (bytes) to Reader
    writer         Style to Writer
    mender         Style and event size bound (bytes) to Mender
    read_fault     status, headers (lower-case names), body to Fault
    write_fault    Fault and request id to an error body
    stream_type    query behind the path to the content type of a stream on this wire
    quota          the headers that tell what is left of limits
    beside         what is carried beside chat
    lent_to        names of the wires whose endpoints have, at the same base URL, what this one has
                   beside chat
    """

    name: str
    paths: Mapping[str, Entrance]
    address: Callable[[str, Target], str]
    credential: Callable[[str], Mapping[str, str]]
    headers: Mapping[str, str]
    forwards: tuple[str, ...]
    read_request: Callable[[bytes], Prompt]
    write_request: Callable[[Prompt, Dialect], Written]
    relay_request: Callable[[bytes, str, Dialect, bool], Written]
    read_reply: Callable[[bytes], Reply]
    write_reply: Callable[[Reply, Style], bytes]
    mend_reply: Callable[[bytes, Style], tuple[bytes, Seen]]
    reader: Callable[[int], Reader]
    writer: Callable[[Style], Writer]
    mender: Callable[[Style, int], Mender]
    read_fault: Callable[[int, Mapping[str, str], bytes], Fault]
    write_fault: Callable[[Fault, str], bytes]
    stream_type: Callable[[str], str] = event_stream
    quota: QuotaNames = QuotaNames()
    beside: Mapping[Operation, Carriage] = {}
    lent_to: tuple[str, ...] = ()

    @property
    def is_named_by_path(self) -> bool:
        """Whether it is the path that names the model and says if it streams, not the body."""
        return any("{model}" in path for path in self.paths)

    def carriage(self, operation: Operation) -> "Wire | Carriage":
        """Give what carries an operation that a path of this wire asks for."""
        return self if operation is Operation.CHAT else self.beside[operation]

    def estimate(self, body: bytes) -> int:
        """Estimate the input tokens of a chat; raises Failed(bad_request)."""
        return estimate_tokens(texts_of(self.read_request(body)))
