"""A piece of pi's `models.json`."""

from collections.abc import Iterator
from typing import Any

from endpoints_server.samples.languages.javascript import read_object
from endpoints_server.samples.meaning.body import read_json
from endpoints_server.samples.request import Request
from endpoints_server.samples.warning import PI

WIRES = {
    "openai-completions": "openai",
    "openai-responses": "openai-responses",
    "anthropic-messages": "anthropic",
    "google-generative-ai": "google",
}
CAPABILITIES = {"image": "vision", "audio": "audio_in"}


def read_pi(text: str) -> list[Request]:
    """Give the providers of a piece of `models.json`; comments and trailing commas are read."""
    if "baseUrl" not in text or not text.lstrip().startswith(("{", '"', "//", "/*")):
        return []
    value = read_json(text)
    value = value if isinstance(value, dict) else read_object(text) or read_object(f"{{{text}}}")
    return [request_of(provider) for provider in providers_in(value)]


def providers_in(value: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Give the providers, from wherever the piece begins."""
    inner = value.get("providers", value)
    for each in (value, *(inner.values() if isinstance(inner, dict) else ())):
        if isinstance(each, dict) and isinstance(each.get("baseUrl"), str):
            yield each


def request_of(provider: dict[str, Any]) -> Request:
    """Give a provider as the request that it stands for."""
    listed = provider.get("models")
    models = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    first = next(iter(models), {})
    names = [name for each in models if isinstance(name := each.get("id"), str)]
    headers = provider.get("headers")
    key = provider.get("apiKey")
    return Request(
        url=provider["baseUrl"],
        wire=WIRES.get(str(first.get("api", provider.get("api"))), "openai"),
        headers=tuple((str(n), str(v)) for n, v in headers.items())
        if isinstance(headers, dict)
        else (),
        key=variable_of(key),
        model=names[0] if names else None,
        others=tuple(names[1:]),
        body=limit_of(first),
        capabilities=capabilities_of(first),
        warnings=(PI,),
    )


def variable_of(key: Any) -> str | None:
    """Give a key as written; a bare name in capitals is a variable, as pi once had it."""
    if not isinstance(key, str):
        return None
    is_name = key.isupper() and "_" in key and key.replace("_", "").isalnum()
    return f"${{{key}}}" if is_name else key


def limit_of(model: dict[str, Any]) -> dict[str, Any]:
    """Give a model's limit as the body has it."""
    limit = model.get("maxTokens")
    return {"max_tokens": limit} if isinstance(limit, int) else {}


def capabilities_of(model: dict[str, Any]) -> dict[str, bool]:
    """Give what a model is said to take and to do."""
    taken = model.get("input")
    words = [str(each) for each in taken] if isinstance(taken, list) else []
    names = [CAPABILITIES[word] for word in words if word in CAPABILITIES]
    thinks = ["reasoning"] if model.get("reasoning") is True else []
    return dict.fromkeys([*names, *thinks], True)
