"""The text of a body, read as JSON, or as nearly as it is JSON."""

import json
import re
from typing import Any

from endpoints_server.samples.languages.javascript import read_object
from endpoints_server.samples.languages.shell import CODE
from endpoints_server.samples.languages.value import DEEPEST
from endpoints_server.samples.warning import BODY_NOT_JSON

HALF = re.compile(r"\\u[dD][89a-fA-F]")
"""Half of a sign, which no text can carry alone."""


def read_body(text: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Read a body; what is not JSON is read as the object that it nearly is, with a warning."""
    if not text.strip() or text.strip() == CODE:
        return {}, ()
    value = read_json(text)
    if isinstance(value, dict):
        return value, ()
    nearly = read_object(text)
    warnings = () if is_variable(text) else (BODY_NOT_JSON,)
    return nearly, warnings


def read_json(text: str) -> Any:
    """Read JSON; None where it is none, or nests deeper than any body does."""
    try:
        value = json.loads(text, strict=False)
        if HALF.search(text):
            value = json.loads(json.dumps(value, ensure_ascii=False).encode(errors="replace"))
    except (ValueError, RecursionError):
        return None
    return value if is_shallow(value) else None


def is_shallow(value: object) -> bool:
    """Say whether a value nests no deeper than is read."""
    level = [value]
    for _ in range(DEEPEST):
        inner = [each for each in level if isinstance(each, dict | list)]
        if not inner:
            return True
        level = [
            item for each in inner for item in (each.values() if isinstance(each, dict) else each)
        ]
    return False


def is_variable(text: str) -> bool:
    """Say whether a body is nothing but a variable."""
    return text.startswith("${") and text.endswith("}") and text.count("$") == 1
