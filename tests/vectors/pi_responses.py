"""pi's recorded answers, read by our own code: as events, and after they were passed on."""

import json
from decimal import Decimal
from typing import Any

from msgspec import convert

from endpoints_server.config.money import price_of
from endpoints_server.config.schema.model import Cost
from endpoints_server.domain.fault import Fault
from endpoints_server.domain.money.price import cost
from endpoints_server.domain.money.usage import Usage
from endpoints_server.domain.talk.prompt import Part, Refusal, Text, Thinking, ToolCall
from endpoints_server.domain.talk.reply import Reply, StopKind
from endpoints_server.domain.wire import Wire
from endpoints_server.wires.listed import WIRES
from tests.vectors.pi_requests import APIS
from tests.vectors.streaming import passed_on, stream_reply

Case = dict[str, Any]
Told = dict[str, Any]

OK = 200
SAID = ("type", "text", "thinking", "id", "name", "arguments")
REASONS = {
    StopKind.END: "stop",
    StopKind.STOP_SEQUENCE: "stop",
    StopKind.PAUSE: "stop",
    StopKind.LENGTH: "length",
    StopKind.TOOL: "toolUse",
}


def read(case: Case) -> list[Told]:
    """Tell what each way through the server makes of the answer of a case."""
    wire, reply = WIRES[APIS[case["api"]]], case["reply"]
    body = body_of(reply)
    if reply.get("status", OK) != OK:
        return [refused(wire.read_fault(reply["status"], reply.get("headers", {}), body))]
    return [told(case, each) for each in ways(wire, body)]


def body_of(reply: Told) -> bytes:
    """Put an answer together; pauses are left out, and what broke off has broken off."""
    if "chunks" not in reply:
        return str(reply.get("body", "")).encode()
    return b"".join(piece.encode() for piece in reply["chunks"] if isinstance(piece, str))


def ways(wire: Wire, body: bytes) -> list[Reply]:
    if body.lstrip().startswith(b"{"):
        return [wire.read_reply(body)]
    return [stream_reply(wire, body), stream_reply(wire, passed_on(wire, body))]


def refused(fault: Fault) -> Told:
    return {
        "content": [],
        "stop": "error",
        "usage": None,
        "cost": None,
        "status": fault.http_status,
    }


def told(case: Case, reply: Reply) -> Told:
    """Tell a reply as pi tells it; what it used is told only where it was told to us."""
    stop = REASONS.get(reply.stop.kind, "error") if reply.stop else "error"
    usage = reply.usage
    return {
        "content": [content_of(part) for part in reply.parts],
        "stop": "error" if reply.fault else stop,
        "usage": counts_of(usage) if usage else None,
        "cost": charged(case, usage) if usage else None,
        "status": None,
    }


def content_of(part: Part) -> Told:
    match part:
        case Text() | Refusal():
            return {"type": "text", "text": part.text}
        case Thinking():
            return {"type": "thinking", "thinking": part.text}
        case ToolCall():
            return {
                "type": "toolCall",
                "id": part.id,
                "name": part.name,
                "arguments": part.arguments,
            }
        case _:
            return {"type": type(part).__name__}


def counts_of(usage: Usage) -> tuple[int, int, int, int]:
    """Count as pi does: reasoning is output, and an hour in the cache is one kind of writing."""
    written = usage.cache_write + usage.cache_write_hour
    return usage.input, usage.total_output, usage.cache_read, written


def charged(case: Case, usage: Usage) -> int:
    """Give what an answer costs, by the price of the case's model."""
    written = json.loads(json.dumps(case["model"]["cost"]), parse_float=Decimal)
    price = price_of(convert(written, Cost))
    return cost(usage, price.rates_for(usage))


def expected(case: Case) -> Told:
    """Tell what pi makes of an answer."""
    message, reply = case["message"], case["reply"]
    usage = message["usage"]
    counts = tuple(usage[name] for name in ("input", "output", "cacheRead", "cacheWrite"))
    has_usage = any(counts)
    status = reply.get("status", OK)
    return {
        "content": [said(each) for each in message["content"]],
        "stop": message["stopReason"],
        "usage": counts if has_usage else None,
        "cost": round(usage["cost"]["total"] * 10**9) if has_usage else None,
        "status": status if status != OK else None,
    }


def said(content: Told) -> Told:
    """Give what was said, without what pi keeps of it for itself."""
    told = {key: each for key, each in content.items() if key in SAID}
    if "id" in told:  # behind which pi keeps that of the item
        told["id"] = told["id"].partition("|")[0]
    return told


def is_as_expected(told: Told, wanted: Told) -> bool:
    """Compare; arguments are compared as what they say."""
    return decoded(told) == wanted


def decoded(told: Told) -> Told:
    contents = [dict(content) for content in told["content"]]
    for content in contents:
        if content["type"] == "toolCall":
            content["arguments"] = arguments_of(content["arguments"])
    return {**told, "content": contents}


def arguments_of(text: str) -> Any:
    try:
        return json.loads(text or "{}")
    except ValueError:
        return text
