"""The JSON Schema of the file, for editors and for our own checks."""

from functools import cache
from typing import Any

import msgspec

from endpoints_server.config.schema.settings import Settings

DRAFT = "https://json-schema.org/draft/2020-12/schema"
FREE_PREFIX = "x-"


@cache
def json_schema() -> dict[str, Any]:
    """Give the schema (draft 2020-12), made from the Structs; unknown keys are refused.

    Keys that begin with `x-` are free at the root, as a place for anchors.
    """
    (pointer,), blocks = msgspec.json.schema_components([Settings], ref_template="#/$defs/{name}")
    for block in blocks.values():
        block["properties"] = {key: as_number(rules) for key, rules in block["properties"].items()}
    root = blocks.pop(pointer["$ref"].rpartition("/")[2])
    return {
        "$schema": DRAFT,
        **root,
        "title": "librechat.yaml",
        "patternProperties": {f"^{FREE_PREFIX}": {}},
        "$defs": blocks,
    }


def as_number(rules: dict[str, Any]) -> dict[str, Any]:
    """Say that an exact decimal is written as a number."""
    if rules.get("format") != "decimal":
        return rules
    return {key: value for key, value in rules.items() if key != "format"} | {"type": "number"}
