"""Examples as people paste them, case by case."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from endpoints_server.config.models_json.vendors import load_vendors
from endpoints_server.samples.draft import Draft, KeyKind
from endpoints_server.samples.keys.kind import kind_of
from endpoints_server.samples.read import read_freely, read_sample

OTHER_NAMES = {"is_stream": "stream", "is_local": "local"}
NOT_A_KEY = "not-a-key"
UNSEEN = {"header": None, "scheme": None}


def cases_of(shared: Path, name: str) -> Iterator[Mapping[str, Any]]:
    cases = json.loads((shared / "vectors" / "parse-example" / name).read_text())["cases"]
    assert cases
    yield from cases


def secrets_of(case: Mapping[str, Any]) -> dict[str, str]:
    return {name: "".join(parts) for name, parts in case.get("secrets", {}).items()}


def text_of(case: Mapping[str, Any]) -> str:
    text: str = case["api_example"]
    for name, secret in secrets_of(case).items():
        text = text.replace(f"@@{name}@@", secret)
    return text


def told(fields: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in fields.items() if value not in (None, [], {})}
    return {"auth": UNSEEN, **kept}


def as_vector(draft: Draft | None) -> dict[str, Any] | None:
    if draft is None:
        return None
    fields = json.loads(msgspec.json.encode(draft))
    named = {OTHER_NAMES.get(name, name): value for name, value in fields.items()}
    return told({name: value for name, value in named.items() if (name, value) != ("local", False)})


def test_every_example_is_read_as_its_vector_says(shared: Path) -> None:
    vendors = load_vendors()
    for case in cases_of(shared, "examples.json"):
        expected = case["expect"]
        read = read_freely(text_of(case), vendors)
        draft = expected.get("draft")
        assert as_vector(read.draft) == (told(draft) if draft else None), case["id"]
        assert read.error == expected.get("error"), case["id"]
        assert read.key == expected["key"], case["id"]
        assert read.is_refused == ("refuse" in expected), case["id"]
        assert set(read.missing) == set(expected.get("missing", [])), case["id"]
        assert set(read.warnings) == set(expected.get("warnings", [])), case["id"]


def test_no_secret_of_the_vectors_is_in_what_was_read(shared: Path) -> None:
    vendors = load_vendors()
    for case in cases_of(shared, "examples.json"):
        for secret in secrets_of(case).values():
            for read in (read_sample, read_freely):
                found = read(text_of(case), vendors)
                assert secret not in repr(found), case["id"]
                assert secret.encode() not in msgspec.json.encode(found), case["id"]


def test_every_text_is_told_to_be_a_key_or_not(shared: Path) -> None:
    for case in cases_of(shared, "key-detection.json"):
        text = "".join(case["value_parts"]) if "value_parts" in case else case["value"]
        expected = KeyKind.NONE if case["kind"] == NOT_A_KEY else case["kind"]
        assert kind_of(text, case["where"]) == expected, case["id"]
