"""Files, panels and brands, beside LibreChat's own verdicts on them."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from endpoints_server.config.checks.shape import check_shape
from endpoints_server.config.compile import compile_catalog
from endpoints_server.config.json_schema import json_schema
from endpoints_server.config.load import Loaded, load_bytes
from endpoints_server.config.parameters.complete import completed
from endpoints_server.config.parameters.judge import check_range, judge
from endpoints_server.config.parameters.sets import known_sets
from endpoints_server.config.parameters.vendor import brand_named
from endpoints_server.config.prices import no_prices
from endpoints_server.config.problem import has_errors
from endpoints_server.config.text.document import Source
from endpoints_server.config.text.flatten import read_document
from endpoints_server.domain.header import overlay
from tests.vectors.differences.files import (
    DEFINITIONS,
    FILES,
    FILES_NOT_PLAYED,
    FUNCTIONS,
    MERGED_NOT_PLAYED,
    NO_FILE,
    OUTCOMES,
    PROVIDERS,
    PROVIDERS_NOT_PLAYED,
)

ENVIRON = {
    "ACME_KEY": "k",
    "KEY": "k",
    "URL": "https://u.test",
    "OPENROUTER_URL": "https://o.test",
}
LOOKS = {"columnSpan", "includeInput", "label", "placeholder"}
"""What is completed in definitions and left out of the recorded ones."""

PIS = {"authHeader", "compat", "modelOverrides", "samplingParams", "thinkingLevelMap"}
"""Keys of an endpoint that LibreChat does not know: they are pi's."""

ENTRY = {
    "name": "Acme",
    "apiKey": "k",
    "baseURL": "https://llm.acme.test/v1",
    "models": {"default": ["m"]},
}


def vectors(shared: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((shared / "vectors" / "librechat-config" / name).read_text())
    return found


def reviewed(reasons: Mapping[str, Iterable[str]]) -> set[str]:
    return {case for cases in reasons.values() for case in cases}


def load_value(value: object) -> Loaded:
    return load_bytes(json.dumps(value).encode(), ENVIRON, "f.yaml")


def has_shape(value: object) -> bool:
    """Say whether the first check of a file, that of its shape, finds no error."""
    document, problems = read_document(Source("f.yaml", json.dumps(value)))
    return document is not None and not has_errors([*problems, *check_shape(document)])


def has_sound_range(definition: object) -> bool:
    """Say whether a range has its bounds in order, which LibreChat sees in its first check."""
    bounds = definition.get("range") if isinstance(definition, dict) else None
    if not isinstance(bounds, dict) or "max" not in bounds:
        return True
    slider = {"type": "number", "component": "slider", "range": bounds}
    return not any(complaint.key == "range" for complaint in check_range(slider))


def is_used(loaded: Loaded) -> bool:
    """Say whether a file serves: one that is refused does not, nor one that holds nothing."""
    return loaded.settings is not None and not loaded.is_empty


def panels_of(loaded: Loaded) -> list[Mapping[str, Any]]:
    assert loaded.settings is not None
    catalog = compile_catalog(loaded.settings, loaded.version, no_prices)
    return [each.screen.parameters for each in catalog.endpoints if each.screen.parameters]


def without_looks(panel: Mapping[str, Any]) -> dict[str, Any]:
    definitions = [
        {key: value for key, value in each.items() if key not in LOOKS}
        for each in panel["paramDefinitions"]
    ]
    return {**panel, "paramDefinitions": definitions}


def test_definitions_are_accepted_as_librechat_accepts_them(shared: Path) -> None:
    differing = set()
    for case in vectors(shared, "param-definition-schema.json")["cases"]:
        entry = {**ENTRY, "customParams": {"paramDefinitions": [case["input"]]}}
        is_sound = has_shape({"version": "1.3.17", "endpoints": {"custom": [entry]}})
        if (is_sound and has_sound_range(case["input"])) != case["ok"]:
            differing.add(case["case"])
    assert differing == reviewed(DEFINITIONS)


def test_merged_definitions_are_judged_and_completed_as_in_librechat(shared: Path) -> None:
    differing = set()
    for case in vectors(shared, "param-definition-semantics.json")["cases"]:
        is_sound = not any(judge(definition) for definition in case["input"])
        is_same = not case["ok"] or completed(case["input"]) == case["after"]
        if is_sound != case["ok"] or not is_same:
            differing.add(case["case"])
    assert differing == reviewed(MERGED_NOT_PLAYED)


def test_the_sets_of_parameters_are_those_of_librechat(shared: Path) -> None:
    tables = vectors(shared, "param-tables.json")["tables"]
    assert known_sets().keys() == tables.keys()
    for name, table in tables.items():
        told = [each for each in table["chat"] if each["key"] in table["validKeys"]]
        assert list(known_sets()[name].values()) == told
        assert set(known_sets()[name]) == set(table["validKeys"])


def test_files_are_accepted_as_librechat_accepts_them(shared: Path) -> None:
    differing = set()
    for case in vectors(shared, "file-schema.json")["cases"]:
        if is_used(load_value(case["input"])) != case["ok"]:
            differing.add(case["case"])
    assert differing == reviewed(FILES)


NEWER = {"emailChange", "mcpAppSandbox"}
"""Root keys of LibreChat's current example that the recorded release does not have."""


def test_every_key_of_librechats_file_is_known(shared: Path) -> None:
    told = vectors(shared, "file-defaults.json")
    schema = json_schema()
    assert set(told["rootKeys"]) == set(schema["properties"]) - {"server"} - NEWER
    entry = schema["$defs"]["CustomEndpoint"]["properties"]
    assert set(told["endpointKeys"]) == set(entry) - PIS


def test_files_come_to_what_they_come_to_in_librechat(shared: Path) -> None:
    differing, without_file = set(), set()
    for case in vectors(shared, "load-outcome.json")["cases"]:
        if not isinstance(case.get("yaml"), str):
            without_file.add(case["case"])
            continue
        loaded = load_bytes(case["yaml"].encode(), ENVIRON | case.get("env", {}), "f.yaml")
        if is_used(loaded) != (case["outcome"] == "config"):
            differing.add(case["case"])
        elif "customParams" in case:
            ours = [without_looks(panel) for panel in panels_of(loaded) if panel]
            if ours != case["customParams"]:
                differing.add(case["case"])
    assert differing == reviewed(OUTCOMES)
    assert without_file == reviewed(NO_FILE)


def test_brands_are_recognised_as_librechat_recognises_them(shared: Path) -> None:
    cases = vectors(shared, "names-and-helpers.json")["cases"]
    brands = [case for case in cases if case["fn"] == "resolveProviderId"]
    assert len(brands) > 30
    for case in brands:
        assert (brand_named(case["args"][0] or "") or None) == case.get("output"), case["args"]


def test_headers_are_laid_over_each_other_as_in_librechat(shared: Path) -> None:
    for case in vectors(shared, "header-merge.json")["cases"]:
        laid = overlay(case["base"] or {}, case["override"] or {})
        assert laid == case["output"], case["case"]


def test_endpoints_are_found_by_the_names_librechat_finds_them_by(shared: Path) -> None:
    told = vectors(shared, "provider-lookup.json")
    differing = set()
    unplayed = reviewed(PROVIDERS_NOT_PLAYED)
    assert unplayed < {case["case"] for case in told["cases"]}
    for case in (each for each in told["cases"] if each["case"] not in unplayed):
        name, provider = case["provider"].lower(), case.get("clientProvider")
        named = [each for each in told["customEndpoints"] if each["name"].lower() == name]
        found = endpoint_in([ENTRY | each for each in named], name)
        wire = "anthropic_messages" if provider == "anthropic" else "openai_chat"
        expected = (case["endpoint"], wire) if case.get("endpoint") else None
        if found != expected:
            differing.add(case["case"])
    assert differing == reviewed(PROVIDERS)


def endpoint_in(entries: list[dict[str, Any]], name: str) -> tuple[str, str] | None:
    """Find an endpoint and its wire by name; None also where the file is refused."""
    loaded = load_value({"version": "1.3.17", "endpoints": {"custom": entries}})
    if loaded.settings is None:
        return None
    catalog = compile_catalog(loaded.settings, loaded.version, no_prices)
    found = catalog.by_name.get(name)
    return (found.name, found.wire) if found else None


def test_whatever_is_not_played_stands_there_with_its_reason(shared: Path) -> None:
    functions = {case["fn"] for case in vectors(shared, "names-and-helpers.json")["cases"]}
    assert functions == {"resolveProviderId", *FUNCTIONS}
    assert all(FILES_NOT_PLAYED.values())
    tests = "".join(path.read_text() for path in Path(__file__).parents[1].rglob("test_*.py"))
    files = {each.stem for each in (shared / "vectors").glob("librechat-*/*.json")}
    played = {name for name in files if f'"{name}.json"' in tests or f'"{name}"' in tests}
    assert {f"{name}.json" for name in files - played} == set(FILES_NOT_PLAYED)
