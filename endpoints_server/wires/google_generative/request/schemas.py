"""Schemas in the API's older form, a subset of OpenAPI's, become JSON Schema."""

from collections.abc import Mapping

NAMED = ("properties", "$defs", "defs")
"""Fields whose own fields are names, which are nobody's to spell otherwise."""

NESTED = ("items", "anyOf", "oneOf", "allOf", "prefixItems", "additionalProperties")
COUNTS = ("minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties")
"""Counts, which the API writes as text, being 64 bits long."""

SPELLED = {
    "any_of": "anyOf",
    "min_items": "minItems",
    "max_items": "maxItems",
    "min_length": "minLength",
    "max_length": "maxLength",
    "min_properties": "minProperties",
    "max_properties": "maxProperties",
    "property_ordering": "propertyOrdering",
    "additional_properties": "additionalProperties",
}
OF_THE_ORDER = "propertyOrdering"
"""The order of an object's fields, which JSON Schema has no word for."""


def json_schema(schema: Mapping[str, object]) -> dict[str, object]:
    """Write a schema as JSON Schema: types in lower case, null as a type, counts as numbers."""
    told = {SPELLED.get(name, name): value for name, value in schema.items()}
    is_nullable = told.pop("nullable", None) is True
    told.pop(OF_THE_ORDER, None)
    written = {name: converted(name, value) for name, value in told.items() if value is not None}
    kind = written.get("type")
    if kind == "type_unspecified":
        del written["type"]
    elif is_nullable and isinstance(kind, str):
        written["type"] = [kind, "null"]
        if isinstance(written.get("enum"), list):
            written["enum"] = [*told_values(written["enum"]), None]
    return written


def converted(name: str, value: object) -> object:
    """Convert the value of one field of a schema."""
    if name == "type" and isinstance(value, str):
        return value.lower()
    if name in NAMED and isinstance(value, Mapping):
        return {key: inner(each) for key, each in value.items()}
    if name in NESTED:
        return [inner(each) for each in value] if isinstance(value, list) else inner(value)
    if name in COUNTS and isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    return value


def inner(value: object) -> object:
    """Convert a schema inside a schema; what is none stays as it is."""
    return json_schema(value) if isinstance(value, Mapping) else value


def told_values(values: object) -> list[object]:
    """Give the values of an enumeration."""
    return list(values) if isinstance(values, list) else []
