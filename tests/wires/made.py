"""Prompts, replies and cuts that hypothesis makes up, within what every wire can say."""

import json
from collections.abc import Iterator, Sequence
from itertools import pairwise

from hypothesis import strategies as st
from msgspec.structs import replace

from endpoints_server.domain.money.usage import Usage
from endpoints_server.domain.talk.prompt import (
    Image,
    Message,
    Part,
    Prompt,
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
from endpoints_server.domain.talk.reply import (
    Event,
    PartDelta,
    PartEnd,
    PartStart,
    Reply,
    ReplyEnd,
    ReplyStart,
    Stop,
    StopKind,
)

words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20)
speech = words.filter(str.strip)
"""Words that are more than white space, which some wires refuse in a request."""
names = st.from_regex(r"[a-z][a-z0-9_]{0,12}", fullmatch=True)
counts = st.integers(0, 10**7)
json_objects = st.dictionaries(names, words | st.integers() | st.booleans() | st.lists(words))
arguments = json_objects.map(json.dumps)
usages = st.builds(
    Usage, input=counts, cache_read=counts, cache_write=counts, output=counts, reasoning=counts
)


@st.composite
def tool_calls(draw: st.DrawFn) -> list[ToolCall]:
    """Some calls, each with an id of its own."""
    asked = draw(st.lists(st.tuples(names, arguments), max_size=3))
    return [
        ToolCall(id=f"call_{place}{name[:4]}", name=name, arguments=text)
        for place, (name, text) in enumerate(asked)
    ]


@st.composite
def replies(draw: st.DrawFn, wire: str) -> Reply:
    """An answer in the order every wire knows: reasoning, words, calls."""
    parts: list[Part] = []
    if draw(st.booleans()):
        seal = Seal(wire, "c2VhbGVk" + draw(names)) if draw(st.booleans()) else None
        parts.append(Thinking(text=draw(words), seal=seal))
    calls = draw(tool_calls())
    if not calls or draw(st.booleans()):
        parts.append(Text(text=draw(words)))
    kind = StopKind.TOOL if calls else draw(st.sampled_from([StopKind.END, StopKind.LENGTH]))
    return Reply(
        id="id_" + draw(names),
        model=draw(names),
        created_at=draw(st.integers(1, 2**31)),
        parts=(*parts, *calls),
        stop=Stop(kind=kind),
        usage=draw(usages),
    )


@st.composite
def told(draw: st.DrawFn, reply: Reply) -> list[Event]:
    """Tell an answer as events, its texts in pieces."""
    events: list[Event] = [ReplyStart(id=reply.id, model=reply.model, created_at=reply.created_at)]
    for index, part in enumerate(reply.parts):
        events += told_part(index, part, draw(st.integers(1, 7)))
    return [*events, ReplyEnd(stop=reply.stop, usage=reply.usage, fault=reply.fault)]


def told_part(index: int, part: Part, length: int) -> Iterator[Event]:
    """Tell one part: begun empty, then its pieces, then its seal."""
    match part:
        case Text(text=text):
            yield PartStart(index=index, part=Text(text=""))
        case Thinking(text=text):
            yield PartStart(index=index, part=Thinking())
        case ToolCall(arguments=text):
            yield PartStart(index=index, part=replace(part, arguments=""))
        case _:
            raise AssertionError(part)
    for start in range(0, len(text), length):
        yield PartDelta(index=index, text=text[start : start + length])
    if isinstance(part, Thinking) and part.seal is not None:
        yield PartDelta(index=index, seal=part.seal)
    yield PartEnd(index=index)


def cut(data: bytes, places: Sequence[int]) -> list[bytes]:
    """Cut bytes at places; those past the end fall on it."""
    marks = [0, *sorted(min(place, len(data)) for place in places), len(data)]
    return [data[start:end] for start, end in pairwise(marks)]


def single_bytes(data: bytes) -> list[bytes]:
    """Cut bytes into single ones."""
    return [data[place : place + 1] for place in range(len(data))]


cuts = st.lists(st.integers(0, 3000), max_size=12)
images = st.sampled_from(
    [
        Image(media_type="image/png", data="aGVsbG8="),
        Image(url="https://example.com/a.png"),
    ]
)
user_parts = st.lists(st.builds(Text, text=speech) | images, min_size=1, max_size=3)


@st.composite
def prompts(draw: st.DrawFn) -> Prompt:
    """A conversation with tools, in which every result follows its call."""
    messages: list[Message] = [Message(role=Role.USER, parts=tuple(draw(user_parts)))]
    for turn in range(draw(st.integers(0, 3))):
        calls = [replace(call, id=f"{call.id}_{turn}") for call in draw(tool_calls())]
        said = Text(text=draw(speech))
        messages.append(Message(role=Role.ASSISTANT, parts=(said, *calls)))
        results = [
            ToolResult(
                call_id=call.id, parts=(Text(text=draw(speech)),), is_error=draw(st.booleans())
            )
            for call in calls
        ]
        messages.append(Message(role=Role.USER, parts=(*results, *draw(user_parts))))
    schema = {"type": "object", "properties": {"a": {"type": "string"}}}
    tools = [
        Tool(name=name, description=draw(speech), parameters=schema)
        for name in draw(st.lists(names, max_size=3, unique=True))
    ]
    return Prompt(
        model=draw(names),
        system=tuple(draw(st.lists(st.builds(Text, text=speech), max_size=2))),
        messages=tuple(messages),
        tools=tuple(tools),
        tool_choice=draw(choices_among(tools)),
        sampling=Sampling(temperature=draw(st.none() | st.floats(0, 1)), stop=draw(stops)),
        ceiling_tokens=draw(st.integers(16, 10**6)),
        is_stream=draw(st.booleans()),
    )


stops = st.lists(speech, max_size=3).map(tuple)


def choices_among(tools: Sequence[Tool]) -> st.SearchStrategy[ToolChoice | None]:
    """A choice that the tools allow."""
    if not tools:
        return st.none()
    modes = st.sampled_from(["auto", "none", "required"])
    named = st.sampled_from([ToolChoice(mode="tool", name=tool.name) for tool in tools])
    return st.none() | st.builds(ToolChoice, mode=modes) | named
