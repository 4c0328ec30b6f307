"""The demo as a native Anthropic upstream: Messages, whole and streamed."""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from itertools import takewhile

import msgspec
from msgspec import Struct

from endpoints_server.demo.answer import Answer, Ask, Offer
from endpoints_server.demo.catalog import MESSAGES
from endpoints_server.demo.refusal import Refusal, bad_request, kept_nowhere, unknown_model
from endpoints_server.domain.money.estimate import estimate_tokens

MODELS = (MESSAGES,)
CREATED_AT = "2026-01-01T00:00:00Z"
"""The demo's models never age."""
STOP = {"end": "end_turn", "stop": "stop_sequence", "length": "max_tokens", "tool": "tool_use"}


class Block(Struct):
    """A piece of a message, in any of its kinds."""

    type: str
    text: str = ""
    thinking: str = ""
    signature: str = ""
    content: "str | list[Block] | None" = None
    cache_control: dict[str, object] | None = None


class Message(Struct):
    """A turn."""

    role: str
    content: str | list[Block]


class Tool(Struct):
    """A tool; those of the server have no schema, and the demo has none of them."""

    name: str
    input_schema: dict[str, object] | None = None
    cache_control: dict[str, object] | None = None


class ToolChoice(Struct):
    """Whether a tool has to be called."""

    type: str
    name: str = ""


class Thinking(Struct):
    """How much to think."""

    type: str
    budget_tokens: int | None = None


class Form(Struct):
    """The form that an answer must have."""

    schema: dict[str, object] | None = None


class Output(Struct):
    """What is asked of the answer as a whole."""

    format: Form | None = None


class Request(Struct):
    """A Messages request, as far as the demo heeds it."""

    model: str
    messages: list[Message]
    max_tokens: int | None = None
    system: str | list[Block] = ""
    stream: bool = False
    tools: list[Tool] = []
    tool_choice: ToolChoice | None = None
    thinking: Thinking | None = None
    stop_sequences: list[str] = []
    output_config: Output | None = None
    thread: dict[str, object] | None = None


decoder = msgspec.json.Decoder(Request)


def read_request(body: bytes, *, is_count: bool = False) -> Ask:
    """Read a request, or with `is_count` one that only counts; raises Refusal."""
    try:
        request = decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise bad_request(str(error)) from None
    check(request)
    if not is_count and (request.max_tokens is None or request.max_tokens < 1):
        raise bad_request("max_tokens: a number greater than 0 is required")
    last, earlier = request.messages[-1], request.messages[:-1]
    has_history = any(message.role == "assistant" for message in earlier)
    results = results_in(request.messages)
    begun = estimate_tokens([words_in(request.system), *(tool.name for tool in request.tools)])
    before = begun + estimate_tokens(words_in(message.content) for message in earlier)
    return Ask(
        id=sha256(body).hexdigest()[:24],
        model=request.model,
        words=words_in(results or last.content),
        is_result=bool(results),
        offers=offers_of(request),
        must_call=must_call(request),
        form=form_of(request),
        has_reasoning=request.thinking is not None and request.thinking.type != "disabled",
        ceiling_tokens=request.max_tokens,
        stops=tuple(request.stop_sequences),
        input_tokens=before + estimate_tokens([words_in(last.content)]),
        cached_tokens=before if has_history else 0,
        written_tokens=0 if has_history or not has_marks(request) else begun,
        is_stream=request.stream,
    )


def form_of(request: Request) -> dict[str, object] | None:
    """Give the schema that the answer must satisfy."""
    output = request.output_config
    return output.format.schema if output and output.format else None


def check(request: Request) -> None:
    """Refuse what Anthropic would refuse."""
    if request.model not in MODELS:
        raise unknown_model(request.model)
    if request.thread is not None:
        raise kept_nowhere()
    if not request.messages:
        raise bad_request("messages: at least one message is required")
    for position, message in enumerate(request.messages):
        for block in blocks_in(message.content):
            if block.type == "thinking" and block.signature != sign(block.thinking):
                raise bad_request(f"messages.{position}: Invalid `signature` in `thinking` block")


def sign(thinking: str) -> str:
    """Give the seal that proves reasoning to be the demo's own."""
    return b64encode(sha256(f"demo:{thinking}".encode()).digest()).decode()


def blocks_in(content: str | list[Block] | None) -> list[Block]:
    """Give the blocks of a turn; plain words are none."""
    return content if isinstance(content, list) else []


def words_in(content: str | list[Block] | None) -> str:
    """Give the words of a turn, those of tool results too."""
    if isinstance(content, str):
        return content
    found = (block.text or words_in(block.content) for block in content or ())
    return " ".join(filter(None, found))


def results_in(messages: list[Message]) -> list[Block]:
    """Give what tools answered since the last reply, whatever a client has put beside it."""
    latest = reversed(messages)
    fresh = [*takewhile(lambda message: message.role != "assistant", latest)][::-1]
    blocks = (block for message in fresh for block in blocks_in(message.content))
    return [block for block in blocks if block.type == "tool_result"]


def has_marks(request: Request) -> bool:
    """Say whether the caller wants the beginning kept in the cache."""
    marked: Iterable[Tool | Block] = [*request.tools, *blocks_in(request.system)]
    return any(each.cache_control for each in marked)


def offers_of(request: Request) -> tuple[Offer, ...]:
    """Give the tools that may be called."""
    if request.tool_choice and request.tool_choice.type == "none":
        return ()
    own = (tool for tool in request.tools if tool.input_schema is not None)
    return tuple(Offer(tool.name, tool.input_schema) for tool in own)


def must_call(request: Request) -> str:
    """Name the tool that has to be called, if one has to."""
    choice, offers = request.tool_choice, offers_of(request)
    if choice is None or not offers:
        return ""
    return choice.name if choice.type == "tool" else offers[0].name if choice.type == "any" else ""


def write_count(ask: Ask) -> bytes:
    """Write how many tokens a request has."""
    return msgspec.json.encode({"input_tokens": ask.input_tokens})


def write_reply(ask: Ask, said: Answer) -> bytes:
    """Write a whole answer."""
    content = []
    for block, pieces in blocks_of(ask, said):
        joined = "".join(pieces)
        match block["type"]:
            case "thinking":
                content.append(block | {"thinking": joined, "signature": sign(joined)})
            case "text":
                content.append(block | {"text": joined})
            case _:  # a tool call, whose broken-off arguments are none
                content.append(block | {"input": arguments_of(said)})
    ending = {"stop_reason": STOP[said.ending], "stop_sequence": said.stopped_by or None}
    whole = head(ask) | {"content": content, "usage": usage(ask, said.output_tokens)} | ending
    return msgspec.json.encode(whole)


def arguments_of(said: Answer) -> object:
    """Give the arguments of a tool call, none where they were broken off."""
    return msgspec.json.decode("".join(said.arguments)) if said.ending == "tool" else {}


def blocks_of(ask: Ask, said: Answer) -> Iterator[tuple[dict[str, object], tuple[str, ...]]]:
    """Give each block as it begins, and the pieces it is streamed in."""
    if said.reasoning:
        yield {"type": "thinking", "thinking": "", "signature": ""}, said.reasoning
    if said.text:
        yield {"type": "text", "text": ""}, said.text
    if said.tool:
        call: dict[str, object] = {"type": "tool_use", "id": f"toolu_{ask.id}", "name": said.tool}
        yield call | {"input": {}}, said.arguments


def write_stream(ask: Ask, said: Answer) -> Iterator[bytes]:
    """Write an answer piece by piece."""
    begun: dict[str, object] = {
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": usage(ask, 1),
    }
    yield event("message_start", message=head(ask) | begun)
    yield event("ping")
    for index, (block, pieces) in enumerate(blocks_of(ask, said)):
        yield event("content_block_start", index=index, content_block=block)
        for delta in deltas(str(block["type"]), pieces):
            yield event("content_block_delta", index=index, delta=delta)
        yield event("content_block_stop", index=index)
    delta = {"stop_reason": STOP[said.ending], "stop_sequence": said.stopped_by or None}
    yield event("message_delta", delta=delta, usage={"output_tokens": said.output_tokens})
    yield event("message_stop")


def deltas(kind: str, pieces: tuple[str, ...]) -> Iterator[Mapping[str, object]]:
    """Write the pieces of a block; thinking is sealed at its end."""
    match kind:
        case "thinking":
            yield from ({"type": "thinking_delta", "thinking": piece} for piece in pieces)
            yield {"type": "signature_delta", "signature": sign("".join(pieces))}
        case "text":
            yield from ({"type": "text_delta", "text": piece} for piece in pieces)
        case _:  # a tool call
            yield {"type": "input_json_delta", "partial_json": ""}
            yield from ({"type": "input_json_delta", "partial_json": piece} for piece in pieces)


def head(ask: Ask) -> dict[str, object]:
    """Give what every answer begins with."""
    return {"id": f"msg_{ask.id}", "type": "message", "role": "assistant", "model": ask.model}


def event(kind: str, **fields: object) -> bytes:
    """Write one event of a stream."""
    told = msgspec.json.encode({"type": kind} | fields)
    return b"event: " + kind.encode() + b"\ndata: " + told + b"\n\n"


def usage(ask: Ask, output_tokens: int) -> dict[str, object]:
    """Count the tokens; those read from the cache or written to it are not input again."""
    return {
        "input_tokens": ask.input_tokens - ask.cached_tokens - ask.written_tokens,
        "cache_read_input_tokens": ask.cached_tokens,
        "cache_creation_input_tokens": ask.written_tokens,
        "output_tokens": output_tokens,
    }


def write_refusal(refusal: Refusal) -> bytes:
    """Write an error."""
    error: dict[str, object] = {"type": refusal.kind, "message": refusal.message}
    if refusal.details:
        error["details"] = refusal.details
    return msgspec.json.encode({"type": "error", "error": error})


def write_models() -> bytes:
    """Write the list of models."""
    models = [
        {"id": name, "type": "model", "display_name": name, "created_at": CREATED_AT}
        for name in MODELS
    ]
    listed = {"data": models, "has_more": False, "first_id": MODELS[0], "last_id": MODELS[-1]}
    return msgspec.json.encode(listed)
