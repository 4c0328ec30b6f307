"""Seven laws that every listed wire obeys."""

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Raw
from msgspec.structs import replace

from endpoints_server.domain.dialect import Dialect
from endpoints_server.domain.fault import RULES, Fault, Kind
from endpoints_server.domain.money.usage import Usage
from endpoints_server.domain.talk.prompt import (
    CacheMark,
    Document,
    Foreign,
    ForeignTool,
    Format,
    Image,
    Message,
    Part,
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
from endpoints_server.domain.talk.reply import (
    Event,
    PartDelta,
    PartEnd,
    PartStart,
    Reply,
    ReplyEnd,
    ReplyStart,
    fold,
)
from endpoints_server.domain.wire import Style, Target, Wire
from tests.wires.made import cut, cuts, names, prompts, replies, single_bytes, told, words

law = settings(max_examples=25, deadline=None)
EVENT_BYTES = 1 << 20
JUNK = [
    b"",
    b"\n\n",
    b": a comment\n\n",
    b"data: {\n\n",
    b'data: {"a":1}\n\n',
    b"data: \xff\xfe\n\n",
]


def written(wire: Wire, events: Iterable[Event], style: Style) -> bytes:
    writer = wire.writer(style)
    return b"".join(writer.write(event) for event in events)


def read(wire: Wire, pieces: Iterable[bytes]) -> list[Event]:
    reader = wire.reader(EVENT_BYTES)
    events = [event for piece in pieces for event in reader.feed(piece)]
    return events + reader.close()


def mend(wire: Wire, pieces: Iterable[bytes], style: Style) -> bytes:
    mender = wire.mender(style, EVENT_BYTES)
    return b"".join(mender.feed(piece) for piece in pieces) + mender.close()


def counted(usage: Usage | None) -> tuple[int, ...] | None:
    """Give the counts every wire tells; not all tell reasoning apart."""
    if usage is None:
        return None
    return (usage.input, usage.cache_read, usage.cache_write, usage.total_output)


def meaning(reply: Reply) -> dict[str, Any]:
    """Give what of an answer every wire can say; empty arguments and `{}` are the same."""
    return {
        "id": reply.id,
        "model": reply.model,
        "parts": [said(part) for part in reply.parts],
        "stop": reply.stop.kind if reply.stop else None,
        "usage": counted(reply.usage),
        "fault": reply.fault.kind if reply.fault else None,
    }


def said(part: Part) -> object:
    if isinstance(part, ToolCall):
        return part.id, part.name, json.loads(part.arguments or "{}")
    return part


@law
@given(drawn=st.data(), places=cuts)
def test_law_1_cuts_in_the_bytes_do_not_change_the_events(
    wire: Wire, style: Style, drawn: st.DataObject, places: list[int]
) -> None:
    events = drawn.draw(told(drawn.draw(replies(wire.name))))
    data = written(wire, events, style)
    whole = read(wire, [data])
    assert read(wire, cut(data, places)) == whole
    assert read(wire, single_bytes(data)) == whole
    in_crlf = data.replace(b"\n", b"\r\n")
    assert read(wire, cut(in_crlf, places)) == whole


@law
@given(drawn=st.data())
def test_law_2_what_is_written_reads_the_same(
    wire: Wire, style: Style, drawn: st.DataObject
) -> None:
    reply = drawn.draw(replies(wire.name))
    data = written(wire, drawn.draw(told(reply)), style)
    assert meaning(fold(read(wire, [data]))) == meaning(reply)
    assert meaning(wire.read_reply(wire.write_reply(reply, style))) == meaning(reply)


@law
@given(drawn=st.data())
def test_law_3_a_folded_stream_equals_the_whole_answer(
    wire: Wire, style: Style, drawn: st.DataObject
) -> None:
    reply = drawn.draw(replies(wire.name))
    streamed = fold(read(wire, [written(wire, drawn.draw(told(reply)), style)]))
    assert meaning(streamed) == meaning(wire.read_reply(wire.write_reply(reply, style)))


@law
@given(drawn=st.data(), end=st.integers(0, 4000), place=st.integers(0, 4000), places=cuts)
def test_law_4_parts_are_balanced_wherever_the_upstream_stops(
    wire: Wire, style: Style, drawn: st.DataObject, end: int, place: int, places: list[int]
) -> None:
    data = written(wire, drawn.draw(told(drawn.draw(replies(wire.name)))), style)
    junk = drawn.draw(st.sampled_from(JUNK) | st.binary(max_size=30))
    broken = (data[:place] + junk + data[place:])[:end]
    assert_grammar(read(wire, cut(broken, places)))


def assert_grammar(events: list[Event]) -> None:
    assert isinstance(events[0], ReplyStart)
    assert isinstance(events[-1], ReplyEnd)
    is_open, index = False, -1
    for event in events[1:-1]:
        match event:
            case PartStart():
                assert not is_open
                assert event.index == index + 1
                is_open, index = True, event.index
            case PartDelta():
                assert is_open
                assert event.index == index
            case PartEnd():
                assert is_open
                assert event.index == index
                is_open = False
            case _:
                pytest.fail(f"{type(event).__name__} in the middle")
    assert not is_open


@law
@given(drawn=st.data(), length=st.integers(0, 4000))
def test_law_4_a_stream_cut_short_ends_in_a_fault_or_is_whole(
    wire: Wire, style: Style, drawn: st.DataObject, length: int
) -> None:
    reply = drawn.draw(replies(wire.name))
    data = written(wire, drawn.draw(told(reply)), style)[:length]
    read_back = fold(read(wire, [data]))
    if read_back.fault is None:
        assert meaning(read_back)["parts"] == meaning(reply)["parts"]
    else:
        assert read_back.fault.kind is Kind.UPSTREAM_BROKEN


@law
@given(drawn=st.data(), places=cuts)
def test_law_5_answers_on_the_same_wire_pass_byte_by_byte(
    wire: Wire, style: Style, drawn: st.DataObject, places: list[int]
) -> None:
    reply = drawn.draw(replies(wire.name))
    data = written(wire, drawn.draw(told(reply)), style)
    assert mend(wire, cut(data, places), style) == data
    assert mend(wire, single_bytes(data), style) == data
    whole = wire.write_reply(reply, style)
    passed, seen = wire.mend_reply(whole, style)
    assert passed == whole
    assert counted(seen.usage) == counted(reply.usage)


@law
@given(drawn=st.data(), places=cuts)
def test_law_5_a_mender_sees_what_a_reader_reads(
    wire: Wire, style: Style, drawn: st.DataObject, places: list[int]
) -> None:
    data = written(wire, drawn.draw(told(drawn.draw(replies(wire.name)))), style)
    mender = wire.mender(style, EVENT_BYTES)
    for piece in cut(data, places):
        mender.feed(piece)
    mender.close()
    reply = fold(read(wire, [data]))
    assert mender.seen.usage == reply.usage
    assert mender.seen.stop == reply.stop
    assert mender.seen.model == reply.model
    assert mender.seen.is_ended


@law
@given(prompt=prompts(), model=names, extra=words)
def test_law_5_a_relayed_request_differs_in_named_keys_only(
    wire: Wire, prompt: Prompt, model: str, extra: str
) -> None:
    plain = wire.write_request(prompt, Dialect()).body
    body = b'{"zz" : {"kept":  [1.0, 1e2, ' + json.dumps(extra).encode() + b"]}, " + plain[1:]
    dialect = Dialect(add={"added": {"deep": 1}}, drop=("metadata",))
    sent = msgspec.json.decode(
        wire.relay_request(body, model, dialect, prompt.is_stream).body, type=dict[str, Raw]
    )
    before = msgspec.json.decode(body, type=dict[str, Raw])
    changed = {
        key for key in before | sent if bytes(sent.get(key, b"")) != bytes(before.get(key, b""))
    }
    ceilings = {"max_tokens", "max_completion_tokens"}
    assert changed <= {"model", "stream_options", "added"} | ceilings
    if "model" in before:  # else it is in the path
        assert json.loads(bytes(sent["model"])) == model
    assert bytes(sent["added"]) == b'{"deep":1}'


@law
@given(prompt=prompts())
def test_law_6_everything_said_is_in_the_request_or_named_as_lost(
    wire: Wire, prompt: Prompt
) -> None:
    request = wire.write_request(prompt, Dialect())
    again = replace(wire.read_request(request.body), **told_by_address(wire, prompt))
    lost = {loss.name for loss in request.losses}
    assert all("result" in name or name == "stop" for name in lost), lost
    assert again.model == prompt.model
    assert again.ceiling_tokens == prompt.ceiling_tokens
    assert again.tools == prompt.tools
    stop = () if "stop" in lost else prompt.sampling.stop
    assert again.sampling == msgspec.structs.replace(prompt.sampling, stop=stop)
    assert again.is_stream == prompt.is_stream
    if prompt.tool_choice is not None:
        assert again.tool_choice == prompt.tool_choice
    assert spoken(again) == spoken(prompt)


def told_by_address(wire: Wire, prompt: Prompt) -> dict[str, Any]:
    """Give what the address says of a request, as far as the wire's paths read it there."""
    target = Target(model=prompt.model, is_stream=prompt.is_stream)
    path = urlsplit(wire.address("https://upstream.example", target)).path
    for pattern, entrance in wire.paths.items():
        beginning, named, end = pattern.partition("{model}")
        if named and path.startswith(beginning) and path.endswith(end):
            model = path.removeprefix(beginning).removesuffix(end)
            return {"model": model, "is_stream": entrance.is_stream}
    return {}


def spoken(prompt: Prompt) -> list[object]:
    """Give everything said in order; how texts are divided is a wire's own affair."""
    found: list[object] = ["".join(part.text for part in prompt.system if isinstance(part, Text))]
    for message in prompt.messages:
        for part in message.parts:
            found += spoken_part(part)
    return [item.replace("\n", "") if isinstance(item, str) else item for item in joined(found)]


def spoken_part(part: Part) -> list[object]:
    match part:
        case Text():
            return [part.text]
        case ToolCall():
            return [(part.id, part.name, json.loads(part.arguments or "{}"))]
        case ToolResult():
            return [(part.call_id,), *[inner for one in part.parts for inner in spoken_part(one)]]
        case _:
            return [part]


def joined(items: list[object]) -> list[object]:
    found: list[object] = []
    for item in items:
        if isinstance(item, str) and found and isinstance(found[-1], str):
            found[-1] += item
        else:
            found.append(item)
    return found


def asked(*parts: Part, **fields: Any) -> Prompt:
    """Build a prompt with one turn of the user."""
    said = (Text(text="hello"), *parts)
    return Prompt(
        model="m", messages=(Message(role=Role.USER, parts=said),), ceiling_tokens=99, **fields
    )


def answered(*parts: Part) -> Prompt:
    """Build a prompt in which the model has spoken."""
    call = ToolCall(id="call_1", name="look", arguments='{"at": 1}')
    turns = [(Role.USER, (Text(text="hello"),)), (Role.ASSISTANT, (*parts, call))]
    result = ToolResult(call_id="call_1", parts=(Text(text="seen"),))
    return Prompt(
        model="m",
        messages=(
            *(Message(role=role, parts=said) for role, said in turns),
            Message(role=Role.USER, parts=(result,)),
        ),
        tools=(LOOK,),
        ceiling_tokens=99,
    )


LOOK = Tool(name="look", parameters={"type": "object"})
HOUR = CacheMark("1h")
CASES: dict[str, tuple[Prompt, Prompt]] = {
    "temperature": (asked(), asked(sampling=Sampling(temperature=0.25))),
    "top_p": (asked(), asked(sampling=Sampling(top_p=0.25))),
    "top_k": (asked(), asked(sampling=Sampling(top_k=7))),
    "seed": (asked(), asked(sampling=Sampling(seed=7))),
    "frequency_penalty": (asked(), asked(sampling=Sampling(frequency_penalty=0.5))),
    "presence_penalty": (asked(), asked(sampling=Sampling(presence_penalty=0.5))),
    "stop": (asked(), asked(sampling=Sampling(stop=("HALT",)))),
    "count": (asked(), asked(sampling=Sampling(count=3))),
    "effort": (asked(), asked(reasoning=Reasoning(effort="high"))),
    "off": (asked(), asked(reasoning=Reasoning(effort="off"))),
    "budget": (asked(), asked(reasoning=Reasoning(budget_tokens=4321))),
    "adaptive": (asked(), asked(reasoning=Reasoning(is_adaptive=True))),
    "json": (asked(), asked(format=Format(kind="json"))),
    "schema": (asked(), asked(format=Format(kind="schema", name="n", schema={"type": "object"}))),
    "user": (asked(), asked(user="somebody")),
    "service_tier": (asked(), asked(service_tier="flex")),
    "extras": (asked(), asked(extras={"some_wire": {"logprobs": True}})),
    "system": (asked(), asked(system=(Text(text="be kind"),))),
    "tool": (asked(), asked(tools=(LOOK,))),
    "foreign tool": (asked(), asked(tools=(ForeignTool(wire="w", value={"type": "search"}),))),
    "strict": (
        asked(tools=(LOOK,)),
        asked(tools=(Tool(name="look", parameters={"type": "object"}, is_strict=True),)),
    ),
    "tool cache": (
        asked(tools=(LOOK,)),
        asked(tools=(Tool(name="look", parameters={"type": "object"}, cache=HOUR),)),
    ),
    "tool choice": (
        asked(tools=(LOOK,)),
        asked(tools=(LOOK,), tool_choice=ToolChoice(mode="tool", name="look")),
    ),
    "no tools to choose": (asked(), asked(tool_choice=ToolChoice(mode="required"))),
    "parallel": (asked(tools=(LOOK,)), asked(tools=(LOOK,), is_parallel=False)),
    "cache mark": (asked(Text(text="a")), asked(Text(text="a", cache=HOUR))),
    "image": (asked(), asked(Image(media_type="image/png", data="aGVsbG8="))),
    "image by url": (asked(), asked(Image(url="https://example.com/a.png"))),
    "image detail": (
        asked(Image(url="https://example.com/a.png")),
        asked(Image(url="https://example.com/a.png", detail="high")),
    ),
    "document": (asked(), asked(Document(media_type="application/pdf", data="aGVsbG8="))),
    "document by url": (asked(), asked(Document(url="https://example.com/a.pdf"))),
    "document text": (asked(), asked(Document(media_type="text/plain", text="all of it"))),
    "document name": (asked(Document(text="all")), asked(Document(text="all", name="a.txt"))),
    "document id": (asked(), asked(Document(file_id="file_1", wire="some_wire"))),
    "foreign part": (asked(), asked(Foreign(wire="some_wire", value={"type": "video"}))),
    "thinking": (answered(), answered(Thinking(text="hm"))),
    "seal": (answered(Thinking(text="hm")), answered(Thinking(text="hm", seal=Seal("w", "x")))),
    "result image": (
        asked(ToolResult(call_id="c")),
        asked(ToolResult(call_id="c", parts=(Image(media_type="image/png", data="aGVsbG8="),))),
    ),
    "result error": (asked(ToolResult(call_id="c")), asked(ToolResult(call_id="c", is_error=True))),
    "result cache": (asked(ToolResult(call_id="c")), asked(ToolResult(call_id="c", cache=HOUR))),
    "assistant image": (answered(), answered(Image(media_type="image/png", data="aGVsbG8="))),
    "name": (
        asked(),
        Prompt(
            model="m",
            messages=(Message(role=Role.USER, parts=(Text(text="hello"),), name="ann"),),
            ceiling_tokens=99,
        ),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_law_6_each_wish_changes_the_request_or_is_named_as_lost(wire: Wire, case: str) -> None:
    without, with_it = CASES[case]
    plain = wire.write_request(without, Dialect())
    request = wire.write_request(with_it, Dialect())
    assert request.body != plain.body or set(request.losses) - set(plain.losses), case


SEEN_FROM_ABOVE = {
    Kind.UNAUTHENTICATED: Kind.UPSTREAM_DENIED,
    Kind.FORBIDDEN: Kind.UPSTREAM_DENIED,
    Kind.OVER_LIMIT: Kind.UPSTREAM_LIMITED,
    Kind.OVER_BUDGET: Kind.UPSTREAM_LIMITED,
    Kind.UPSTREAM_DENIED: Kind.UPSTREAM_BROKEN,
    Kind.UNREACHABLE: Kind.UPSTREAM_BROKEN,
    Kind.INTERNAL: Kind.UPSTREAM_BROKEN,
    Kind.UNAVAILABLE: Kind.UPSTREAM_BROKEN,
    Kind.NO_ROUTE: Kind.UPSTREAM_BROKEN,
    **{
        kind: Kind.UPSTREAM_REFUSED
        for kind in Kind
        if RULES[kind].status < 500 and RULES[kind].status not in {401, 403, 429}
    },
}
"""How a server before ours reads our faults; those that speak of an upstream keep their kind."""


@law
@given(
    kind=st.sampled_from(list(Kind)),
    message=words,
    seconds=st.none() | st.integers(0, 10**6),
)
def test_law_7_faults_keep_their_kind_and_the_advice_to_wait(
    wire: Wire, kind: Kind, message: str, seconds: int | None
) -> None:
    fault = Fault(kind=kind, message=message, retry_after_seconds=seconds)
    headers = {} if seconds is None else {"retry-after": str(seconds)}
    again = wire.read_fault(fault.http_status, headers, wire.write_fault(fault, "req_1"))
    assert again.kind is SEEN_FROM_ABOVE.get(kind, kind)
    assert again.retry_after_seconds == seconds
    if again.kind is Kind.UPSTREAM_REFUSED:
        assert again.message == message
        assert again.http_status == fault.http_status


@law
@given(fault_kind=st.sampled_from(list(Kind)), drawn=st.data())
def test_law_7_a_fault_in_a_stream_ends_it_with_a_fault(
    wire: Wire, style: Style, fault_kind: Kind, drawn: st.DataObject
) -> None:
    events = drawn.draw(told(drawn.draw(replies(wire.name))))
    events[-1] = ReplyEnd(fault=Fault(kind=fault_kind, message="it broke"))
    data = written(wire, events, style)
    read_back = read(wire, [data])
    assert_grammar(read_back)
    assert fold(read_back).fault is not None
    assert fold(read_back).stop is None
    mender = wire.mender(style, EVENT_BYTES)
    mender.feed(data)
    assert mender.seen.fault is not None
    assert mender.feed(b"data: {}\n\n") == b""
