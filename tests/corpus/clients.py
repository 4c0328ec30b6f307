"""The official SDKs as clients: what they make of an answer, in one shape."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import anthropic
import openai
from anthropic.lib.streaming._messages import accumulate_event
from anthropic.types import Message, ParsedMessage, RawMessageStreamEvent
from google import genai
from google.genai.types import GenerateContentResponse
from msgspec import Struct
from openai.lib.streaming.chat import ChatCompletionStreamState
from openai.lib.streaming.responses._responses import ResponseStreamState
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from openai.types.responses import Response, ResponseStreamEvent

from tests.serving import Serving

RECORDING = "x-conversation-id"
"""The header that tells the upstream which recording to play."""


class Got(Struct, frozen=True, kw_only=True):
    """What a client got: an answer, or an error by its class and status."""

    text: str = ""
    refusal: str = ""
    tool_calls: tuple[tuple[str, Any], ...] = ()
    ids: tuple[str | None, ...] = ()
    finish: str | None = None
    usage: Mapping[str, int] | None = None
    error: str = ""
    status: int = 0


Ask = Callable[[Mapping[str, Any], str], Got]


@contextmanager
def openai_client(server: Serving) -> Iterator[Ask]:
    """Make a client of OpenAI's wire."""
    with openai.OpenAI(base_url=f"{server.url}/v1", api_key=server.key, max_retries=0) as client:

        def ask(body: Mapping[str, Any], recording: str) -> Got:
            options = {"headers": {RECORDING: recording}}
            try:
                return read_completion(completed(client, body, options))
            except openai.APIStatusError as error:
                return Got(error=type(error).__name__, status=error.status_code)
            except openai.APIError as error:
                return Got(error=type(error).__name__)

        yield ask


def completed(client: openai.OpenAI, body: Mapping[str, Any], options: Any) -> ChatCompletion:
    """Ask, and put a stream together as the SDK's own accumulator does."""
    path = "/chat/completions"
    if not body.get("stream"):
        return client.post(path, body=body, options=options, cast_to=ChatCompletion)
    state: ChatCompletionStreamState[None] = ChatCompletionStreamState()
    chunks = client.post(
        path,
        body=body,
        options=options,
        cast_to=ChatCompletion,
        stream=True,
        stream_cls=openai.Stream[ChatCompletionChunk],
    )
    for chunk in chunks:
        state.handle_chunk(chunk)
    # what the final completion adds is parsing after a schema, which refuses cut-off answers
    return state.current_completion_snapshot


def read_completion(answer: ChatCompletion) -> Got:
    """Tell a chat completion."""
    choice = answer.choices[0] if answer.choices else None
    message = choice.message if choice else None
    calls = [call for call in (message and message.tool_calls) or [] if call.type == "function"]
    legacy = message.function_call if message else None
    named = [call.function for call in calls] + ([legacy] if legacy else [])
    return Got(
        text=visible(message.content) if message else "",
        refusal=(message and message.refusal) or "",
        tool_calls=tuple((call.name, parsed(call.arguments)) for call in named),
        ids=(*(call.id for call in calls), *([None] if legacy else [])),
        finish=choice.finish_reason if choice else None,
        usage=openai_usage(answer.usage.to_dict()) if answer.usage else None,
    )


def visible(content: Any) -> str:
    """Join the visible text; some vendors answer with a list of parts, which the SDK lets pass."""
    if isinstance(content, list):
        return "".join(part["text"] for part in content if part.get("type") == "text")
    return content if isinstance(content, str) else ""


def openai_usage(usage: Mapping[str, Any]) -> dict[str, int]:
    """Count as the recordings do: cached tokens are input, reasoning is output."""
    prompt, completion = usage.get("prompt_tokens") or 0, usage.get("completion_tokens") or 0
    output = max(completion, (usage.get("total_tokens") or 0) - prompt)
    return {"input": prompt, "output": output}


@contextmanager
def responses_client(server: Serving) -> Iterator[Ask]:
    """Make a client of OpenAI's newer wire."""
    with openai.OpenAI(base_url=f"{server.url}/v1", api_key=server.key, max_retries=0) as client:

        def ask(body: Mapping[str, Any], recording: str) -> Got:
            options = {"headers": {RECORDING: recording}}
            try:
                return read_response(responded(client, body, options))
            except openai.APIStatusError as error:
                return Got(error=type(error).__name__, status=error.status_code)
            except openai.APIError as error:  # told in a stream
                return Got(error=type(error).__name__, status=200)

        yield ask


def responded(client: openai.OpenAI, body: Mapping[str, Any], options: Any) -> Response:
    """Ask, and put a stream together as the SDK's own accumulator does."""
    path = "/responses"
    if not body.get("stream"):
        return client.post(path, body=body, options=options, cast_to=Response)
    state: ResponseStreamState[None] = ResponseStreamState(
        input_tools=openai.omit, text_format=openai.omit
    )
    events = client.post(
        path,
        body=body,
        options=options,
        cast_to=Response,
        stream=True,
        stream_cls=openai.Stream[ResponseStreamEvent],
    )
    last: Response | None = None
    for event in events:
        state.handle_event(event)
        if event.type == "response.incomplete":
            last = event.response
    answer = state._completed_response or last
    if answer is None:
        raise ValueError("the stream held no response")
    return answer


def read_response(answer: Response) -> Got:
    """Tell a response."""
    messages = [item for item in answer.output if item.type == "message"]
    content = [part for message in messages for part in message.content or ()]
    calls = [item for item in answer.output if item.type == "function_call"]
    return Got(
        text="".join(part.text for part in content if part.type == "output_text"),
        refusal="".join(part.refusal for part in content if part.type == "refusal"),
        tool_calls=tuple((call.name, parsed(call.arguments)) for call in calls),
        ids=tuple(call.call_id for call in calls),
        finish=answer.status,
        usage=responses_usage(answer.usage.to_dict()) if answer.usage else None,
    )


def responses_usage(usage: Mapping[str, Any]) -> dict[str, int]:
    """Count as the recordings do: cached tokens are input, reasoning is output."""
    return {"input": usage["input_tokens"], "output": usage["output_tokens"]}


@contextmanager
def anthropic_client(server: Serving) -> Iterator[Ask]:
    """Make a client of Anthropic's wire."""
    with anthropic.Anthropic(base_url=server.url, api_key=server.key, max_retries=0) as client:

        def ask(body: Mapping[str, Any], recording: str) -> Got:
            options = {"headers": {RECORDING: recording}}
            try:
                return read_message(answered(client, body, options))
            except anthropic.APIStatusError as error:
                return Got(error=type(error).__name__, status=error.status_code)
            except anthropic.APIError as error:
                return Got(error=type(error).__name__)

        yield ask


def answered(client: anthropic.Anthropic, body: Mapping[str, Any], options: Any) -> Message:
    """Ask, and put a stream together as the SDK's own accumulator does."""
    path = "/v1/messages"
    if not body.get("stream"):
        return client.post(path, body=body, options=options, cast_to=Message)
    events = client.post(
        path,
        body=body,
        options=options,
        cast_to=Message,
        stream=True,
        stream_cls=anthropic.Stream[RawMessageStreamEvent],
    )
    snapshot: ParsedMessage[None] | None = None
    pieces: dict[int, bytes] = {}
    for event in events:
        snapshot = accumulate_event(event=event, current_snapshot=snapshot, json_bufs=pieces)
    if snapshot is None:
        raise ValueError("the stream held no message")
    return snapshot


def read_message(answer: Message) -> Got:
    """Tell a message."""
    calls = [block for block in answer.content if block.type == "tool_use"]
    return Got(
        text="".join(block.text for block in answer.content if block.type == "text"),
        tool_calls=tuple((call.name, call.input) for call in calls),
        ids=tuple(call.id for call in calls),
        finish=answer.stop_reason,
        usage=anthropic_usage(answer.usage.to_dict()),
    )


def anthropic_usage(usage: Mapping[str, Any]) -> dict[str, int]:
    """Count as the recordings do: cached tokens are input."""
    names = ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
    return {
        "input": sum(usage.get(name) or 0 for name in names),
        "output": usage.get("output_tokens") or 0,
    }


@contextmanager
def google_client(server: Serving) -> Iterator[Ask]:
    """Make a client of Google's wire."""
    options = genai.types.HttpOptions(base_url=server.url, api_version="v1beta")
    with genai.Client(api_key=server.key, http_options=options) as client:

        def ask(body: Mapping[str, Any], recording: str) -> Got:
            try:
                return read_responses(generated(client, body, recording))
            except genai.errors.APIError as error:
                return Got(error=type(error).__name__, status=error.code)

        yield ask


def generated(
    client: genai.Client, body: Mapping[str, Any], recording: str
) -> list[GenerateContentResponse]:
    """Ask with a body as it is; gives the pieces of a stream, or the one whole answer."""
    said = {name: value for name, value in body.items() if name not in ("model", "stream")}
    options = genai.types.HttpOptions(headers={RECORDING: recording}, extra_body=said)
    asked: dict[str, Any] = {
        "model": body["model"],
        "contents": "said otherwise",
        "config": genai.types.GenerateContentConfig(http_options=options),
    }
    if body.get("stream"):
        return list(client.models.generate_content_stream(**asked))
    return [client.models.generate_content(**asked)]


def read_responses(answers: list[GenerateContentResponse]) -> Got:
    """Tell the first candidate of an answer, its pieces put together."""
    candidates = [answer.candidates[0] for answer in answers if answer.candidates]
    parts = [part for each in candidates for part in (each.content and each.content.parts) or []]
    calls = [part.function_call for part in parts if part.function_call]
    reasons = [each.finish_reason for each in candidates if each.finish_reason]
    counted = [answer.usage_metadata for answer in answers if answer.usage_metadata]
    return Got(
        text="".join(part.text or "" for part in parts if not part.thought),
        tool_calls=tuple((call.name or "", call.args or {}) for call in calls),
        ids=tuple(call.id for call in calls),
        finish=reasons[-1].value if reasons else None,
        usage=google_usage(counted[-1].model_dump()) if counted else None,
    )


def google_usage(usage: Mapping[str, Any]) -> dict[str, int]:
    """Count as the recordings do: what tools brought in is input, thoughts are output."""
    sums = {
        "input": ("prompt_token_count", "tool_use_prompt_token_count"),
        "output": ("candidates_token_count", "thoughts_token_count"),
    }
    return {side: sum(usage.get(name) or 0 for name in names) for side, names in sums.items()}


def parsed(arguments: str | None) -> Any:
    """Read arguments; what is no JSON is kept as the recordings keep it."""
    try:
        return json.loads(arguments or "{}")
    except ValueError:
        return {"__unparsed__": arguments}
