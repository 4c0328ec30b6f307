"""How the upstream for real clients understands and speaks the Responses wire."""

import json
from collections.abc import Iterator
from hashlib import sha256
from itertools import count, takewhile
from typing import Any

from endpoints_server.demo.answer import Answer, Ask, Offer
from endpoints_server.demo.refusal import Refusal, bad_request

Item = dict[str, Any]

CREATED_AT = 1_767_225_600


def read_request(body: bytes) -> Ask:
    """Read a request; raises Refusal for reasoning that is not ours, or is only referred to."""
    request = json.loads(body)
    items = request["input"]
    items = [{"role": "user", "content": items}] if isinstance(items, str) else items
    for item in items:
        check(item)
    fresh = [*takewhile(lambda item: not is_ours(item), reversed(items))][::-1]
    results = [item for item in fresh if kind_of(item) == "function_call_output"]
    form = request.get("text", {}).get("format", {})
    return Ask(
        id=sha256(body).hexdigest()[:24],
        model=request["model"],
        words=words_in(results[-1]["output"] if results else fresh[-1].get("content")),
        is_result=bool(results),
        offers=offers_of(request),
        must_call=must_call(request),
        form=form.get("schema"),
        has_reasoning=(request.get("reasoning") or {}).get("effort", "none") not in (None, "none"),
        ceiling_tokens=request.get("max_output_tokens"),
        input_tokens=len(body) // 4,
        is_stream=bool(request.get("stream")),
    )


def check(item: Item) -> None:
    """Refuse what OpenAI would refuse of a conversation that it does not keep."""
    match kind_of(item):
        case "reasoning":
            text = words_in(item.get("summary"))
            if item.get("encrypted_content") not in (None, seal(text)):
                raise bad_request("The encrypted content could not be verified.")
        case "item_reference":
            raise bad_request(f"Item with id '{item['id']}' not found.")
        case _:  # may say anything
            pass


def kind_of(item: Item) -> str:
    """Name the kind of an item; messages need not say theirs."""
    return str(item.get("type", "message"))


def is_ours(item: Item) -> bool:
    """Say whether an item is part of an earlier answer."""
    kind = kind_of(item)
    return kind in ("reasoning", "function_call") or (
        kind == "message" and item["role"] == "assistant"
    )


def words_in(content: object) -> str:
    """Give the words of a content in either of its forms."""
    if isinstance(content, list):
        return " ".join(part["text"] for part in content if part.get("text"))
    return str(content or "")


def seal(text: str) -> str:
    """Give the seal that proves reasoning to be our own."""
    return sha256(f"acting:{text}".encode()).hexdigest()


def offers_of(request: Item) -> tuple[Offer, ...]:
    """Give the functions that may be called."""
    tools = request.get("tools") or []
    if request.get("tool_choice") == "none":
        return ()
    return tuple(
        Offer(tool["name"], tool.get("parameters")) for tool in tools if tool["type"] == "function"
    )


def must_call(request: Item) -> str:
    """Name the function that has to be called, if one has to."""
    match request.get("tool_choice"):
        case {"type": "function", "name": str(name)}:
            return name
        case "required" if offers := offers_of(request):
            return offers[0].name
        case _:  # the choice is free
            return ""


def output_of(ask: Ask, said: Answer) -> list[Item]:
    """Give the items of a whole answer."""
    items: list[Item] = []
    if said.reasoning:
        text = "".join(said.reasoning)
        summary = [{"type": "summary_text", "text": text}]
        items.append({"type": "reasoning", "id": f"rs_{ask.id}", "summary": summary})
        items[-1]["encrypted_content"] = seal(text)
    if said.tool:
        call = {"type": "function_call", "id": f"fc_{ask.id}", "call_id": f"call_{ask.id}"}
        items.append(call | {"name": said.tool, "arguments": "".join(said.arguments)})
        items[-1]["status"] = "completed"
    else:
        message = {"type": "message", "id": f"msg_{ask.id}", "role": "assistant"}
        items.append(message | {"status": "completed", "content": [part("".join(said.text))]})
    return items


def part(text: str) -> Item:
    """Give the text of a message."""
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def response(ask: Ask, said: Answer, status: str) -> Item:
    """Give the answer as it stands."""
    is_ended = status != "in_progress"
    usage = {
        "input_tokens": ask.input_tokens,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": said.output_tokens,
        "output_tokens_details": {"reasoning_tokens": said.reasoning_tokens},
        "total_tokens": ask.input_tokens + said.output_tokens,
    }
    return {
        "id": f"resp_{ask.id}",
        "object": "response",
        "created_at": CREATED_AT,
        "status": status,
        "model": ask.model,
        "error": None,
        "incomplete_details": None,
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "output": output_of(ask, said) if is_ended else [],
        "usage": usage if is_ended else None,
    }


def write_reply(ask: Ask, said: Answer) -> bytes:
    """Write a whole answer."""
    return json.dumps(response(ask, said, "completed")).encode()


def write_stream(ask: Ask, said: Answer) -> Iterator[bytes]:
    """Write an answer piece by piece."""
    numbers = count()

    def event(kind: str, **fields: object) -> bytes:
        told = {"type": kind, "sequence_number": next(numbers)} | fields
        return f"event: {kind}\ndata: {json.dumps(told)}\n\n".encode()

    begun = response(ask, said, "in_progress")
    yield event("response.created", response=begun)
    yield event("response.in_progress", response=begun)
    for index, item in enumerate(output_of(ask, said)):
        for kind, fields in item_events(item, said):
            place = {"output_index": index}
            if "item" not in fields:
                place["item_id"] = item["id"]
            yield event(f"response.{kind}", **place, **fields)
    yield event("response.completed", response=response(ask, said, "completed"))


def item_events(item: Item, said: Answer) -> Iterator[tuple[str, Item]]:
    """Give the events of one item, from its beginning to its end."""
    match item["type"]:
        case "reasoning":
            first, whole = {"summary_index": 0}, item["summary"][0]
            yield "output_item.added", {"item": item | {"summary": [], "encrypted_content": ""}}
            yield "reasoning_summary_part.added", first | {"part": whole | {"text": ""}}
            for piece in said.reasoning:
                yield "reasoning_summary_text.delta", first | {"delta": piece}
            yield "reasoning_summary_text.done", first | {"text": whole["text"]}
            yield "reasoning_summary_part.done", first | {"part": whole}
        case "function_call":
            opened = item | {"arguments": "", "status": "in_progress"}
            yield "output_item.added", {"item": opened}
            for piece in said.arguments:
                yield "function_call_arguments.delta", {"delta": piece}
            told = {"name": item["name"], "arguments": item["arguments"]}
            yield "function_call_arguments.done", told
        case _:  # a message
            first, whole = {"content_index": 0}, item["content"][0]
            opened = item | {"content": [], "status": "in_progress"}
            yield "output_item.added", {"item": opened}
            yield "content_part.added", first | {"part": part("")}
            for piece in said.text:
                yield "output_text.delta", first | {"delta": piece, "logprobs": []}
            yield "output_text.done", first | {"text": whole["text"], "logprobs": []}
            yield "content_part.done", first | {"part": whole}
    yield "output_item.done", {"item": item}


def write_refusal(refusal: Refusal) -> bytes:
    """Write an error."""
    error = {"message": refusal.message, "type": refusal.kind, "param": None, "code": None}
    return json.dumps({"error": error}).encode()
