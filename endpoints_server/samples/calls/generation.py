"""Calls of SDKs that have a model answer, and what they say beside the body."""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from endpoints_server.samples.calls.client import OF_CLIENT, Client
from endpoints_server.samples.calls.options import HEADERS, find, pairs_of, plain, plain_values
from endpoints_server.samples.languages.value import Invocation
from endpoints_server.samples.request import Request
from endpoints_server.samples.words import words

ENDINGS: Mapping[str, tuple[str, bool | None]] = {
    "chat.completions.create": ("openai", None),
    "chat.completions.parse": ("openai", None),
    "chat.completions.stream": ("openai", True),
    "chat.completions.runTools": ("openai", None),
    "chat.completions.with_raw_response.create": ("openai", None),
    "chat.completions.with_streaming_response.create": ("openai", None),
    "chat.create": ("openai", None),
    "chat.complete": ("openai", None),
    "chat.stream": ("openai", True),
    "ChatCompletion.create": ("openai", None),
    "ChatCompletion.acreate": ("openai", None),
    "createChatCompletion": ("openai", None),
    "responses.create": ("openai-responses", None),
    "responses.parse": ("openai-responses", None),
    "responses.stream": ("openai-responses", True),
    "messages.create": ("anthropic", None),
    "messages.parse": ("anthropic", None),
    "messages.stream": ("anthropic", True),
    "models.generate_content": ("google", None),
    "models.generate_content_stream": ("google", True),
    "models.generateContent": ("google", None),
    "models.generateContentStream": ("google", True),
    "generate_content": ("google", None),
    "generate_content_async": ("google", None),
    "generateContent": ("google", None),
    "generateContentStream": ("google", True),
}
UNSUPPORTED = ("embeddings.create", ".completions.create", "Completion.create", "images.generate")
OF_SDK = words(
    "timeout extraheaders extraquery maxretries signal apikey apibase baseurl"
    " customllmprovider numretries fallbacks betas"
)
GOOGLE_OUTSIDE = {
    "tools": "tools",
    "toolConfig": "toolConfig",
    "systemInstruction": "systemInstruction",
    "safetySettings": "safetySettings",
    "cachedContent": "cachedContent",
}
GOOGLE_OF_SDK = frozenset({"httpOptions", "abortSignal", "automaticFunctionCalling"})


def ending_of(name: str) -> tuple[str, bool | None] | None:
    """Find what a call speaks by the last words of its name, and whether it streams."""
    for ending, said in ENDINGS.items():
        if name == ending or name.endswith("." + ending):
            return said
    return None


def is_unsupported(name: str) -> bool:
    """Say whether a call is of an API that is no chat."""
    return ending_of(name) is None and name.endswith(UNSUPPORTED)


def read_generation(invocation: Invocation, client: Client) -> Request:
    """Give the request of a call on a client."""
    wire, is_stream = ending_of(invocation.name) or (client.kind.wire, None)
    options = invocation.options
    model = options.get("model", client.model)
    model = model if isinstance(model, str) else None
    request = client.request(model)
    bound = client.options if client.kind.is_model else {}
    body = google_body({**bound, **options}) if wire == "google" else plain_body(options)
    betas = options.get("betas")
    beta = [("anthropic-beta", ",".join(map(str, betas)))] if isinstance(betas, list) else []
    return replace(
        request,
        wire=wire,
        body=body,
        model=model,
        is_stream=is_stream,
        headers=(*request.headers, *pairs_of(find(options, HEADERS)), *beta),
        query={**request.query, **dict(pairs_of(find(options, frozenset({"extraquery"}))))},
    )


def plain_body(options: Mapping[str, Any]) -> dict[str, Any]:
    """Give the body without what is for the SDK alone."""
    return {
        name: plain_values(value)
        for name, value in options.items()
        if plain(name) not in OF_SDK and plain(name) not in HEADERS
    }


def google_body(options: Mapping[str, Any]) -> dict[str, Any]:
    """Give a body of Google's: an SDK's `config` is `generationConfig`, and a little beside it."""
    names = ("config", "generation_config", "generationConfig")
    config = plain_values(next((options[name] for name in names if name in options), {}))
    body = {name: plain_values(value) for name, value in options.items() if name == "contents"}
    if not isinstance(config, dict):
        return body
    told = {camel(name): camel_keys(value) for name, value in config.items()}
    inside = {
        name: value
        for name, value in told.items()
        if name not in GOOGLE_OUTSIDE and name not in GOOGLE_OF_SDK
    }
    outside = {name: told[name] for name in GOOGLE_OUTSIDE if name in told}
    return {**body, **outside, **({"generationConfig": inside} if inside else {})}


def camel_keys(value: Any) -> Any:
    """Give an object's names as Google's API has them."""
    if isinstance(value, dict):
        return {camel(name): camel_keys(each) for name, each in value.items()}
    return value


def camel(name: str) -> str:
    """Write a name as Google's API has it."""
    first, *others = name.split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in others)


def bound_body(client: Client) -> dict[str, Any]:
    """Give the body that a client bound to a model would send."""
    names = {"streaming": "stream", "max_output_tokens": "max_tokens", "maxTokens": "max_tokens"}
    sdk = {"temperature", "topP", "topK", "frequencyPenalty", "presencePenalty", "reasoningEffort"}
    body: dict[str, Any] = {}
    for name, value in client.options.items():
        if plain(name) in OF_CLIENT or plain(name) in OF_SDK or plain(name) in OF_CHAIN:
            continue
        if name in ("model_kwargs", "modelKwargs", "extra_body"):
            body.update(plain_values(value) if isinstance(value, dict) else {})
            continue
        body[snake(name) if name in sdk else names.get(name, name)] = plain_values(value)
    return body


OF_CHAIN = words("verbose model modelname streamusage callbacks cache name provider")


def snake(name: str) -> str:
    """Write a name as OpenAI's API has it."""
    return "".join(f"_{sign.lower()}" if sign.isupper() else sign for sign in name)
