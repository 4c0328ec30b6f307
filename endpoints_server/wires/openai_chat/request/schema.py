"""What a caller may ask in Chat Completions, as far as this server understands it."""

from typing import Any, Literal

import msgspec
from msgspec import Struct

from endpoints_server.wires.openai_chat.reply_schema import Detail


class CacheControl(Struct, frozen=True):
    """The wish to cache up to here, as OpenRouter takes it."""

    ttl: str | None = None


class ImageUrl(Struct, frozen=True):
    """Where a picture is, often in a data URL."""

    url: str
    detail: str | None = None


class InputAudio(Struct, frozen=True):
    """Sound in base64."""

    data: str
    format: str


class File(Struct, frozen=True):
    """A file, sent along or uploaded before."""

    file_data: str | None = None
    file_id: str | None = None
    filename: str | None = None


class ContentPart(Struct, frozen=True):
    """One item of a content list; what a type needs is checked where it is read."""

    type: str
    text: str | None = None
    image_url: ImageUrl | str | None = None
    input_audio: InputAudio | None = None
    file: File | None = None
    refusal: str | None = None
    thinking: Any = None
    cache_control: CacheControl | None = None


class CalledFunction(Struct, frozen=True):
    """What an assistant called; some clients send arguments as an object."""

    name: str
    arguments: str | dict[str, Any] | None = None


class AskedCall(Struct, frozen=True):
    """A tool call in the history; `index` is left over from a stream."""

    id: str
    index: int | None = None
    function: CalledFunction | None = None
    type: str | None = None
    extra_content: Any = None
    cache_control: CacheControl | None = None


class AskedMessage(Struct, frozen=True):
    """One turn."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[ContentPart] | None = None
    name: str | None = None
    tool_calls: list[AskedCall] | None = None
    tool_call_id: str | None = None
    function_call: CalledFunction | None = None
    refusal: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    reasoning_text: str | None = None
    reasoning_details: list[Detail] | None = None
    cache_control: CacheControl | None = None


class AskedFunction(Struct, frozen=True):
    """A function the model may call."""

    name: str
    description: str | None = None
    parameters: dict[str, Any] | None = None
    strict: bool | None = None
    cache_control: CacheControl | None = None


class AskedTool(Struct, frozen=True):
    """A tool; only those of type `function` mean something elsewhere."""

    type: str = "function"
    function: AskedFunction | None = None
    cache_control: CacheControl | None = None


class JsonSchema(Struct, frozen=True):
    """The schema of the answer."""

    name: str = ""
    description: str | None = None
    schema: dict[str, Any] | None = None
    strict: bool | None = None


class ResponseFormat(Struct, frozen=True):
    """The shape of the answer."""

    type: str
    json_schema: JsonSchema | None = None


class AskedReasoning(Struct, frozen=True):
    """OpenRouter's way to say how much to think."""

    effort: str | None = None
    max_tokens: int | None = None
    enabled: bool | None = None


class StreamOptions(Struct, frozen=True):
    """What a stream should hold besides the answer."""

    include_usage: bool | None = None


class Asked(Struct, frozen=True):
    """A whole request."""

    model: str
    messages: list[AskedMessage]
    tools: list[AskedTool] | None = None
    tool_choice: str | dict[str, Any] | None = None
    functions: list[AskedFunction] | None = None
    function_call: str | dict[str, Any] | None = None
    parallel_tool_calls: bool | None = None
    response_format: ResponseFormat | None = None
    reasoning_effort: str | None = None
    reasoning: AskedReasoning | None = None
    thinking: Any = None
    web_search: Any = None
    web_search_options: dict[str, Any] | None = None
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    seed: int | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    stop: str | list[str] | None = None
    n: int | None = None
    user: str | None = None
    service_tier: str | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None


asked_decoder = msgspec.json.Decoder(Asked)

Fields = dict[str, Any]
