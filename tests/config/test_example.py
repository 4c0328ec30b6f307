"""The example file holds every key, and the schema describes each of them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from endpoints_server.config.json_schema import json_schema
from endpoints_server.config.load import load
from endpoints_server.config.problem import Level, render
from endpoints_server.config.text.document import Document, Source
from endpoints_server.config.text.flatten import read_document

EXAMPLE = Path(__file__).parents[2] / "librechat.yaml.example"
ENVIRON = {
    "MISTRAL_API_KEY": "k",
    "GATEWAY_KEY": "k",
    "GATEWAY_HOST": "gateway.test",
    "GATEWAY_TEAM": "t",
    "THINKERS_KEY": "k",
}

Schema = dict[str, Any]


@pytest.fixture
def document() -> Document:
    document, problems = read_document(Source(EXAMPLE.name, EXAMPLE.read_text()))
    assert document is not None
    assert problems == []
    return document


def blocks() -> Iterator[tuple[str, Schema]]:
    yield "librechat.yaml", json_schema()
    yield from json_schema()["$defs"].items()


def branches(schema: Schema) -> Iterator[Schema]:
    """Give every block a value may be checked by, references followed."""
    if "$ref" in schema:
        yield json_schema()["$defs"][schema["$ref"].rpartition("/")[2]]
    for branch in schema.get("anyOf", []):
        yield from branches(branch)
    yield schema


def keys_in(value: object, schema: Schema) -> Iterator[tuple[str, str]]:
    """Give the block and key of everything that stands in a value."""
    for block in branches(schema):
        match value:
            case dict():
                for key, part in value.items():
                    if key in block.get("properties", {}):
                        yield block.get("title", ""), key
                        yield from keys_in(part, block["properties"][key])
                    elif isinstance(block.get("additionalProperties"), dict):
                        yield from keys_in(part, block["additionalProperties"])
            case list():
                for item in value:
                    yield from keys_in(item, block.get("items", {}))
            case _:
                pass  # a leaf holds no keys


def test_the_example_loads_without_an_error_or_a_warning() -> None:
    loaded = load(EXAMPLE, ENVIRON)
    assert [render(each) for each in loaded.problems if each.level is not Level.NOTE] == []
    assert loaded.settings is not None


def test_the_example_holds_every_key_of_every_block(document: Document) -> None:
    every = {(name, key) for name, block in blocks() for key in block["properties"]}
    assert every - set(keys_in(document.value, json_schema())) == set()


def test_every_line_with_a_key_of_the_gateway_says_what_it_is_for() -> None:
    text = EXAMPLE.read_text().splitlines()
    start = text.index("    # A company gateway, with every key an endpoint can have.")
    lines = text[start : text.index("    # People bring their own key.")]
    bare = {line.split(":")[0].strip(" -") for line in lines if line and "#" not in line}
    explained_before = {"name", "apiKey", "baseURL", "models", "default", "description", "key"}
    assert bare - explained_before == {"fast-1"} | {
        line.split(":")[0].strip(" -") for line in lines if "safe_prompt" in line
    }


def test_the_example_names_the_schema_for_editors() -> None:
    first = EXAMPLE.read_text().splitlines()[0]
    assert first == "# yaml-language-server: $schema=./librechat.schema.json"


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(json_schema())
    assert json_schema()["$schema"].endswith("2020-12/schema")


@pytest.mark.parametrize(("name", "block"), list(blocks()), ids=[name for name, _ in blocks()])
def test_every_key_has_a_sentence(name: str, block: Schema) -> None:
    assert block["description"].endswith(".")
    for key, rules in block["properties"].items():
        sentences = [each.get("description", "") for each in [rules, *rules.get("anyOf", [])]]
        assert any(sentence.endswith(".") for sentence in sentences), key


def test_the_schema_refuses_unknown_keys_of_what_is_served() -> None:
    strict = {name for name, block in blocks() if block.get("additionalProperties") is False}
    open_blocks = {"Interface", "Currency", "Balance", "Transactions"}
    assert {name for name, _ in blocks()} - strict == open_blocks
