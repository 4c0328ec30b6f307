"""A provider that is registered with AISCouncil."""

from typing import Any

from endpoints_server.samples.calls.options import pairs_of
from endpoints_server.samples.languages.javascript import read_javascript
from endpoints_server.samples.request import Request
from endpoints_server.samples.warning import AISCOUNCIL

NAME = "registerCustom"


def read_aiscouncil(text: str) -> list[Request]:
    """Give the providers that a text registers."""
    if NAME not in text:
        return []
    found = []
    for call in read_javascript(text).invocations:
        options = call.options
        if call.name.endswith(NAME) and isinstance(options.get("endpoint"), str):
            found.append(request_of(options))
    return found


def request_of(options: dict[str, Any]) -> Request:
    """Give a provider as the request that it stands for."""
    listed = options.get("models")
    names = [
        str(each.get("id")) if isinstance(each, dict) else str(each)
        for each in (listed if isinstance(listed, list) else [])
    ]
    key = options.get("apiKey", options.get("key"))
    return Request(
        url=options["endpoint"],
        wire={"anthropic": "anthropic", "gemini": "google"}.get(
            str(options.get("format")), "openai"
        ),
        headers=pairs_of(options.get("extraHeaders")),
        key=key if isinstance(key, str) else None,
        model=names[0] if names else None,
        others=tuple(names[1:]),
        warnings=(AISCOUNCIL,),
    )
