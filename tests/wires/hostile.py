"""Bodies that nobody should send, made of a good one: as data, for every wire that is listed."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from endpoints_server.domain.dialect import Dialect
from endpoints_server.domain.money.usage import Usage
from endpoints_server.domain.talk.prompt import (
    Format,
    Image,
    Message,
    Prompt,
    Reasoning,
    Role,
    Sampling,
    Seal,
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
)
from endpoints_server.domain.talk.reply import Reply, Stop, StopKind
from endpoints_server.domain.wire import Wire

Json = dict[str, Any]
Place = tuple[str | int, ...]

HERE = "@@here@@"
DEEP = 10_000
CALL = ToolCall(id="call_1", name="look", arguments='{"at": "sea"}')
RESULT = ToolResult(call_id="call_1", parts=(Text(text="It is blue."),))
SCHEMA: Json = {"type": "object", "properties": {"at": {"type": "string"}}, "required": ["at"]}
LOOK = Tool(name="look", description="Looks.", parameters=SCHEMA)
PICTURE = Image(media_type="image/png", data="aGVsbG8=")


def turn(role: Role, *parts: Any) -> Message:
    """Say something."""
    return Message(role=role, parts=parts)


GOOD = Prompt(
    model="m",
    system=(Text(text="Be kind."),),
    messages=(
        turn(Role.USER, Text(text="What colour is the sea?"), PICTURE),
        turn(Role.ASSISTANT, Text(text="Let me look."), CALL),
        turn(Role.USER, RESULT, Text(text="And now?")),
    ),
    tools=(LOOK,),
    tool_choice=ToolChoice(mode="tool", name="look"),
    is_parallel=False,
    sampling=Sampling(temperature=0.5, top_p=0.9, seed=3, stop=("HALT",)),
    ceiling_tokens=4000,
    reasoning=Reasoning(effort="low"),
    format=Format(kind="schema", name="answer", schema=SCHEMA),
    user="somebody",
)
"""A request that says a little of everything."""

VALUES: Mapping[str, bytes] = {
    "null": b"null",
    "true": b"true",
    "zero": b"0",
    "minus": b"-7",
    "fraction": b"0.5",
    "more-than-64-bits": b"123456789012345678901234567890",
    "more-than-a-float": b"1e400",
    "not-a-number": b"NaN",
    "empty-text": b'""',
    "text": b'"nonsense"',
    "nul": b'"a\\u0000b"',
    "half-a-character": b'"a\\ud83d"',
    "empty-list": b"[]",
    "list": b"[1]",
    "list-of-null": b"[null]",
    "nested-list": b'[["x"]]',
    "empty-object": b"{}",
    "object": b'{"type": 5, "x": null}',
}
"""What stands where something else belongs."""

DEPTHS: Mapping[str, bytes] = {
    "deep-list": b"[" * DEEP + b"]" * DEEP,
    "deep-object": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "rather-deep": b'[{"a":' * 240 + b"1" + b"}]" * 240,
}
"""What is nested deeper than anybody reads, and what is nested as deep as can just be read."""


def good_reply(wire: Wire) -> Reply:
    """Answer with a little of everything."""
    call = ToolCall(id="call_1", name="look", arguments='{"at":1}')
    return Reply(
        id="reply_1",
        model="m",
        created_at=1_700_000_000,
        parts=(Thinking(text="Hm.", seal=Seal(wire.name, "c2VhbGVk")), Text(text="Well."), call),
        stop=Stop(kind=StopKind.TOOL),
        usage=Usage(input=5, output=3, cache_read=1, reasoning=1),
    )


def body_of(wire: Wire, prompt: Prompt) -> Json:
    """Say a prompt in a wire."""
    said: Json = json.loads(wire.write_request(prompt, Dialect()).body)
    return said


def places(value: Any, place: Place = ()) -> Iterator[Place]:
    """Give the place of every value inside a body."""
    inner: Any = value.items() if isinstance(value, dict) else ()
    inner = enumerate(value) if isinstance(value, list) else inner
    for key, each in inner:
        yield (*place, key)
        yield from places(each, (*place, key))


def planted(body: Json, place: Place, raw: bytes) -> bytes:
    """Put bytes where a value stands."""
    copy = json.loads(json.dumps(body))
    holder = copy
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = HERE
    return json.dumps(copy).encode().replace(f'"{HERE}"'.encode(), raw)


def spoiled_bodies(good: Json, share: int = 1) -> Iterator[tuple[Place, str, bytes]]:
    """Give a good body with its values replaced by others, and some by deep ones.

    Each value meets every `share`-th kind, in turn.
    """
    for number, place in enumerate(places(good)):
        for turns, (name, raw) in enumerate(VALUES.items(), number):
            if turns % share == 0:
                yield place, name, planted(good, place, raw)
        for name, raw in DEPTHS.items() if number % 8 == 0 else ():
            yield place, name, planted(good, place, raw)


def spelled(place: Place) -> str:
    """Name a place as a test's id."""
    return ".".join(map(str, place))
