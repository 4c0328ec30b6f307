"""LibreChat's recorded answers, read by our own code: as events, and after they were passed on."""

import json
from collections.abc import Collection
from itertools import zip_longest
from typing import Any

from endpoints_server.domain.fault import Fault
from endpoints_server.domain.money.usage import Usage
from endpoints_server.domain.talk.prompt import Part, Refusal, Text, Thinking, ToolCall
from endpoints_server.domain.talk.reply import Reply, fold
from endpoints_server.domain.talk.tags import untagged
from endpoints_server.domain.wire import Style, Wire
from endpoints_server.wires.listed import WIRES

Case = dict[str, Any]
Told = dict[str, Any]

NAMES = {
    "openai_chat_completions": "openai_chat",
    "openai_responses": "openai_responses",
    "anthropic_messages": "anthropic_messages",
    "google_generate_content": "google_generative",
}
NAMED = ("openai_responses", "anthropic_messages")
"""Those whose events have names."""

EVENT_BYTES = 1024 * 1024
STYLE = Style(id="r", model="m", created_at=1, request_id="q", has_usage=True)


def read(case: Case) -> list[Told]:
    """Tell what each way through the server makes of the answers of a case."""
    wire, upstream = WIRES[NAMES[case["wire"]]], case["upstream"]
    if upstream["status"] != 200:
        body = json.dumps(upstream["json"]).encode()
        return [refused(wire.read_fault(upstream["status"], {}, body))]
    if "json" in upstream:
        body = json.dumps(upstream["json"]).encode()
        ways = [[wire.read_reply(each)] for each in (body, wire.mend_reply(body, STYLE)[0])]
    else:
        streams = [events_of(case, key) for key in ("events", "second_response_events")]
        streams = [each for each in streams if each]
        ways = [
            [stream_reply(wire, each) for each in streams],
            [stream_reply(wire, passed_on(wire, each)) for each in streams],
        ]
    return [told([without_tags(reply, wire) for reply in replies]) for replies in ways]


def without_tags(reply: Reply, wire: Wire) -> Reply:
    """Tell reasoning between tags as a translation does; in relayed bytes LibreChat finds it."""
    return untagged(reply) if wire.name == "openai_chat" else reply


def events_of(case: Case, key: str) -> bytes:
    """Write the events of a case as the upstream does."""
    upstream, is_named = case["upstream"], case["wire"] in NAMED
    written = [event_bytes(event, is_named=is_named) for event in upstream.get(key, ())]
    is_open = upstream.get("no_done_marker") or upstream.get("connection_dropped_after_events")
    if written and not is_named and not is_open:
        written.append(b"data: [DONE]\n\n")
    return b"".join(written)


def event_bytes(event: Any, *, is_named: bool) -> bytes:
    """Write one event; a text is written as it is."""
    if isinstance(event, str):
        return event.encode()
    name = f"event: {event['type']}\n" if is_named else ""
    return f"{name}data: {json.dumps(event)}\n\n".encode()


def stream_reply(wire: Wire, stream: bytes) -> Reply:
    reader = wire.reader(EVENT_BYTES)
    return fold([*reader.feed(stream), *reader.close()])


def passed_on(wire: Wire, stream: bytes) -> bytes:
    mender = wire.mender(STYLE, EVENT_BYTES)
    return mender.feed(stream) + mender.close()


def refused(fault: Fault) -> Told:
    return {"content": [], "finish": [], "usage": [], "error": f"http_{fault.http_status}"}


def told(replies: list[Reply]) -> Told:
    """Tell replies as LibreChat tells them."""
    faults = [reply.fault.message for reply in replies if reply.fault]
    return {
        "content": [content_of(part) for reply in replies for part in reply.parts],
        "finish": [reply.stop.raw for reply in replies if reply.stop],
        "usage": [counts_of(reply.usage) for reply in replies if reply.usage],
        "error": faults[0] if faults else None,
    }


def content_of(part: Part) -> Told:
    match part:
        case Text():
            return {"type": "text", "text": part.text}
        case Refusal():
            return {"type": "refusal", "refusal": part.text}
        case Thinking():
            return {"type": "think", "think": part.text}
        case ToolCall():
            return {"type": "tool_call", "call": (part.id, part.name, meant(part.arguments))}
        case _:
            return {"type": type(part).__name__}


def counts_of(usage: Usage) -> Told:
    return {
        "input": usage.total_input,
        "output": usage.total_output,
        "cache_read": usage.cache_read,
        "cache_creation": usage.cache_write + usage.cache_write_hour,
        "reasoning": usage.reasoning,
    }


def is_as_expected(told: Told, case: Case) -> bool:
    """Compare with LibreChat's verdict; of an error in a stream its words are compared.

    On Responses and on Google's wire its client passes over why a model stopped and says null, and
    tells Google's thoughts from other words in no count: neither says anything of the answer.
    """
    expect = case["expect"]
    unsaid = ("reasoning",) if NAMES[case["wire"]] == "google_generative" else ()
    nothing: Told = {}
    contents = zip_longest(expect["content"], told["content"], fillvalue=nothing)
    finishes = zip_longest(expect["finish"], told["finish"], fillvalue="")
    usages = [expected_counts(each) for each in expect["usage"] if "input_tokens" in each]
    return (
        is_expected_error(told["error"], expect.get("error"))
        and all(expected_content(theirs, ours) == ours for theirs, ours in contents)
        and all(theirs in (None, ours) for theirs, ours in finishes)
        and [without(each, unsaid) for each in told["usage"]]
        == [without(each, unsaid) for each in usages]
    )


def without(counts: Told, names: Collection[str]) -> Told:
    """Leave some counts out."""
    return {name: count for name, count in counts.items() if name not in names}


def is_expected_error(error: str | None, expected: Told | None) -> bool:
    if error is None or expected is None:
        return error is None and expected is None
    if expected["stage"] == "upstream":
        return bool(error == expected["code"])
    return expected.get("message", "") in error


def expected_content(content: Told, ours: Told) -> Told:
    """Give a piece of content in our words; an id that was made up is ours."""
    if content.get("type") != "tool_call":
        return content
    call = content["tool_call"]
    is_made_up = isinstance(call["id"], dict) and ours.get("call")
    call_id = ours["call"][0] if is_made_up else call["id"]
    return {"type": "tool_call", "call": (call_id, call["name"], meant(call["args"]))}


def meant(arguments: str) -> Any:
    """Read what a tool is asked for: white space in JSON means nothing."""
    try:
        return json.loads(arguments)
    except ValueError:
        return arguments


def expected_counts(usage: Told) -> Told:
    details = usage.get("input_token_details", {})
    return {
        "input": usage["input_tokens"],
        "output": usage["output_tokens"],
        "cache_read": details.get("cache_read", 0),
        "cache_creation": details.get("cache_creation", 0),
        "reasoning": usage.get("output_token_details", {}).get("reasoning", 0),
    }
