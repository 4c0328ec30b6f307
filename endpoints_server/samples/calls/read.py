"""What a program asks, by plain HTTP or by an SDK."""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from endpoints_server.samples.calls.client import Client, client_of
from endpoints_server.samples.calls.clients import LITELLM, Kind, google, openai
from endpoints_server.samples.calls.generation import (
    bound_body,
    ending_of,
    is_unsupported,
    plain_body,
    read_generation,
)
from endpoints_server.samples.calls.options import plain_values
from endpoints_server.samples.calls.plain_http import read_http
from endpoints_server.samples.languages.value import Invocation, Program
from endpoints_server.samples.request import Request
from endpoints_server.samples.warning import LITELLM_PREFIX
from endpoints_server.samples.words import words

MODULE = "openai"
FUNCTIONS = frozenset({"generateText", "streamText", "generateObject", "streamObject"})
LITELLM_CALLS = frozenset(
    {"completion", "acompletion", "litellm.completion", "litellm.acompletion"}
)
MODEL_MAKERS = frozenset(
    {"chatModel", "chat", "languageModel", "completionModel", "responses", "messages", ""}
)
NAMES = {
    "maxTokens": "max_tokens",
    "maxOutputTokens": "max_tokens",
    "topP": "top_p",
    "topK": "top_k",
}
PROVIDERS = {**LITELLM, "google": google("GOOGLE_GENERATIVE_AI_API_KEY")}
OF_AI_SDK = words(
    "model prompt messages system maxRetries providerOptions schema abortSignal onFinish"
    " headers stopWhen"
)


def read_calls(program: Program) -> list[Request]:
    """Give everything that a program asks."""
    clients = clients_of(program)
    found = read_http(program.invocations)
    for each in program.invocations:
        found += read_one(each, clients)
    if not found:
        found = [unasked(client) for client in clients]
    return found


def clients_of(program: Program) -> list[Client]:
    """Give the clients that a program makes, that of a module's own settings among them."""
    made = [client for each in program.invocations if (client := client_of(each)) is not None]
    settings = {
        name.partition(".")[2]: value
        for name, value in program.assigned.items()
        if name.startswith(f"{MODULE}.")
    }
    made = [with_key(client, made) for client in made]
    if settings:
        made.append(Client(target=MODULE, kind=openai(), options=settings))
    return made


def with_key(client: Client, made: Sequence[Client]) -> Client:
    """Give a model the settings of the client that it was got from."""
    if not client.kind.is_model or client.kind.wire != "google":
        return client
    settings = next((each.options for each in made if each.kind.wire == "google"), {})
    return replace(client, options={**settings, **client.options})


def read_one(call: Invocation, clients: Sequence[Client]) -> list[Request]:
    """Read one call, where it has a model answer."""
    name = call.name.rpartition(".")[2]
    if call.name in LITELLM_CALLS and "model" in call.options:
        return [litellm(call)]
    if name in FUNCTIONS and isinstance(call.options.get("model"), Invocation):
        return ai_sdk(call, clients)
    if ending_of(call.name) is not None:
        client = client_for(call, clients)
        return [read_generation(call, client)] if client is not None else []
    if call.name.endswith(".chat") and isinstance(call.options.get("parameters"), dict):
        client = client_for(call, clients)
        inner = Invocation(name=call.name, named=call.options["parameters"])
        return [read_generation(inner, client)] if client is not None else []
    if is_unsupported(call.name):
        client = client_for(call, clients)
        return [replace(client.request() if client else Request(), is_chat=False)]
    return []


def client_for(call: Invocation, clients: Sequence[Client]) -> Client | None:
    """Find the client that a call is made on."""
    named = [each for each in clients if each.target and call.name.startswith(each.target + ".")]
    return next(iter(named or clients), None)


def unasked(client: Client) -> Request:
    """Give the request of a client that nothing is asked of in the example."""
    request = client.request()
    return replace(request, body=bound_body(client), model=client.model)


def default_client(owner: str) -> Client | None:
    """Give the provider that the AI SDK has ready under a name."""
    kind = PROVIDERS.get(owner)
    return Client(target=owner, kind=kind, options={}) if kind is not None else None


def litellm(call: Invocation) -> Request:
    """Read a call of LiteLLM, whose models begin with whom they are asked of."""
    options = call.options
    prefix, separator, model = str(options["model"]).partition("/")
    kind: Kind | None = LITELLM.get(prefix) if separator else None
    client = Client(target="", kind=kind or openai(), options=options)
    name = model if kind is not None else str(options["model"])
    return replace(
        client.request(name),
        body={key: value for key, value in plain_body(options).items() if key != "model"},
        model=name,
        warnings=(LITELLM_PREFIX,) if kind is not None else (),
    )


def ai_sdk(call: Invocation, clients: Sequence[Client]) -> list[Request]:
    """Read a call of Vercel's AI SDK, whose model is made by a provider."""
    options, maker = call.options, call.options["model"]
    owner, _, method = maker.name.partition(".")
    name = next(iter(maker.arguments), None)
    client = next((each for each in clients if each.target == owner), default_client(owner))
    if client is None or method not in MODEL_MAKERS or not isinstance(name, str):
        return []
    body: dict[str, Any] = {
        NAMES.get(key, key): plain_values(value)
        for key, value in options.items()
        if key not in OF_AI_SDK
    }
    if call.name.startswith("stream"):
        body["stream"] = True
    request = client.request(name)
    return [
        replace(
            request,
            wire="openai-responses" if method == "responses" else request.wire,
            body={**body, "messages": plain_values(options.get("messages", []))},
            model=name,
        )
    ]
