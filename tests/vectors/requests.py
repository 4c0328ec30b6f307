"""LibreChat's recorded requests, played through our own code."""

import json
import re
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from endpoints_server.config.compile import compile_catalog
from endpoints_server.config.load import load_bytes
from endpoints_server.config.prices import no_prices
from endpoints_server.domain.dialect import Dialect
from endpoints_server.domain.header import Conversation, overlay, render
from endpoints_server.domain.people.person import Person
from endpoints_server.domain.wire import Target
from endpoints_server.wires.listed import WIRES

Case = dict[str, Any]
Sent = dict[str, Any]


def play(case: Case) -> Sent | None:
    """Give URL, headers and body of the request a caller's body becomes; None for a bad entry."""
    entry = dict(case["endpoint"])
    entry["models"] = {**entry.get("models", {}), "default": [case["model"]]}
    file = {"version": "1.3.17", "endpoints": {"custom": [entry]}}
    loaded = load_bytes(json.dumps(file).encode(), case.get("env", {}), "f.yaml")
    if loaded.settings is None:
        return None
    (endpoint,) = compile_catalog(loaded.settings, loaded.version, no_prices).endpoints
    # that a stream is asked for its counts is ours, and not what is compared here
    dialect = replace(endpoint.dialect, has_stream_usage=False)
    if entry.get("addParams", {}).get("streamUsage"):
        dialect = endpoint.dialect
    wire = WIRES[endpoint.wire]
    url = endpoint.address if endpoint.is_direct else wire.address(endpoint.address, Target())
    user = dict(case.get("user") or {"id": "u1"})
    person = Person(id=user["id"], email=user.get("email") or "", name=user.get("name") or "")
    headers = {"content-type": "application/json", **wire.headers}
    secret = case.get("user_key", {}).get("apiKey") or endpoint.credential.secret.reveal()
    headers |= wire.credential(secret)
    headers = overlay(headers, render(endpoint.headers, person, conversation_of(case)))
    return {
        "url": url,
        "headers": {name.lower(): value for name, value in headers.items()},
        "body": json.loads(written(case, endpoint.wire, dialect)),
    }


def written(case: Case, wire_name: str, dialect: Dialect) -> bytes:
    """Write the caller's body for the endpoint's wire: relayed, or translated."""
    asked = dict(case["chat_request"])
    asked |= asked.pop("x_librechat", {})
    body = msgspec.json.encode(asked)
    chat = WIRES["openai_chat"]
    if wire_name == chat.name:
        return chat.relay_request(body, case["model"], dialect, bool(asked.get("stream"))).body
    prompt = replace(chat.read_request(body), model=case["model"])
    return WIRES[wire_name].write_request(prompt, dialect).body


def conversation_of(case: Case) -> Conversation:
    """Read which conversation a case is about."""
    context: dict[str, Any] = case.get("request_context") or {}
    said: dict[str, Any] = context.get("body", context)
    return Conversation(
        id=str(said.get("conversationId") or ""),
        parent_message_id=str(said.get("parentMessageId") or ""),
        message_id=str(said.get("messageId") or ""),
    )


SETS_POURED = ("anthropic", "google")
"""Sets of parameters of which LibreChat sends the switches of its own client too."""

BY_MODEL = (8192, 64_000, 128_000)
"""Limits that LibreChat sends to OpenAI-compatible endpoints though nobody asked for one."""

OWN_BETA = ",fine-grained-tool-streaming-2025-05-14"
CLIENT_HEADERS = re.compile(
    "http-referer|x-title|x-openrouter-.*|anthropic-beta|anthropic-dangerous-.*"
)


def expected(case: Case) -> Sent | None:
    """Give the request LibreChat sends, without what it adds as a client."""
    request = case["expect"].get("request")
    if request is None:
        return None
    configured = {name.lower() for name in case["endpoint"].get("headers", {})}
    headers = {
        name: value.removesuffix(OWN_BETA)
        for name, value in request["headers"].items()
        if name in configured or not CLIENT_HEADERS.fullmatch(name)
    }
    return {"url": request["url"], "headers": headers, "body": as_asked(case, request["body"])}


def as_asked(case: Case, body: Mapping[str, Any]) -> dict[str, Any]:
    """Take out of a body what LibreChat added of itself, and write what is left in one form."""
    kept = unmarked(dict(body))
    params, added = case["params"], case["endpoint"].get("addParams", {})
    if "user" not in added:
        kept.pop("user", None)
    if "metadata" not in added and "metadata" in kept:
        kept.pop("metadata")
    wishes = {"thinking", "thinkingBudget", "thinkingDisplay"}
    if "output_config" in kept:  # where no effort is taken it asks for nothing
        wishes.add("effort")
    if not wishes & {*params, *added}:
        kept.pop("thinking", None)
    if kept.get("reasoning") == {"enabled": True} and not asks_to_think(case):
        kept.pop("reasoning")
    if is_poured(case["endpoint"]):
        for name in ("promptCache", "maxOutputTokens"):
            kept.pop(name, None)
        if "max_tokens" not in case["chat_request"] and kept.get("max_tokens") in BY_MODEL:
            kept.pop("max_tokens")
    return plain(kept)


def is_poured(entry: Mapping[str, Any]) -> bool:
    """Say whether LibreChat pours another wire's parameters into Chat Completions."""
    set_name = entry.get("customParams", {}).get("defaultParamsEndpoint")
    return "provider" not in entry and set_name in SETS_POURED


def asks_to_think(case: Case) -> bool:
    """Say whether a case wishes for reasoning, or LibreChat does so of itself."""
    added = case["endpoint"].get("addParams", {})
    return "reasoning_effort" in case["chat_request"] or "reasoning" in added


def unmarked(value: Any) -> Any:
    """Take out the marks of prompt caching."""
    match value:
        case dict():
            return {k: unmarked(v) for k, v in value.items() if k != "cache_control"}
        case list():
            return [unmarked(each) for each in value]
        case _:
            return value


UNSAID: tuple[tuple[str, object], ...] = (("text", {}), ("store", False))


def plain(body: dict[str, Any]) -> dict[str, Any]:
    """Write content in one form: a list of nothing but one text is that text.

    On Responses an empty `text` says nothing, and a stored answer is what is never asked for here.
    """
    if "input" in body:
        body = {name: value for name, value in body.items() if (name, value) not in UNSAID}
    for message in body.get("messages", []):
        message["content"] = text_alone(message.get("content"))
        for part in message["content"] if isinstance(message["content"], list) else []:
            if "content" in part:
                part["content"] = text_alone(part["content"])
    if "system" in body:
        body["system"] = text_alone(body["system"])
    return body


def text_alone(content: Any) -> Any:
    """Give the text of content that is one text, or the content itself."""
    match content:
        case [{"type": "text", "text": text, **rest}] if not rest:
            return text
        case _:
            return content
