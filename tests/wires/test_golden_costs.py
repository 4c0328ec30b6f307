"""A sheet of usage as it is really told, on each wire, and what it costs: worked out by hand."""

import json
from decimal import Decimal
from typing import Any

import pytest

from endpoints_server.domain.money.price import Price, Rates, Tier, cost
from endpoints_server.domain.money.usage import Usage
from endpoints_server.domain.money.usd import usd
from endpoints_server.domain.talk.reply import fold
from endpoints_server.domain.wire import Style, Wire
from endpoints_server.wires.anthropic_messages import ANTHROPIC_MESSAGES
from endpoints_server.wires.openai_chat import OPENAI_CHAT

Json = dict[str, Any]

STYLE = Style(id="r", model="m", created_at=1, request_id="r")
EVENT_BYTES = 1 << 20


def rates(*values: str) -> Rates:
    """Make rates: in, out, cache read, five-minute write, an hour's write."""
    names = ("input", "output", "cache_read", "cache_write", "cache_write_hour")
    return Rates(**dict(zip(names, map(Decimal, values), strict=False)))


CHAT_PRICE = Price(
    source="sheet",
    rates=rates("2.5", "10", "0.25", "3.125"),
    tiers=(Tier(200_000, rates("5", "15", "0.5", "6.25")),),
)
MESSAGES_PRICE = Price(
    source="sheet",
    rates=rates("3", "15", "0.3", "3.75", "6"),
    tiers=(Tier(200_000, rates("6", "22.5", "0.6", "7.5", "12")),),
)


def chat(prompt: float, completion: float, **more: Any) -> Json:
    return {"prompt_tokens": prompt, "completion_tokens": completion, **more}


def inside(**counts: int) -> Json:
    return {"prompt_tokens_details": counts}


def thought(tokens: int, **more: int) -> Json:
    return {"completion_tokens_details": {"reasoning_tokens": tokens, **more}}


CHAT = {
    "plain": (chat(1000, 500, total_tokens=1500), "0.0075"),
    "cached, inside": (chat(10_000, 100, **inside(cached_tokens=6000)), "0.0125"),
    "all cached": (chat(2048, 1, **inside(cached_tokens=2048)), "0.000522"),
    "cached and written, inside": (
        chat(10_000, 100, **inside(cached_tokens=6000, cache_write_tokens=2000)),
        "0.01375",
    ),
    "cached and written, beside": (
        chat(
            1000, 100, total_tokens=9100, **inside(cached_tokens=6000, cache_creation_tokens=2000)
        ),
        "0.01125",
    ),
    "reasoning inside": (chat(100, 900, total_tokens=1000, **thought(800)), "0.00925"),
    "reasoning beside": (chat(100, 100, total_tokens=1000, **thought(800)), "0.00925"),
    "as much reasoning beside as was cached inside": (
        chat(1000, 100, total_tokens=1900, **inside(cached_tokens=800), **thought(800)),
        "0.0097",
    ),
    "hits and misses": (
        chat(1000, 100, prompt_cache_hit_tokens=600, prompt_cache_miss_tokens=400),
        "0.00215",
    ),
    "cached at the top": (chat(1000, 10, cached_tokens=250), "0.0020375"),
    "cached in the other wire's words": (
        chat(1000, 2, cache_read_input_tokens=900, cache_creation_input_tokens=50),
        "0.00052625",
    ),
    "audio": (
        chat(
            1000,
            200,
            prompt_tokens_details={"audio_tokens": 300},
            completion_tokens_details={"audio_tokens": 100},
        ),
        "0.0045",
    ),
    "predictions rejected": (
        chat(10, 200, **thought(0, rejected_prediction_tokens=50)),
        "0.002025",
    ),
    "no details": (
        chat(7, 3, prompt_tokens_details=None, completion_tokens_details=None),
        "0.0000475",
    ),
    "no words": (chat(8, 0), "0.00002"),
    "counts that are none": (chat(10.0, -5), "0.000025"),
    "just below a tier": (chat(200_000, 10), "0.5001"),
    "in a tier": (chat(200_001, 10), "1.000155"),
    "in a tier for what was cached": (
        chat(200_001, 10, **inside(cached_tokens=200_000)),
        "0.100155",
    ),
}


def messages(fresh: int, output: int, **more: Any) -> Json:
    return {"input_tokens": fresh, "output_tokens": output, **more}


def kept(five_minutes: int, hour: int) -> Json:
    counts = {
        "ephemeral_5m_input_tokens": five_minutes,
        "ephemeral_1h_input_tokens": hour,
    }
    return {"cache_creation": counts}


CACHED = {"cache_creation_input_tokens": 2000, "cache_read_input_tokens": 6000}
MESSAGES = {
    "plain": (messages(1000, 500), "0.0105"),
    "read and written, beside": (messages(2000, 100, **CACHED), "0.0168"),
    "kept five minutes and an hour": (
        messages(2000, 100, cache_creation_input_tokens=3000, **kept(1000, 2000)),
        "0.02325",
    ),
    "kept an hour": (
        messages(10, 10, cache_creation_input_tokens=2000, **kept(0, 2000)),
        "0.01218",
    ),
    "kept five minutes": (
        messages(0, 1, cache_creation_input_tokens=400, **kept(400, 0)),
        "0.001515",
    ),
    "kept, without a sum": (messages(1, 1, **kept(100, 100)), "0.000993"),
    "thinking inside": (
        messages(100, 1000, output_tokens_details={"thinking_tokens": 900}),
        "0.0153",
    ),
    "searches": (messages(1000, 100, server_tool_use={"web_search_requests": 3}), "0.0045"),
    "another tier of service": (messages(20, 10, service_tier="priority"), "0.00021"),
    "nulls": (
        messages(5, 5, cache_creation_input_tokens=None, cache_read_input_tokens=None),
        "0.00009",
    ),
    "nearly all read": (messages(3, 20, cache_read_input_tokens=100_000), "0.030309"),
    "no words": (messages(50, 0), "0.00015"),
    "just below a tier": (messages(0, 100, cache_read_input_tokens=200_000), "0.0615"),
    "in a tier for what was read": (
        messages(1, 100, cache_read_input_tokens=200_000),
        "0.122256",
    ),
    "words nobody knows": (messages(1, 1, inference_geo="eu", iterations=[]), "0.000018"),
}
STREAMED = {
    "counted at the end": (messages(1000, 1), {"output_tokens": 500}, "0.0105"),
    "counted twice": (messages(2000, 1, **CACHED), messages(2000, 100, **CACHED), "0.0168"),
    "more went in than was said": (messages(100, 1), messages(5000, 50), "0.01575"),
}


@pytest.mark.parametrize("name", CHAT)
@pytest.mark.parametrize("place", ["usage", "choice", "x_groq"])
def test_chat_completions_cost_what_the_sheet_says(name: str, place: str) -> None:
    counts, expected = CHAT[name]
    choice: Json = {"index": 0, "message": {"role": "assistant", "content": "Hi"}}
    body: Json = {"id": "c", "choices": [choice]}
    match place:
        case "usage":
            body["usage"] = counts
        case "choice":
            choice["usage"] = counts
        case _:
            body["x_groq"] = {"usage": counts}
    assert charged(read_whole(OPENAI_CHAT, body), CHAT_PRICE) == expected


@pytest.mark.parametrize("name", MESSAGES)
def test_messages_cost_what_the_sheet_says(name: str) -> None:
    counts, expected = MESSAGES[name]
    body = {"type": "message", "content": [], "stop_reason": "end_turn", "usage": counts}
    assert charged(read_whole(ANTHROPIC_MESSAGES, body), MESSAGES_PRICE) == expected


@pytest.mark.parametrize("name", STREAMED)
def test_streamed_messages_cost_what_the_sheet_says(name: str) -> None:
    start, delta, expected = STREAMED[name]
    message = {"id": "m", "type": "message", "role": "assistant", "content": [], "usage": start}
    ended = {"stop_reason": "end_turn", "stop_sequence": None}
    events: list[Json] = [
        {"type": "message_start", "message": message},
        {"type": "message_delta", "delta": ended, "usage": delta},
        {"type": "message_stop"},
    ]
    lines = (f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events)
    reader = ANTHROPIC_MESSAGES.reader(EVENT_BYTES)
    usage = fold([*reader.feed("".join(lines).encode()), *reader.close()]).usage
    assert charged(usage, MESSAGES_PRICE) == expected


def read_whole(wire: Wire, body: Json) -> Usage | None:
    """Read a whole answer in both ways, which must agree."""
    written = json.dumps(body).encode()
    usage = wire.read_reply(written).usage
    assert wire.mend_reply(written, STYLE)[1].usage == usage
    return usage


def charged(usage: Usage | None, price: Price) -> str:
    """Price usage, in USD."""
    assert usage
    return usd(cost(usage, price.rates_for(usage)))
