"""What reads foreign bytes, in the shape that fuzzers want: bytes in, nothing out."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import get_args

from msgspec.structs import replace

from endpoints_server.domain.dialect import (
    CacheRules,
    Dialect,
    Form,
    ThinkingRules,
    ToolRules,
    TurnRules,
)
from endpoints_server.domain.fault import Failed
from endpoints_server.domain.talk.reply import Event, fold, unfold
from endpoints_server.domain.wire import Carriage, Mender, Style, Wire
from endpoints_server.wires.listed import WIRES

Subject = Callable[[bytes], None]

EVENT_BYTES = 1 << 16
STYLE = Style(id="i", model="m", created_at=1_700_000_000, request_id="r", has_usage=True)
PLAIN = Dialect()
AMPLE = Dialect(
    defaults={"temperature": 1, "thinking.budget_tokens": 5, "reasoning.effort": "low"},
    level_defaults={"low": {"top_p": 0.5}},
    add={"metadata.a": 1, "web_search": True, "stream_options.b": 2, "thinking": {}},
    drop=("tools.x", "stop", "web_search", "max_tokens"),
    refuse=("store", "user"),
    ceiling_tokens=500,
    context_tokens=900,
    web_search="plugin",
    is_whole=True,
    thinking=ThinkingRules(
        is_able=True,
        levels={"low": "little", "high": None},
        has_effort=True,
        budget_name="thinking_budget",
        is_said=True,
        may_be_unsealed=True,
    ),
    turns=TurnRules(
        has_developer_role=False,
        has_late_system=False,
        has_images=False,
        has_result_names=True,
        has_bridge=True,
        has_content=True,
    ),
    tools=ToolRules(has_strict=False, has_eager_input=True, is_streamed=True, is_listed=True),
    cache=CacheRules(is_marked=True, has_hour=False, has_tool_marks=False),
)
"""An endpoint that deviates in nearly every way at once."""

FORMS = [form for form in get_args(Form) if form is not None]
FORMED = [replace(PLAIN, thinking=ThinkingRules(is_able=True, form=form)) for form in FORMS]


def dialects_for(body: bytes) -> tuple[Dialect, ...]:
    """Choose what a body is written under: plainly, amply, and with one of the forms."""
    return PLAIN, AMPLE, FORMED[len(body) % len(FORMED)]


def request_subjects(wire: Wire) -> Mapping[str, Subject]:
    """Give what reads a caller's body: it may refuse with Failed, and nothing else."""

    def read(body: bytes) -> None:
        with suppress(Failed):
            prompt = wire.read_request(body)
            for other in WIRES.values():
                for dialect in dialects_for(body):
                    with suppress(Failed):
                        other.write_request(prompt, dialect)

    def estimate(body: bytes) -> None:
        with suppress(Failed):
            wire.estimate(body)

    carried = {name.value: beside_request(each) for name, each in wire.beside.items()}
    relayed = relaying(wire)
    return {"read_request": read, "estimate": estimate, "relay_request": relayed, **carried}


def relaying(wire: Wire | Carriage) -> Subject:
    """Give what passes a body on to the same wire."""

    def relay(body: bytes) -> None:
        for dialect in dialects_for(body):
            for is_stream in (False, True):
                with suppress(Failed):
                    wire.relay_request(body, "m", dialect, is_stream)

    return relay


def beside_request(carriage: Carriage) -> Subject:
    """Give what reads the body of an operation beside chat."""
    relay = relaying(carriage)

    def read(body: bytes) -> None:
        relay(body)
        with suppress(Failed):
            carriage.estimate(body)

    return read


def reply_subjects(wire: Wire) -> Mapping[str, Subject]:
    """Give what reads an upstream's answer: it never raises anything."""

    def read_reply(body: bytes) -> None:
        reply = wire.read_reply(body)
        for other in WIRES.values():
            other.write_reply(reply, STYLE)
            writer = other.writer(STYLE)
            for event in unfold(reply):
                writer.write(event)

    def mend_reply(body: bytes) -> None:
        wire.mend_reply(body, STYLE)
        for carriage in wire.beside.values():
            carriage.mend_reply(body, STYLE)

    def read_fault(body: bytes) -> None:
        for status in (200, 400, 401, 404, 429, 500, 529, 600):
            fault = wire.read_fault(status, {"retry-after": body[:30].decode("latin-1")}, body)
            for other in WIRES.values():
                other.write_fault(fault, "r")

    return {"read_reply": read_reply, "mend_reply": mend_reply, "read_fault": read_fault}


def stream_subjects(wire: Wire) -> Mapping[str, Subject]:
    """Give what reads an upstream's stream: it never raises anything either."""

    def reader(data: bytes) -> None:
        told = events_of(wire, halves(data))
        assert told == events_of(wire, [data])
        for other in WIRES.values():
            writer = other.writer(STYLE)
            for event in told:
                writer.write(event)
        fold(told)

    def mender(data: bytes) -> None:
        for has_usage in (False, True):
            style = Style(id="i", model="m", created_at=1, request_id="r", has_usage=has_usage)
            menders = [wire.mender, *(each.mender for each in wire.beside.values())]
            for make in filter(None, menders):
                mend(make(style, EVENT_BYTES), halves(data))

    return {"reader": reader, "mender": mender}


def events_of(wire: Wire, pieces: Iterable[bytes]) -> list[Event]:
    """Read a stream to its end."""
    reader = wire.reader(EVENT_BYTES)
    events = [event for piece in pieces for event in reader.feed(piece)]
    return [*events, *reader.close()]


def mend(mender: Mender, pieces: Iterable[bytes]) -> None:
    """Mend a stream to its end."""
    for piece in pieces:
        mender.feed(piece)
    mender.close()


def halves(data: bytes) -> list[bytes]:
    """Cut bytes in two, at a place that depends on them."""
    place = sum(data[:64]) % (len(data) + 1)
    return [data[:place], data[place:]]
