"""A piece of `librechat.yaml`."""

import re
from collections.abc import Iterator
from textwrap import dedent
from typing import Any

from endpoints_server.samples.configuration.yaml_text import read_yaml
from endpoints_server.samples.request import Request
from endpoints_server.samples.warning import LIBRECHAT

MARK = re.compile(r"^\s*(?:-\s+)?[\"']?baseURL[\"']?\s*:\s*\S", re.MULTILINE)
WIRES = {"anthropic": "anthropic", "google": "google", "openai-responses": "openai-responses"}


def read_librechat(text: str) -> list[Request]:
    """Give the endpoints of a piece of `librechat.yaml`, whole or a few lines of it."""
    if not MARK.search(text):
        return []
    return [request_of(entry) for entry in entries_in(read_yaml(dedent(text).expandtabs(2)))]


def entries_in(value: Any) -> Iterator[dict[str, Any]]:
    """Give the entries of custom endpoints, from wherever the piece begins."""
    for name in ("endpoints", "custom"):
        if isinstance(value, dict) and name in value:
            value = value[name]
    entries = value if isinstance(value, list) else [value]
    for entry in entries:
        if isinstance(entry, dict) and isinstance(entry.get("baseURL"), str):
            yield entry


def request_of(entry: dict[str, Any]) -> Request:
    """Give an entry as the request that it stands for."""
    models = models_of(entry.get("models"))
    added = entry.get("addParams")
    headers = entry.get("headers")
    key = entry.get("apiKey")
    return Request(
        url=entry["baseURL"],
        wire=WIRES.get(str(entry.get("provider")), "openai"),
        headers=tuple((str(n), str(v)) for n, v in headers.items())
        if isinstance(headers, dict)
        else (),
        body=added if isinstance(added, dict) else {},
        key=str(key) if key is not None else None,
        model=models[0] if models else None,
        others=tuple(models[1:]),
        warnings=(LIBRECHAT,),
    )


def models_of(value: Any) -> list[str]:
    """Give the models that are listed, by name or as objects."""
    listed = value.get("default") if isinstance(value, dict) else None
    names = [
        each.get("name", each.get("id")) if isinstance(each, dict) else each
        for each in (listed if isinstance(listed, list) else [])
    ]
    return [name for name in names if isinstance(name, str)]
