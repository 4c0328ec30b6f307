"""How the upstream for real clients understands and speaks Google's wire."""

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from itertools import takewhile
from typing import Any

from endpoints_server.demo.answer import Answer, Ask, Offer
from endpoints_server.demo.refusal import Refusal, bad_request

Part = dict[str, Any]

PATH = re.compile(r"/v1(?:beta)?/models/(.+):(generateContent|streamGenerateContent)")
FIELDS = {
    *("contents", "systemInstruction", "tools", "toolConfig", "generationConfig"),
    *("safetySettings", "cachedContent", "labels"),
}
UNVERIFIED = (None, "skip/thought/signature/validator")
"""What may stand for a signature by the rules of this wire, in its own alphabet."""


class Google:
    """The wire, at the model and operation that a path names."""

    def __init__(self, path: str) -> None:
        found = PATH.fullmatch(path)
        self.model, operation = found.groups() if found else ("", "")
        self.is_stream = operation == "streamGenerateContent"

    def read_request(self, body: bytes) -> Ask:
        """Read a request; raises Refusal for a signature that is not ours."""
        request = json.loads(body)
        contents = request["contents"]
        for content in contents:
            for part in content["parts"]:
                check(part)
        fresh = [*takewhile(lambda content: content.get("role") != "model", reversed(contents))]
        parts = [part for content in reversed(fresh) for part in content["parts"]]
        results = [part["functionResponse"] for part in parts if "functionResponse" in part]
        options = request.get("generationConfig", {})
        return Ask(
            id=sha256(body).hexdigest()[:24],
            model=self.model,
            words=words_of(results[-1]) if results else " ".join(p.get("text", "") for p in parts),
            is_result=bool(results),
            offers=offers_of(request),
            must_call=must_call(request),
            form=plain(first_of(options, "responseJsonSchema", "responseSchema")),
            has_reasoning=bool(options.get("thinkingConfig", {}).get("includeThoughts")),
            ceiling_tokens=options.get("maxOutputTokens"),
            input_tokens=len(body) // 4,
            is_stream=self.is_stream,
        )

    def write_reply(self, ask: Ask, said: Answer) -> bytes:
        """Write a whole answer."""
        parts = [part for part, _ in parts_of(ask, said)]
        return json.dumps(answer(ask, said, parts, is_ended=True)).encode()

    def write_stream(self, ask: Ask, said: Answer) -> Iterator[bytes]:
        """Write an answer piece by piece; calls are whole, and the end marker is none."""
        for part, pieces in parts_of(ask, said):
            for piece in pieces:
                yield event(answer(ask, said, [part | {"text": piece}]))
            if not pieces:
                yield event(answer(ask, said, [part]))
        yield event(answer(ask, said, [{"text": ""}], is_ended=True))

    def write_refusal(self, refusal: Refusal) -> bytes:
        """Write an error."""
        error = {"code": refusal.status, "message": refusal.message, "status": "INVALID_ARGUMENT"}
        return json.dumps({"error": error}).encode()


def check(part: Part) -> None:
    """Refuse a signature that nobody here has given."""
    signature = part.get("thoughtSignature")
    signature = signature and signature.replace("-", "+").replace("_", "/")
    name = part.get("functionCall", {}).get("name", "")
    if signature not in (*UNVERIFIED, sign(name)):
        raise bad_request("Corrupted thought signature.")


def sign(name: str) -> str:
    """Give the signature of a call."""
    return b64encode(sha256(f"acting:{name}".encode()).digest()).decode()


def words_of(result: Part) -> str:
    """Give what a function answered, whatever it is called."""
    values = list(result["response"].values())
    told = values[0] if len(values) == 1 else result["response"]
    return told if isinstance(told, str) else json.dumps(told)


def offers_of(request: Part) -> tuple[Offer, ...]:
    """Give the functions that may be called."""
    if mode_of(request).get("mode") == "NONE":
        return ()
    declared = [
        each for tool in request.get("tools", []) for each in tool.get("functionDeclarations", [])
    ]
    return tuple(
        Offer(each["name"], plain(first_of(each, "parametersJsonSchema", "parameters")))
        for each in declared
    )


def first_of(told: Part, *names: str) -> Any:
    """Give the first field there is, in either of the spellings that Google takes."""
    spelled = (each for name in names for each in (name, re.sub("([A-Z])", r"_\1", name).lower()))
    return next((told[each] for each in spelled if each in told), None)


def must_call(request: Part) -> str:
    """Name the function that has to be called, if one has to."""
    mode = mode_of(request)
    if mode.get("mode") != "ANY":
        return ""
    names = mode.get("allowedFunctionNames") or [offer.name for offer in offers_of(request)]
    return str(names[0])


def mode_of(request: Part) -> Part:
    """Say whether functions may or must be called."""
    mode: Part = request.get("toolConfig", {}).get("functionCallingConfig", {})
    return mode


def plain(schema: Any) -> Any:
    """Write the types of a schema as JSON Schema does."""
    if isinstance(schema, list):
        return [plain(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        name: value.lower() if name == "type" and isinstance(value, str) else plain(value)
        for name, value in schema.items()
    }


def parts_of(ask: Ask, said: Answer) -> Iterator[tuple[Part, tuple[str, ...]]]:
    """Give each part whole, and the pieces that its text is streamed in; a call has none."""
    if said.reasoning:
        yield {"text": "".join(said.reasoning), "thought": True}, said.reasoning
    if said.text:
        yield {"text": "".join(said.text)}, said.text
    if said.tool:
        call = {"id": ask.id, "name": said.tool, "args": json.loads("".join(said.arguments))}
        yield {"functionCall": call, "thoughtSignature": sign(said.tool)}, ()


def answer(ask: Ask, said: Answer, parts: list[Part], *, is_ended: bool = False) -> Part:
    """Give an answer or a piece of one."""
    candidate: Part = {"content": {"role": "model", "parts": parts}, "index": 0}
    if is_ended:
        candidate["finishReason"] = "STOP"
    usage = {
        "promptTokenCount": ask.input_tokens,
        "candidatesTokenCount": said.output_tokens - said.reasoning_tokens,
        "thoughtsTokenCount": said.reasoning_tokens,
        "totalTokenCount": ask.input_tokens + said.output_tokens,
    }
    whole = {"candidates": [candidate], "modelVersion": ask.model, "responseId": ask.id}
    return whole | {"usageMetadata": usage}


def event(told: Part) -> bytes:
    """Write one event as Google does, with carriage returns."""
    return f"data: {json.dumps(told)}\r\n\r\n".encode()
