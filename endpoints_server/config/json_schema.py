"""The JSON Schema of the file, for editors and for our own checks."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from endpoints_server.config.naming import BUILT_IN
from endpoints_server.config.schema.settings import Settings

DRAFT = "https://json-schema.org/draft/2020-12/schema"
FREE_PREFIX = "x-"


@cache
def json_schema() -> dict[str, Any]:
    """Give the schema (draft 2020-12), made from the Structs; unknown keys are refused.

    Keys that begin with `x-` are free at the root, as a place for anchors. Of the blocks that
    LibreChat alone reads, what it would refuse is refused; keys that they do not tell of are free.
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
        "allOf": [read_by_librechat(blocks["Everywhere"]["properties"])],
        "$defs": blocks,
    }


def read_by_librechat(shared: Mapping[str, Any]) -> dict[str, Any]:
    """Give what LibreChat's own check wants of the blocks that nothing here reads.

    `shared` are the keys of every endpoint, which built-in ones have too.
    """
    text = files("endpoints_server.config.schema").joinpath("librechat.json").read_bytes()
    schema: dict[str, Any] = msgspec.json.decode(text)
    built_in = schema["properties"]["endpoints"]["properties"]
    for name in sorted(BUILT_IN - {"custom"}):
        own = built_in.get(name, {})
        built_in[name] = own | {"properties": {**shared, **own.get("properties", {})}}
    return schema


def as_number(rules: dict[str, Any]) -> dict[str, Any]:
    """Say that an exact decimal is written as a number."""
    if rules.get("format") != "decimal":
        return rules
    return {key: value for key, value in rules.items() if key != "format"} | {"type": "number"}
