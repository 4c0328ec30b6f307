"""Questions that hurt, each told in any wire: what is said, and what may come of it."""

import json
from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from endpoints_server.domain.talk.prompt import Image, Prompt, Role, Text, ToolCall, ToolResult
from endpoints_server.domain.wire import Wire
from tests.wires.hostile import (
    CALL,
    DEPTHS,
    GOOD,
    LOOK,
    RESULT,
    VALUES,
    Json,
    body_of,
    places,
    planted,
    spelled,
    turn,
)

ASKED = turn(Role.USER, Text(text="What colour is the sea?"))
TWICE = replace(CALL, arguments='{"at": "sky"}')
LARGE = "iVBORw0KGgo" + "A" * (20 * 1024 * 1024)
TOOLS = tuple(replace(LOOK, name=f"look_{number}") for number in range(1000))
SAID = b"What colour"


class Case(Struct, frozen=True, kw_only=True):
    """A body; `is_refused` says that no wire may let it pass, `is_carried` that every one must.

    `place` is what a refusal has to name.
    """

    body: bytes
    is_refused: bool = False
    is_carried: bool = False
    place: str = ""


Build = Callable[[Json], Case]


def spoken(*turns: object, **fields: object) -> Prompt:
    """Say something else than usual."""
    said: Json = {"messages": (ASKED, *turns)} if turns else {}
    return replace(GOOD, **said, **fields)


PROMPTS: Mapping[str, Prompt] = {
    "orphan-result": spoken(turn(Role.USER, ToolResult(call_id="nobody", parts=RESULT.parts))),
    "result-before-call": spoken(turn(Role.USER, RESULT), turn(Role.ASSISTANT, CALL)),
    "call-without-result": spoken(turn(Role.ASSISTANT, CALL), turn(Role.USER, Text(text="Hm?"))),
    "two-calls-of-one-id": spoken(turn(Role.ASSISTANT, CALL, TWICE), turn(Role.USER, RESULT)),
    "two-results-of-one-id": spoken(turn(Role.ASSISTANT, CALL), turn(Role.USER, RESULT, RESULT)),
    "arguments-not-json": spoken(
        turn(Role.ASSISTANT, ToolCall(id="call_1", name="look", arguments='{"at": ')),
        turn(Role.USER, RESULT),
    ),
    "two-tools-of-one-name": spoken(tools=(LOOK, LOOK)),
    "a-thousand-tools": spoken(tools=TOOLS, tool_choice=None),
    "twenty-megabytes": spoken(turn(Role.USER, Image(media_type="image/png", data=LARGE))),
}
"""What can be said properly, and is odd all the same; all of it is carried."""

RAW: Mapping[str, Build] = {
    "unknown-role": lambda body: edited(body, b'"role": "user"', b'"role": "nobody"'),
    "nul-in-text": lambda body: edited(body, SAID, b"What\\u0000", is_carried=True),
    "half-a-character": lambda body: edited(body, SAID, b"\\ud83d"),
    "other-half": lambda body: edited(body, SAID, b"\\ude00\\ud83d"),
    "not-utf-8": lambda body: edited(body, SAID, b"\xff\xfe", is_refused=True),
    "empty": lambda _: Case(body=b"", is_refused=True),
    "a-list": lambda body: Case(body=b"[" + dumped(body) + b"]", is_refused=True),
    "cut-off": lambda body: Case(body=dumped(body)[:-1], is_refused=True),
    "and-more": lambda body: Case(body=dumped(body) + b"{}", is_refused=True),
    "a-field-twice": lambda body: Case(body=twice(body), is_carried=True),
    "an-unknown-field-twice": lambda body: beside(body, b'"x":1,"x":[2],', is_carried=True),
    "another-case": lambda body: beside(body, b'"Model":"m","Messages":[],'),
    "deep-beside": lambda body: beside(body, b'"x":' + deep("list"), is_refused=True, place="x"),
    "deep-beside-too": lambda body: beside(
        body, b'"x":{"y":' + deep("object")[:-1] + b"},", is_refused=True, place="x"
    ),
    "unclosed": lambda body: beside(body, b'"x":' + b"[" * 200_000, is_refused=True, place="x"),
    "large-number": lambda body: beside(body, b'"x":%d,' % 10**40, is_carried=True),
    "not-a-number": lambda body: beside(body, b'"x":NaN,', is_refused=True),
    "many-fields": lambda body: beside(
        body, b"".join(b'"k%d":1,' % number for number in range(2000))
    ),
}
"""What can be said in JSON alone, or not even there."""


def dumped(body: Json) -> bytes:
    """Write a body."""
    return json.dumps(body).encode()


def deep(kind: str) -> bytes:
    """Give a value that is nested ten thousand deep, and a comma."""
    return DEPTHS[f"deep-{kind}"] + b","


def edited(
    body: Json, old: bytes, new: bytes, *, is_refused: bool = False, is_carried: bool = False
) -> Case:
    """Put bytes for others."""
    changed = dumped(body).replace(old, new)
    return Case(body=changed, is_refused=is_refused, is_carried=is_carried)


def beside(
    body: Json,
    fields: bytes,
    *,
    is_refused: bool = False,
    is_carried: bool = False,
    place: str = "",
) -> Case:
    """Put fields before all others."""
    changed = b"{" + fields + dumped(body)[1:]
    return Case(body=changed, is_refused=is_refused, is_carried=is_carried, place=place)


def twice(body: Json) -> bytes:
    """Say every field twice."""
    return dumped(body)[:-1] + b", " + dumped(body)[1:]


def cases_of(wire: Wire, model: str) -> Iterator[tuple[str, Case]]:
    """Tell every case in a wire, to a model."""
    for name, prompt in PROMPTS.items():
        yield name, Case(body=dumped(body_of(wire, replace(prompt, model=model))), is_carried=True)
    body = body_of(wire, replace(GOOD, model=model))
    for name, build in RAW.items():
        yield name, build(body)
    values = list(VALUES.items())
    for number, place in enumerate(places(body)):
        if place != ("model",):
            name, raw = values[number % len(values)]
            yield f"{spelled(place)}-{name}", Case(body=planted(body, place, raw))
