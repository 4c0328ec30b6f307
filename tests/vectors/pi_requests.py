"""pi's recorded requests, played through our own code: what pi is asked is what a caller asks."""

import json
from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from endpoints_server.domain.dialect import Dialect
from endpoints_server.domain.fault import Failed
from endpoints_server.domain.wire import Wire
from endpoints_server.wires.listed import WIRES
from tests.vectors.pi_asked import asked_in_chat
from tests.vectors.pi_dialect import dialect_of
from tests.vectors.requests import text_alone

Case = dict[str, Any]
Body = dict[str, Any]

APIS = {
    "openai-completions": "openai_chat",
    "openai-responses": "openai_responses",
    "anthropic-messages": "anthropic_messages",
    "google-generative-ai": "google_generative",
}
NEWEST = "1.5.2"
CEILINGS = ("max_tokens", "max_completion_tokens", "max_output_tokens")


def play(case: Case) -> Iterator[Body]:
    """Give the bodies that a caller's request becomes: relayed where it can be, and translated."""
    wire, chat = WIRES[APIS[case["api"]]], WIRES["openai_chat"]
    model, dialect = case["model"].get("id", "test-model"), dialect_of(case)
    asked = json.dumps(asked_in_chat(case)).encode()
    if wire is chat:
        yield comparable(case, relayed(wire, asked, model, dialect))
    prompt = replace(chat.read_request(asked), model=model)
    yield comparable(case, json.loads(wire.write_request(prompt, dialect).body))


def replay(case: Case) -> Body:
    """Give what pi's own request becomes on its way to the model that it was made for."""
    wire, body = WIRES[APIS[case["api"]]], json.dumps(case["request"]["body"]).encode()
    dialect = dialect_of(case)
    return relayed(wire, body, case["model"].get("id", "test-model"), dialect)


def relayed(wire: Wire, asked: bytes, model: str, dialect: Dialect) -> Body:
    """Give the body that goes on to the same wire; nothing where it is refused."""
    try:
        body: Body = json.loads(wire.relay_request(asked, model, dialect, True).body)
    except Failed:
        return {}
    return body


def expected(case: Case) -> Iterator[Body]:
    """Give the bodies that versions of pi send."""
    yield comparable(case, case["request"]["body"])
    later = case.get("differs_in", {}).get(NEWEST)
    if later:
        yield comparable(case, patched(case, later)["request"]["body"])


def patched(case: Case, changes: list[Body]) -> Case:
    """Lay what another version does differently over a case."""
    result: Case = json.loads(json.dumps({"request": case["request"]}))
    for change in changes:
        *path, last = change["path"].split("/")[1:]
        inner: Any = result
        for step in path:
            inner = inner[int(step) if isinstance(inner, list) else step]
        place: Any = int(last) if isinstance(inner, list) else last
        if change.get("absent"):
            del inner[place]
        elif isinstance(inner, list) and place == len(inner):
            inner.append(change["value"])
        else:
            inner[place] = change["value"]
    return result


def comparable(case: Case, body: Body) -> Body:
    """Take out of a body what pi or this server sends of itself, and write the rest in one form."""
    kept: Body = json.loads(json.dumps(body))
    model, compat = case["model"], case["model"].get("compat", {})
    own = case["options"].get("samplingParams", {})
    if "supportsStore" not in compat and "store" not in own:
        kept.pop("store", None)
    if not {"maxTokens"} & {*model, *case["options"]}:
        for name in {*CEILINGS} - {*own}:
            kept.pop(name, None)
        without_ceiling(kept)
    if "maxTokensField" not in compat and "max_completion_tokens" in kept:
        kept["max_tokens"] = kept.pop("max_completion_tokens")
    if "system" in kept:
        kept["system"] = text_alone(kept["system"])
    if "input" in kept:
        kept["input"] = [item_alike(item) for item in kept["input"]]
    for message in kept.get("messages", []):
        message["content"] = content_alike(message.get("content"))
    for tool in kept.get("tools", []):
        if "supportsEagerToolInputStreaming" not in compat:
            tool.pop("eager_input_streaming", None)
    return kept


def without_ceiling(kept: Body) -> None:
    """Take the ceiling out of what Google's wire asks, and the role that instructions need not."""
    config = kept.get("generationConfig", {})
    config.pop("maxOutputTokens", None)
    if not config:
        kept.pop("generationConfig", None)
    kept.get("systemInstruction", {}).pop("role", None)


def item_alike(item: Body) -> Body:
    """Write an item of the Responses API in one form, without ids that nobody keeps."""
    unsaid = {"id", "status", "phase"} | ({"type"} if "role" in item else set())
    kept = {key: each for key, each in item.items() if key not in unsaid}
    for name in ("content", "output"):
        if name in kept:
            kept[name] = parts_alike(kept[name])
    return kept


def parts_alike(content: Any) -> Any:
    """Write content that is words alone as a text."""
    for part in content if isinstance(content, list) else []:
        part.pop("annotations", None)
    is_words = isinstance(content, list) and len(content) == 1 and "text" in content[0]
    return content[0]["text"] if is_words else content


def content_alike(content: Any) -> Any:
    """Write content in one form; a result that is no error says nothing of it."""
    for block in content if isinstance(content, list) else []:
        block.pop("is_error", None)
        if "content" in block:
            block["content"] = text_alone(block["content"])
    return text_alone(content)
