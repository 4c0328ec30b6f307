"""A body of Ollama's own API, in the fields of Chat Completions."""

from collections.abc import Mapping
from typing import Any

LIMIT = "num_predict"


def translate(body: Mapping[str, Any]) -> dict[str, Any]:
    """Lift `options`, and name the limit as Chat Completions does."""
    options = body.get("options")
    plain = {name: value for name, value in body.items() if name != "options"}
    if not isinstance(options, dict):
        return plain
    lifted = {name: value for name, value in options.items() if name != LIMIT}
    limit = {"max_tokens": options[LIMIT]} if LIMIT in options else {}
    return {**plain, **lifted, **limit}
