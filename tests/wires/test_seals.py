"""Sealed reasoning finds its way back to its issuer, through a caller of any wire, and no other."""

import json
import re
from itertools import product
from typing import Any

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from endpoints_server.domain.dialect import Dialect, ThinkingRules
from endpoints_server.domain.talk.prompt import Part, Prompt, Seal, Text, Thinking, ToolCall
from endpoints_server.domain.talk.reply import Event, PartDelta, PartStart, Reply, Stop, StopKind
from endpoints_server.domain.wire import Carriage, Style, Wire
from endpoints_server.wires.foreign_seal import (
    Enclosed,
    disclose,
    disclose_encoded,
    enclose,
    enclose_encoded,
)
from endpoints_server.wires.listed import WIRES
from tests.wires.brought import BRINGERS, Json, events_in
from tests.wires.made import arguments, names, told, words

law = settings(max_examples=10, deadline=None)
values = st.integers(0, 10**9).map(lambda number: f"SEAL{number:010}+/Z==")
TOKEN = re.compile(r"SEAL\d+[+]/Z==")
SIGNING_CALLS = {"google_generative", "openai_chat"}
"""The wires on which calls bear seals."""

PLACED = sorted(set(WIRES) - {"openai_chat"})
"""The wires on which a foreign seal is in an envelope; on the other it has a field of its own."""

MARKS = (b"~es.", b"fmVzL")


@st.composite
def sealed_replies(draw: st.DrawFn, issuer: str) -> Reply:
    """An answer whose reasoning is sealed, in the open or not at all readable, and its calls."""
    parts: list[Part] = []
    for kind in draw(st.lists(st.sampled_from(["open", "redacted"]), min_size=1, max_size=3)):
        value = draw(values)
        if kind == "open":
            parts.append(Thinking(text=draw(words), seal=Seal(issuer, value)))
        else:
            parts.append(Thinking(seal=Seal(issuer, value, is_redacted=True)))
    if draw(st.booleans()):
        parts.append(Text(text=draw(words)))
    for place in range(draw(st.integers(0, 3))):
        seal = None
        if issuer in SIGNING_CALLS and draw(st.booleans()):
            value = draw(values)
            seal = Seal(issuer, f'{{"vendor":"{value}"}}' if "chat" in issuer else value)
        call = ToolCall(id=f"call_{place}", name=draw(names), arguments=draw(arguments), seal=seal)
        parts.append(call)
    reply = Reply(id="id_1", model="m", parts=tuple(parts), stop=Stop(kind=StopKind.END))
    assume(not any(mark in msgspec.json.encode(reply) for mark in MARKS))
    return reply


def seals_in(parts: Any) -> list[tuple[str, str, Seal | None]]:
    """Give reasoning with its words, and calls with their names, each with its seal."""
    found = []
    for part in parts:
        if isinstance(part, Thinking):
            found.append(("thinking", part.text, part.seal))
        elif isinstance(part, ToolCall):
            found.append(("call", part.name, part.seal))
    return found


def said_in(prompt: Prompt) -> list[tuple[str, str, Seal | None]]:
    return [each for message in prompt.messages for each in seals_in(message.parts)]


def body_of(request: Json) -> bytes:
    return json.dumps(request).encode()


def brought_back(reply: Reply, caller: Wire, style: Style, drawn: st.DataObject | None) -> bytes:
    """Tell an answer to a caller, streamed where something is drawn, and take what it sends."""
    bring = BRINGERS[caller.name]
    if drawn is None:
        return body_of(bring([json.loads(caller.write_reply(reply, style))]))
    writer = caller.writer(style)
    stream = b"".join(writer.write(event) for event in drawn.draw(told_sealed(reply)))
    return body_of(bring(events_in(stream)))


@st.composite
def told_sealed(draw: st.DrawFn, reply: Reply) -> list[Event]:
    """Tell an answer in pieces, but whole what came in sealed form only."""
    events: list[Event] = []
    for event in draw(told(reply)):
        part = reply.parts[event.index] if isinstance(event, PartStart | PartDelta) else None
        if isinstance(part, Thinking) and not part.text:
            if isinstance(event, PartStart):
                events.append(replace(event, part=part))
        else:
            events.append(event)
    return events


@pytest.mark.parametrize("is_stream", [False, True])
@pytest.mark.parametrize(("issuer", "caller"), list(product(sorted(WIRES), sorted(WIRES))))
@law
@given(drawn=st.data())
def test_a_seal_comes_back_to_its_issuer_and_to_nobody_else(
    style: Style, issuer: str, caller: str, is_stream: bool, drawn: st.DataObject
) -> None:
    reply = drawn.draw(sealed_replies(issuer))
    body = brought_back(reply, WIRES[caller], style, drawn if is_stream else None)
    prompt = WIRES[caller].read_request(body)
    assert said_in(prompt) == seals_in(reply.parts)
    for name, wire in WIRES.items():
        sent = wire.write_request(prompt, Dialect()).body
        assert not any(mark in sent for mark in MARKS)
        shown = [token in sent for token in tokens_of(reply)]
        assert all(shown) if name == issuer else not any(shown)


@pytest.mark.parametrize("caller", PLACED)
@law
@given(drawn=st.data(), issuer=st.sampled_from(sorted(WIRES)))
def test_what_another_wire_sealed_is_not_relayed(
    style: Style, caller: str, issuer: str, drawn: st.DataObject
) -> None:
    wire = WIRES[caller]
    reply = drawn.draw(sealed_replies(issuer))
    body = brought_back(reply, wire, style, drawn if drawn.draw(st.booleans()) else None)
    carriages: list[Wire | Carriage] = [wire, *wire.beside.values()]
    for carriage in carriages:
        sent = carriage.relay_request(body, "up", Dialect(), False)
        shown = [token in sent.body for token in tokens_of(reply)]
        assert not any(mark in sent.body for mark in MARKS)
        assert all(shown) if issuer == caller else not any(shown)
        lost = {loss.name for loss in sent.losses}
        assert lost <= {"reasoning.signature", "tool_call.signature"}
        assert bool(lost) is (issuer != caller)
        wire.read_request(sent.body)


@pytest.mark.parametrize("is_stream", [False, True])
@pytest.mark.parametrize("caller", ["anthropic_messages", "openai_responses"])
@law
@given(drawn=st.data(), text=words)
def test_reasoning_that_nobody_sealed_comes_back_and_is_not_relayed(
    style: Style, caller: str, is_stream: bool, text: str, drawn: st.DataObject
) -> None:
    wire = WIRES[caller]
    said = (Thinking(text=text), ToolCall(id="call_1", name="look", arguments="{}"))
    reply = Reply(id="id_1", model="m", parts=said, stop=Stop(kind=StopKind.TOOL))
    body = brought_back(reply, wire, style, drawn if is_stream else None)
    assert said_in(wire.read_request(body)) == seals_in(said)
    sent = wire.relay_request(body, "up", Dialect(), False)
    assert not any(mark in sent.body for mark in MARKS)
    assert [loss.name for loss in sent.losses] == ["reasoning.history"]
    assert seals_in(said)[1:] == said_in(wire.read_request(sent.body))


PLAIN = Dialect()
ASKED: Json = {"role": "user", "content": "Hi"}
SEALED: Json = {"type": "redacted_thinking", "data": "~es.google_generative.call.c2ln"}
SHOWN: Json = {"type": "thinking", "thinking": "hm", "signature": "~es.unsealed"}
CALL: Json = {"type": "tool_use", "id": "c", "name": "look", "input": {"a": 1.0}}


def relayed(
    turns: list[Json], dialect: Dialect = PLAIN, **fields: object
) -> tuple[Json, list[str]]:
    body = body_of({"model": "m", "messages": turns, **fields})
    sent = WIRES["anthropic_messages"].relay_request(body, "m", dialect, False)
    return json.loads(sent.body), [loss.name for loss in sent.losses]


def test_a_turn_of_which_nothing_is_left_is_not_relayed() -> None:
    turns: list[Json] = [ASKED, {"role": "assistant", "content": [SEALED]}, ASKED]
    assert relayed(turns) == ({"model": "m", "messages": [ASKED, ASKED]}, ["tool_call.signature"])


def test_an_open_turn_that_loses_its_reasoning_is_relayed_without_thinking_on_a_budget() -> None:
    budget = {"type": "enabled", "budget_tokens": 2000}
    turns: list[Json] = [ASKED, {"role": "assistant", "content": [SHOWN, CALL]}]
    kept: list[Json] = [ASKED, {"role": "assistant", "content": [CALL]}]
    expected = ({"model": "m", "messages": kept}, ["reasoning.history", "thinking"])
    assert relayed(turns, thinking=budget) == expected
    adaptive = {"type": "adaptive"}
    assert relayed(turns, thinking=adaptive)[0]["thinking"] == adaptive
    closed: list[Json] = [
        ASKED,
        {"role": "assistant", "content": [SHOWN, {"type": "text", "text": "Hi"}]},
    ]
    assert relayed([*closed, ASKED], thinking=budget)[0]["thinking"] == budget


def test_reasoning_may_be_relayed_without_a_seal_where_the_upstream_takes_it() -> None:
    dialect = Dialect(thinking=ThinkingRules(may_be_unsealed=True))
    sent, losses = relayed(
        [ASKED, {"role": "assistant", "content": [SHOWN, SEALED, CALL]}], dialect
    )
    assert sent["messages"][1]["content"] == [{**SHOWN, "signature": ""}, CALL]
    assert losses == ["reasoning.history", "tool_call.signature"]


def test_what_only_looks_like_an_envelope_is_relayed_as_it_is() -> None:
    said = [{"type": "text", "text": 'What is "~es.unsealed"?'}, CALL]
    for content in ('"~es.', said, [{"type": "text", "text": "~es."}, {**CALL, "input": SHOWN}]):
        turns: list[Json] = [{"role": "assistant", "content": content}]
        assert relayed(turns) == ({"model": "m", "messages": turns}, [])


def tokens_of(reply: Reply) -> list[bytes]:
    """Give what of each seal stands in a body as it is, JSON or not."""
    seals = [seal.value for _, _, seal in seals_in(reply.parts) if seal]
    return [TOKEN.findall(value)[-1].encode() for value in seals]


@law
@given(
    seal=st.builds(Seal, st.sampled_from(sorted(WIRES)), st.text(), is_redacted=st.booleans()),
    is_of_call=st.booleans(),
)
def test_an_envelope_gives_back_what_was_put_into_it(seal: Seal, is_of_call: bool) -> None:
    found = disclose(enclose(seal, is_of_call=is_of_call))
    expected = replace(seal, is_redacted=seal.is_redacted and not is_of_call)
    assert found == Enclosed(expected, is_of_call)
    encoded = enclose_encoded(seal)
    for value in (encoded, encoded.translate(str.maketrans("+/", "-_")), encoded.rstrip("=")):
        assert disclose_encoded(value) == Enclosed(seal)
    assert disclose("c2ln") is disclose_encoded("c2ln") is disclose_encoded("fmVzLg") is None
