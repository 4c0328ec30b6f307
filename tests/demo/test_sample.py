"""Whatever the schema of a tool, the demo's arguments satisfy it."""

import jsonschema
import pytest

from endpoints_server.demo.sample import sample

TREE: dict[str, object] = {
    "$defs": {
        "node": {
            "type": "object",
            "properties": {
                "name": {"type": "string"},
                "children": {"type": "array", "items": {"$ref": "#/$defs/node"}},
            },
            "required": ["name"],
        }
    },
    "$ref": "#/$defs/node",
}

SCHEMAS: list[dict[str, object]] = [
    {},
    {"type": "object"},
    {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    {"type": "object", "required": ["a"], "additionalProperties": {"type": "string"}},
    {"properties": {"n": {"type": "integer", "minimum": 3, "maximum": 3}}},
    {"type": "integer", "exclusiveMinimum": 9, "exclusiveMaximum": 11},
    {"type": "integer", "multipleOf": 7, "minimum": 1, "maximum": 13},
    {"type": "integer", "maximum": -4},
    {"type": "number", "exclusiveMinimum": 1.5},
    {"type": "number", "minimum": 0, "maximum": 0.5},
    {"type": "string", "enum": ["celsius", "fahrenheit"]},
    {"type": "string", "minLength": 50, "maxLength": 60},
    {"type": "string", "maxLength": 2},
    {"type": ["string", "null"]},
    {"type": ["null", "string"]},
    {"type": "boolean"},
    {"const": {"a": [1]}},
    {"type": "array", "minItems": 3, "items": {"type": "integer"}},
    {"type": "array", "maxItems": 0, "items": {"type": "integer"}},
    {"type": "array", "items": {"enum": [4]}},
    {"anyOf": [{"type": "null"}, {"type": "string"}]},
    {"oneOf": [{"type": "integer"}, {"type": "string"}], "description": "either"},
    {
        "allOf": [
            {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]},
            {"properties": {"b": {"type": "boolean"}}, "required": ["b"]},
        ]
    },
    {"type": "string", "format": "date"},
    {"type": "string", "format": "email"},
    {"type": "object", "properties": {"a": {"$ref": "#/properties/b"}, "b": {"type": "integer"}}},
    TREE,
]


@pytest.mark.parametrize("schema", SCHEMAS, ids=str)
def test_the_value_made_satisfies_its_schema(schema: dict[str, object]) -> None:
    made = sample(schema, "the weather in Paris")
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    jsonschema.Draft202012Validator(schema, format_checker=checker).validate(made)


@pytest.mark.parametrize("schema", SCHEMAS, ids=str)
def test_the_value_made_is_the_same_each_time(schema: dict[str, object]) -> None:
    assert sample(schema, "words") == sample(schema, "words")


@pytest.mark.parametrize(
    "schema",
    [
        None,
        True,
        [],
        {"type": 5},
        {"$ref": "#/nowhere"},
        {"$ref": "#"},
        {"anyOf": [{"$ref": "#"}]},
        {"type": "object", "properties": 3, "required": "x"},
        {"type": "array", "minItems": "many"},
        {"type": "array", "minItems": 10**12, "items": {"minLength": 10**12}},
    ],
    ids=str,
)
def test_a_schema_that_makes_no_sense_gives_some_value(schema: object) -> None:
    sample(schema, "words")
