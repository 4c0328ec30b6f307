"""The events that clients' accumulators wait for."""

from openai import omit
from openai.lib.streaming.responses._responses import ResponseStreamState
from openai.types.responses import Response, ResponseStreamEvent
from pydantic import TypeAdapter

from endpoints_server.domain.fault import Fault, Kind
from endpoints_server.domain.money.usage import Usage
from endpoints_server.domain.talk.prompt import (
    Foreign,
    Image,
    Refusal,
    Seal,
    Text,
    Thinking,
    ToolCall,
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
    unfold,
)
from endpoints_server.wires.openai_responses import OPENAI_RESPONSES as WIRE
from endpoints_server.wires.openai_responses.schema import NAME
from tests.wires.openai_responses.excerpts import STYLE, Json, written

REPLY = Reply(
    id="chatcmpl-1",
    model="m",
    created_at=9,
    parts=(
        Thinking(text="Hm.", seal=Seal("anthropic_messages", "sig")),
        Text(text="Look: "),
        Refusal(text="No."),
        ToolCall(id="call_1", name="look", arguments='{"a":1}'),
        ToolCall(id="call_2", name="now"),
    ),
    stop=Stop(kind=StopKind.TOOL),
    usage=Usage(input=5, cache_read=2, output=3, reasoning=4),
)
strict = TypeAdapter(ResponseStreamEvent)


def kinds(events: list[Json]) -> list[str]:
    return [event["type"].removeprefix("response.") for event in events]


def test_every_event_of_the_grammar_is_written() -> None:
    assert kinds(written(unfold(REPLY))) == [
        "created",
        "in_progress",
        "output_item.added",
        "reasoning_summary_part.added",
        "reasoning_summary_text.delta",
        "reasoning_summary_text.done",
        "reasoning_summary_part.done",
        "output_item.done",
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.done",
        "content_part.done",
        "content_part.added",
        "refusal.delta",
        "refusal.done",
        "content_part.done",
        "output_item.done",
        "output_item.added",
        "function_call_arguments.delta",
        "function_call_arguments.done",
        "output_item.done",
        "output_item.added",
        "function_call_arguments.delta",
        "function_call_arguments.done",
        "output_item.done",
        "completed",
    ]


def test_numbers_grow_and_places_and_ids_belong_together() -> None:
    events = written(unfold(REPLY))
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    items = {}
    for event in events:
        if event["type"] == "response.output_item.added":
            items[event["output_index"]] = event["item"]["id"]
        elif "item_id" in event:
            assert items[event["output_index"]] == event["item_id"]
    assert sorted(items) == [0, 1, 2, 3]
    assert [id.split("_")[0] for id in items.values()] == ["rs", "msg", "fc", "fc"]
    assert len(set(items.values())) == 4
    assert all(len(id) <= 64 for id in items.values())


def test_the_official_types_take_every_event() -> None:
    for event in written(unfold(REPLY)):
        strict.validate_python(event)


def test_the_official_accumulator_builds_the_same_as_the_last_event_tells() -> None:
    state: ResponseStreamState[None] = ResponseStreamState(input_tools=omit, text_format=omit)
    events = written(unfold(REPLY))
    for event in events:
        state.handle_event(strict.validate_python(event))
    answer = state._completed_response
    assert answer is not None
    assert answer.output_text == "Look: "
    calls = [item for item in answer.output if item.type == "function_call"]
    assert [(call.call_id, call.arguments) for call in calls] == [
        ("call_1", '{"a":1}'),
        ("call_2", "{}"),
    ]
    assert answer.usage
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (7, 7)
    assert answer.usage.input_tokens_details.cached_tokens == 2
    assert answer.usage.output_tokens_details.reasoning_tokens == 4


def test_a_whole_answer_is_what_the_last_event_holds() -> None:
    whole = WIRE.write_reply(REPLY, STYLE)
    told = Response.model_validate_json(whole).to_dict(exclude_unset=True)
    assert written(unfold(REPLY))[-1]["response"] == told


def test_reasoning_that_is_sealed_alone_has_no_summary() -> None:
    part = Thinking(seal=Seal(NAME, "ENC", is_redacted=True))
    events = written(unfold(Reply(id="r", parts=(part,), stop=Stop(kind=StopKind.END))))
    (item,) = events[-1]["response"]["output"]
    assert (item["summary"], item["encrypted_content"]) == ([], "ENC")


def test_a_seal_of_another_wire_finds_its_way_back() -> None:
    for seal in (
        Seal("anthropic_messages", "sig.na/ture=="),
        Seal("anthropic_messages", "data", is_redacted=True),
        Seal(NAME, "gAAAA"),
    ):
        reply = Reply(id="r", parts=(Thinking(text="Hm.", seal=seal),))
        assert WIRE.read_reply(WIRE.write_reply(reply, STYLE)).parts == reply.parts


def test_what_an_answer_has_no_place_for_is_left_out() -> None:
    item = {"type": "web_search_call", "id": "ws_1", "status": "completed"}
    parts = (
        Text(text="a"),
        Foreign(wire=NAME, value=item),
        Foreign(wire="other", value={"type": "x"}),
        Image(url="https://x.example/a.png"),
        Text(text="b"),
    )
    output = written(unfold(Reply(id="r", parts=parts)))[-1]["response"]["output"]
    assert [each["type"] for each in output] == ["message", "web_search_call", "message"]
    assert output[1] == item


def test_an_answer_that_was_cut_is_incomplete() -> None:
    for kind, reason in (
        (StopKind.LENGTH, "max_output_tokens"),
        (StopKind.FILTER, "content_filter"),
    ):
        last = written(unfold(Reply(parts=(Text(text="a"),), stop=Stop(kind=kind))))[-1]
        assert last["type"] == "response.incomplete"
        assert last["response"]["incomplete_details"] == {"reason": reason}


def test_a_fault_is_told_for_both_kinds_of_clients() -> None:
    fault = Fault(kind=Kind.UPSTREAM_BROKEN, message="It broke off.")
    events: list[Event] = [
        ReplyStart(id="r"),
        PartStart(index=0, part=Text(text="")),
        PartDelta(index=0, text="Hi"),
        ReplyEnd(fault=fault),
    ]
    error, failed = written(events)[-2:]
    assert error["type"] == "error"
    assert error["error"]["message"] == error["message"] == "It broke off."
    assert error["error"]["es"]["request_id"] == "req_own"
    assert failed["type"] == "response.failed"
    assert failed["response"]["status"] == "failed"
    assert failed["response"]["error"] == {"code": "server_error", "message": "It broke off."}
    assert failed["sequence_number"] == error["sequence_number"] + 1
    for event in (error, failed):
        strict.validate_python(event)


def test_a_part_that_nobody_ended_is_ended_with_the_answer() -> None:
    events: list[Event] = [
        PartStart(index=0, part=Text(text="")),
        PartDelta(index=0, text="Hi"),
        ReplyEnd(stop=Stop(kind=StopKind.END)),
    ]
    told = written(events)
    assert kinds(told)[-4:] == [
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "completed",
    ]
    assert kinds(written([*events[:2], PartEnd(index=0), events[2]])) == kinds(told)
