"""Where each field of an outgoing request comes from, found by writing it stage by stage."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from endpoints_server.config.problem import MASK, shown
from endpoints_server.domain.dialect import Dialect
from endpoints_server.domain.parameter import wire_name
from endpoints_server.domain.wire import Wire
from endpoints_server.wires.body import peek

Body = dict[str, Any]

TALK: Body = {
    "messages": [{"role": "user", "content": "Hello"}],
    "max_tokens": 256,
    "temperature": 0.7,
    "stream": True,
}
SAMPLES: Mapping[str, Body] = {
    "openai_chat": TALK,
    "openai_responses": {
        "input": "Hello",
        "max_output_tokens": 256,
        "temperature": 0.7,
        "stream": True,
    },
    "anthropic_messages": TALK,
    "google_generative": {
        "contents": [{"role": "user", "parts": [{"text": "Hello"}]}],
        "generationConfig": {"maxOutputTokens": 256, "temperature": 0.7},
    },
}
"""A small request of each wire, for when nobody brings one."""


DEVIATION = "how the model deviates"


def sample(wire: Wire, model: str) -> bytes:
    """Write a small request for a model."""
    named: Body = {} if wire.is_named_by_path else {"model": model}
    return msgspec.json.encode({**named, **SAMPLES[wire.name]})


class Origin(Struct, frozen=True, kw_only=True):
    """One field of the request that goes out; a dropped one has no value any more."""

    field: str
    origin: str
    value: object = None


class Traced(Struct, frozen=True, kw_only=True):
    """The fields that go out or were dropped, and what a translation lost."""

    fields: tuple[Origin, ...]
    losses: tuple[str, ...] = ()


class Passage(Struct, frozen=True, kw_only=True):
    """A caller's body on its way to an upstream's model, from one wire to the same or another."""

    body: bytes
    model: str
    wire_in: Wire
    wire_out: Wire

    @property
    def is_relayed(self) -> bool:
        """Whether both ends speak the same wire."""
        return self.wire_in is self.wire_out

    def write(self, dialect: Dialect) -> tuple[Body, tuple[str, ...]]:
        """Write the request as a call would; raises Failed(bad_request)."""
        named = self.model if self.wire_in.is_named_by_path else ""
        is_stream = bool(peek(self.body, named, is_stream=True).stream)
        if self.is_relayed:
            written = self.wire_out.relay_request(self.body, self.model, dialect, is_stream)
        else:
            prompt = self.wire_in.read_request(self.body)
            prompt = replace(prompt, model=self.model, is_stream=is_stream)
            written = self.wire_out.write_request(prompt, dialect)
        return msgspec.json.decode(written.body), tuple(loss.name for loss in written.losses)


def trace(passage: Passage, dialect: Dialect) -> Traced:
    """Say of each field where it comes from; raises Failed(bad_request) for what is no request."""
    bare = replace(dialect, defaults={}, add={}, drop=())
    plain, _ = passage.write(Dialect())
    untouched, _ = passage.write(bare)
    defaulted, _ = passage.write(replace(bare, defaults=dialect.defaults))
    added, _ = passage.write(replace(dialect, drop=()))
    final, losses = passage.write(dialect)
    asked: Body = msgspec.json.decode(passage.body)
    sources = {path.partition(".")[0]: key for path, key in dialect.sources.items()}
    found = []
    for field, value in final.items():
        if untouched.get(field) == value != plain.get(field):
            found.append(Origin(field=field, origin=DEVIATION, value=value))
        elif field in untouched and untouched[field] == value:
            found.append(Origin(field=field, origin=asked_for(field, asked, passage), value=value))
        elif field in defaulted and defaulted[field] == value:
            said = sources.get(field, "a definition's default")
            found.append(Origin(field=field, origin=said, value=value))
        else:
            said = "addParams" if added.get(field) == value else "dropParams"
            said = sources.get(field, said)
            found.append(Origin(field=field, origin=said, value=masked(value)))
    dropped = [field for field in added if field not in final]
    gone = [Origin(field=field, origin="dropped by dropParams") for field in dropped]
    return Traced(fields=(*found, *gone), losses=losses)


def asked_for(field: str, asked: Body, passage: Passage) -> str:
    """Say how a field comes from the caller, or that it is this server's own."""
    if field in ("model", "stream_options"):
        return "this server"
    if field in asked:
        return "the request"
    for name in asked:
        if wire_name(passage.wire_out.name, name).partition(".")[0] == field:
            return f"the request, renamed from {name}"
    for name in asked:
        if wire_name(passage.wire_in.name, name).partition(".")[0] == field:
            return f"the request, renamed from {name}"
    return "this server" if passage.is_relayed else "the translation"


def masked(value: object) -> object:
    """Hide texts that could be credentials: what is added may come from the environment."""
    match value:
        case str():
            return MASK if MASK in shown(value) else value
        case list():
            return [masked(each) for each in value]
        case dict():
            return {key: masked(each) for key, each in value.items()}
        case _:  # numbers, truth values and null tell nothing
            return value
