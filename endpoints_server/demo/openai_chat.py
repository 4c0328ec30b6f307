"""The demo as an OpenAI-compatible upstream: Chat Completions, whole and streamed."""

from collections.abc import Iterator
from hashlib import sha256
from itertools import takewhile

import msgspec
from msgspec import Struct

from endpoints_server.demo.answer import Answer, Ask, Offer
from endpoints_server.demo.catalog import CHAT, REASONER
from endpoints_server.demo.refusal import Refusal, bad_request, unknown_model
from endpoints_server.domain.money.estimate import estimate_tokens

MODELS = (CHAT, REASONER)
CREATED_AT = 1_767_225_600
"""The demo's models never age."""
FINISH = {"end": "stop", "stop": "stop", "length": "length", "tool": "tool_calls"}
ENDED = b"data: [DONE]\n\n"


class Part(Struct):
    """A piece of a message; pictures and files are taken and not looked at."""

    type: str
    text: str = ""


class Message(Struct):
    """A turn."""

    role: str
    content: str | list[Part] | None = None


class Function(Struct):
    """A function that may be called."""

    name: str
    parameters: dict[str, object] | None = None


class Tool(Struct):
    """A tool."""

    function: Function


class Chosen(Struct):
    """The one tool that must be called."""

    function: Function


class FormSchema(Struct):
    """The schema that an answer must satisfy."""

    schema: dict[str, object] = {}


class Form(Struct):
    """The form that an answer must have."""

    type: str
    json_schema: FormSchema | None = None


class StreamOptions(Struct):
    """What a stream holds besides the answer."""

    include_usage: bool = False


class Request(Struct):
    """A Chat Completions request, as far as the demo heeds it."""

    model: str
    messages: list[Message]
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    tools: list[Tool] | None = None
    tool_choice: str | Chosen | None = None
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    stop: str | list[str] | None = None
    reasoning_effort: str | None = None
    response_format: Form | None = None
    n: int | None = None


decoder = msgspec.json.Decoder(Request)


def read_request(body: bytes) -> Ask:
    """Read a request; raises Refusal."""
    try:
        request = decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise bad_request(str(error)) from None
    if request.model not in MODELS:
        raise unknown_model(request.model)
    if not request.messages:
        raise bad_request("`messages` is empty.")
    if request.n is not None and request.n != 1:
        raise bad_request("The demo answers once: `n` must be 1.")
    last, earlier = request.messages[-1], request.messages[:-1]
    before = estimate_tokens(words_of(message) for message in earlier)
    has_history = any(message.role == "assistant" for message in earlier)
    results = results_in(request.messages)
    effort = request.reasoning_effort or ("medium" if request.model == REASONER else "none")
    return Ask(
        id=sha256(body).hexdigest()[:24],
        model=request.model,
        words=words_of(results[-1] if results else last),
        is_result=bool(results),
        offers=offers_of(request),
        must_call=must_call(request),
        form=form_of(request.response_format),
        has_reasoning=effort != "none",
        ceiling_tokens=first_of(request.max_completion_tokens, request.max_tokens),
        stops=(request.stop,) if isinstance(request.stop, str) else tuple(request.stop or ()),
        input_tokens=before + estimate_tokens([words_of(last)]),
        cached_tokens=before if has_history else 0,
        is_stream=bool(request.stream),
        has_stream_usage=bool(request.stream_options and request.stream_options.include_usage),
    )


def results_in(messages: list[Message]) -> list[Message]:
    """Give what tools answered since the last reply, whatever a client has put after it."""
    latest = reversed(messages)
    fresh = [*takewhile(lambda message: message.role != "assistant", latest)][::-1]
    return [message for message in fresh if message.role == "tool"]


def words_of(message: Message) -> str:
    """Give the words of a turn."""
    if isinstance(message.content, str):
        return message.content
    return " ".join(part.text for part in message.content or () if part.text)


def offers_of(request: Request) -> tuple[Offer, ...]:
    """Give the tools that may be called."""
    if request.tool_choice == "none":
        return ()
    return tuple(
        Offer(tool.function.name, tool.function.parameters) for tool in request.tools or ()
    )


def must_call(request: Request) -> str:
    """Name the tool that has to be called, if one has to."""
    match request.tool_choice:
        case Chosen(function=function):
            return function.name
        case "required" if request.tools:
            return request.tools[0].function.name
        case _:  # the choice is free
            return ""


def form_of(asked: Form | None) -> dict[str, object] | None:
    """Give the schema that the answer must satisfy."""
    if asked is None or asked.type == "text":
        return None
    schema = asked.json_schema.schema if asked.json_schema else {}
    return schema or {"type": "object", "properties": {"answer": {"type": "string"}}}


def first_of(*values: int | None) -> int | None:
    """Give the first number that was said."""
    return next((value for value in values if value is not None), None)


def write_reply(ask: Ask, said: Answer) -> bytes:
    """Write a whole answer."""
    message: dict[str, object] = {"role": "assistant", "content": "".join(said.text) or None}
    if said.reasoning:
        message["reasoning_content"] = "".join(said.reasoning)
    if said.tool:
        message["tool_calls"] = [call(ask, said.tool, "".join(said.arguments))]
    choice = {
        "index": 0,
        "message": message,
        "logprobs": None,
        "finish_reason": FINISH[said.ending],
    }
    whole = head(ask, "chat.completion") | {"choices": [choice], "usage": usage(ask, said)}
    return msgspec.json.encode(whole)


def write_stream(ask: Ask, said: Answer) -> Iterator[bytes]:
    """Write an answer piece by piece."""
    yield chunk(ask, {"role": "assistant", "content": ""})
    for piece in said.reasoning:
        yield chunk(ask, {"reasoning_content": piece})
    for piece in said.text:
        yield chunk(ask, {"content": piece})
    if said.tool:
        yield chunk(ask, {"tool_calls": [{"index": 0} | call(ask, said.tool, "")]})
    for piece in said.arguments:
        yield chunk(ask, {"tool_calls": [{"index": 0, "function": {"arguments": piece}}]})
    yield chunk(ask, {}, FINISH[said.ending])
    if ask.has_stream_usage:
        counted = head(ask, "chat.completion.chunk") | {"choices": [], "usage": usage(ask, said)}
        yield event(counted)
    yield ENDED


def head(ask: Ask, kind: str) -> dict[str, object]:
    """Give what every answer and every chunk begins with."""
    return {"id": f"chatcmpl-{ask.id}", "object": kind, "created": CREATED_AT, "model": ask.model}


def chunk(ask: Ask, delta: dict[str, object], finish: str | None = None) -> bytes:
    """Write one chunk of a stream."""
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    return event(head(ask, "chat.completion.chunk") | {"choices": [choice]})


def event(value: dict[str, object]) -> bytes:
    """Write one event of a stream."""
    return b"data: " + msgspec.json.encode(value) + b"\n\n"


def call(ask: Ask, name: str, arguments: str) -> dict[str, object]:
    """Write a tool call."""
    function = {"name": name, "arguments": arguments}
    return {"id": f"call_{ask.id}", "type": "function", "function": function}


def usage(ask: Ask, said: Answer) -> dict[str, object]:
    """Count the tokens."""
    return {
        "prompt_tokens": ask.input_tokens,
        "completion_tokens": said.output_tokens,
        "total_tokens": ask.input_tokens + said.output_tokens,
        "prompt_tokens_details": {"cached_tokens": ask.cached_tokens},
        "completion_tokens_details": {"reasoning_tokens": said.reasoning_tokens},
    }


def write_refusal(refusal: Refusal) -> bytes:
    """Write an error."""
    error = {"message": refusal.message, "type": refusal.kind, "param": None, "code": None}
    return msgspec.json.encode({"error": error})


def write_models() -> bytes:
    """Write the list of models."""
    models = [
        {"id": name, "object": "model", "created": CREATED_AT, "owned_by": "demo"}
        for name in MODELS
    ]
    return msgspec.json.encode({"object": "list", "data": models})
