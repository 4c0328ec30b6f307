"""pi's file beside ours: read with its own comments and commas, one bad provider at a time."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET

from endpoints_server.config.compile import compile_catalog, endpoint_of
from endpoints_server.config.importing.pi import write_yaml
from endpoints_server.config.load import Loaded, load
from endpoints_server.config.models_json.read import Allowed, Providers, read_providers
from endpoints_server.config.models_json.vendors import find_vendor, names, vendor_at
from endpoints_server.config.prices import no_prices
from endpoints_server.config.problem import Level, has_errors, render
from endpoints_server.config.schema.server import Server
from endpoints_server.config.text.document import Source
from endpoints_server.config.text.json_text import read_json
from endpoints_server.domain.catalog import Catalog
from endpoints_server.domain.command import Command
from endpoints_server.domain.endpoint import Credential
from endpoints_server.domain.secret import Secret
from tests.config.files import ENTRY, ENVIRON, told

PROVIDER = {
    "baseUrl": "http://llm.test/v1",
    "api": "openai-completions",
    "apiKey": "k",
    "models": [{"id": "m"}],
}

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def providers(file: dict[str, Any], **environ: str) -> Providers:
    content = json.dumps({"providers": file}).encode()
    return read_providers(content, "m.json", environ, Allowed(has_commands=True))


def messages(found: Providers, *levels: Level) -> list[str]:
    wanted = levels or (Level.ERROR, Level.WARNING)
    return [problem.message for problem in found.problems if problem.level in wanted]


def serve(folder: Path, models_json: str, yaml: str = ENTRY) -> Loaded:
    (folder / "models.json").write_text(models_json)
    path = folder / "librechat.yaml"
    path.write_text(yaml + "server: {modelsJson: models.json}\n")
    return load(path, ENVIRON)


def compiled(loaded: Loaded) -> Catalog:
    assert loaded.settings is not None, [render(each) for each in loaded.problems]
    return compile_catalog(loaded.settings, loaded.version, no_prices)


@given(values)
def test_whatever_json_can_say_is_read_as_json_reads_it(value: object) -> None:
    document, problems = read_json(Source("m.json", json.dumps(value)))
    assert problems == []
    assert document is not None
    assert document.value == json.loads(json.dumps(value))


@given(st.text(st.sampled_from('{}[],:"\\ \n/x1-.etrufalsn')))
def test_no_text_is_too_odd_to_be_read(text: str) -> None:
    document, problems = read_json(Source("m.json", text))
    assert document is not None or has_errors(problems)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", '1:1: error: the file is empty (write `{"providers": {}}`)'),
        ("{\n  providers: {}}", "2:3: error: a key in double quotes is wanted here"),
        ('{"a": 1\n "b": 2}', "2:2: error: a `,` or the `}` of line 1 is wanted here"),
        ('{"a": [1,\n2', "2:2: error: a `,` or the `]` of line 1 is wanted here"),
        ('{"a": /* x */ 1}', "1:7: error: a value is wanted here (comments begin with `//`)"),
        ("{\"a\": 'x'}", "1:7: error: a value is wanted here (put text in double quotes)"),
        ('{"a": "x\ny"}', "1:9: error: this text is not ended, or holds what must be written"),
        ('{"a": 1} 2', "1:10: error: nothing may follow the value of the file"),
        ('{"a": 1,\n"a": 2}', "2:1: error: the key `a` already stands in line 1"),
        ("[" * 100, "1:66: error: this is nested more than 64 levels deep"),
    ],
)
def test_a_mistake_is_told_with_line_and_column(text: str, problem: str) -> None:
    _, problems = read_json(Source("m.json", text))
    assert render(problems[0]).startswith(f"m.json:{problem}")


def test_comments_commas_and_a_mark_at_the_start_are_let_pass() -> None:
    text = '\ufeff{ // "no"\n "providers": {"p": {"baseUrl": "http://a.test", // x\n "api":'
    text += ' "anthropic-messages", "apiKey": "k", "models": [{"id": "m",},],},},}'
    found = read_providers(text.encode(), "m.json", {}, Allowed())
    assert found.problems == ()
    assert [entry.base_url for entry in found.entries] == ["http://a.test"]


def test_one_bad_provider_is_left_out_with_a_word_and_no_other() -> None:
    bad = PROVIDER | {"compat": {"maxTokensField": "max_tokns"}}
    found = providers({"good": PROVIDER, "bad": bad, "worse": 5, "fine": PROVIDER})
    assert [entry.name for entry in found.entries] == ["good", "fine"]
    assert [problem.level for problem in found.problems] == [Level.WARNING] * 2
    assert messages(found) == [
        "the provider `bad` is left out: `maxTokensField` must be `max_completion_tokens` or"
        " `max_tokens`",
        "the provider `worse` is left out: a provider must be a mapping",
    ]


def test_keys_that_nobody_knows_are_told_with_the_nearest_and_ignored() -> None:
    model = {"id": "m", "contextWindw": 1, "cost": {"input": 1, "output": 2, "cachRead": 3}}
    found = providers({"p": PROVIDER | {"modles": [], "models": [model]}})
    assert [(problem.suggestion, problem.level) for problem in found.problems] == [
        ("did you mean `models`?", Level.WARNING),
        ("did you mean `cacheRead`?", Level.WARNING),
        ("did you mean `contextWindow`?", Level.WARNING),
    ]
    assert len(found.entries) == 1


def test_what_steers_pi_itself_is_noted() -> None:
    model = {"id": "m", "promptCache": {"short": 1}, "inputLimits": {"maxRequestBytes": 9}}
    found = providers({"p": PROVIDER | {"models": [model]}})
    assert len(messages(found, Level.NOTE)) == 2
    assert messages(found) == []


@pytest.mark.parametrize(
    ("provider", "environ", "credential"),
    [
        ({"apiKey": "$K"}, {"K": "v"}, Credential(secret=Secret("v"))),
        ({"apiKey": "K"}, {"K": "v"}, Credential(secret=Secret("K"))),
        ({"apiKey": "a$!b"}, {}, Credential(secret=Secret("a!b"))),
        ({"apiKey": "!id -u"}, {}, Credential(command=Command(("id", "-u")))),
        ({"apiKey": "$$K"}, {}, Credential(secret=Secret("$K"))),
        ({}, {}, Credential(owner="user")),
    ],
)
def test_a_key_is_read_as_pi_reads_it(
    provider: dict[str, str], environ: dict[str, str], credential: Credential, tmp_path: Path
) -> None:
    written = {key: value for key, value in PROVIDER.items() if key != "apiKey"} | provider
    yaml = "version: 1.3.17\n"
    (tmp_path / "models.json").write_text(json.dumps({"providers": {"p": written}}))
    path = tmp_path / "librechat.yaml"
    path.write_text(yaml + "server: {modelsJson: models.json, allowCommands: true}\n")
    catalog = compiled(load(path, environ))
    assert catalog.by_name["p"].credential == credential


def test_a_missing_variable_costs_no_more_than_its_provider() -> None:
    found = providers({"p": PROVIDER | {"headers": {"X-A": "$NOPE"}}, "q": PROVIDER})
    assert [entry.name for entry in found.entries] == ["q"]
    assert messages(found) == ["the provider `p` is left out: the variable `NOPE` is not set"]


def test_commands_are_for_the_configuration_to_allow() -> None:
    content = json.dumps({"providers": {"p": PROVIDER | {"apiKey": "!id"}}}).encode()
    found = read_providers(content, "m.json", {}, Allowed())
    assert found.entries == ()
    assert "none is allowed" in found.problems[0].message


def test_a_vendor_is_routed_by_its_address_alone() -> None:
    found = providers({"anthropic": {"baseUrl": "http://proxy.test"}}, ANTHROPIC_API_KEY="k")
    (entry,) = found.entries
    vendor = find_vendor("anthropic")
    assert vendor is not None
    assert (entry.base_url, entry.provider, entry.api_key) == (
        "http://proxy.test",
        "anthropic",
        "k",
    )
    assert [model.key for model in entry.models.default if not isinstance(model, str)] == [
        facts["name"] for facts in vendor.models
    ]


def test_a_vendors_models_are_added_to_replaced_and_overridden() -> None:
    found = providers(
        {
            "anthropic": {
                "models": [{"id": "claude-new"}, {"id": "claude-haiku-4-5", "name": "Mine"}],
                "modelOverrides": {
                    "claude-sonnet-4-5": {"maxTokens": 5},
                    "claude-older": {"reasoning": True},
                },
            }
        },
        ANTHROPIC_API_KEY="k",
    )
    (entry,) = found.entries
    models = {model.key: model for model in entry.models.default if not isinstance(model, str)}
    assert {"claude-new", "claude-older", "claude-sonnet-4-5"} <= models.keys()
    assert models["claude-haiku-4-5"].name == "Mine"
    assert models["claude-haiku-4-5"].context_window is UNSET
    assert entry.model_overrides["claude-sonnet-4-5"].max_tokens == 5
    assert messages(found) == []


def test_what_is_known_of_an_address_lies_under_the_providers_own_words() -> None:
    mine = PROVIDER | {"baseUrl": "https://api.deepseek.com/v1"}
    found = providers({"mine": mine | {"compat": {"maxTokensField": "max_completion_tokens"}}})
    compat = found.entries[0].compat
    assert compat.thinking_format == "deepseek"
    assert compat.max_tokens_field == "max_completion_tokens"


def test_a_complete_address_is_taken_as_it_is() -> None:
    address = "http://llm.test/v1/chat/completions?api-version=1"
    found = providers({"p": PROVIDER | {"baseUrl": address}})
    assert (found.entries[0].base_url, found.entries[0].direct_endpoint) == (address, True)


def test_a_provider_of_pis_is_served_behind_the_endpoints_of_the_yaml(tmp_path: Path) -> None:
    loaded = serve(tmp_path, json.dumps({"providers": {"anthropic": {"baseUrl": "http://a.test"}}}))
    catalog = compiled(loaded)
    assert [endpoint.name for endpoint in catalog.endpoints] == ["Acme", "anthropic"]
    assert loaded.beside == tmp_path / "models.json"


def test_the_yaml_keeps_the_names_it_has(tmp_path: Path) -> None:
    loaded = serve(tmp_path, json.dumps({"providers": {"ACME": PROVIDER, "p": PROVIDER}}))
    assert [endpoint.name for endpoint in compiled(loaded).endpoints] == ["Acme", "p"]
    assert "the provider `ACME` is left out: the name is taken" in [
        problem.message for problem in loaded.problems
    ]


def test_what_holds_for_every_endpoint_holds_for_pis_too(tmp_path: Path) -> None:
    yaml = ENTRY + "  all: {headers: {X-All: a}, titleConvo: true}\n"
    loaded = serve(tmp_path, json.dumps({"providers": {"p": PROVIDER}}), yaml)
    endpoint = compiled(loaded).by_name["p"]
    assert [template.name for template in endpoint.headers] == ["X-All"]
    assert endpoint.titles.is_on


def test_an_overlay_of_the_server_may_be_for_one_of_pis(tmp_path: Path) -> None:
    (tmp_path / "models.json").write_text(json.dumps({"providers": {"p": PROVIDER}}))
    path = tmp_path / "librechat.yaml"
    path.write_text(
        ENTRY + "server: {modelsJson: models.json, endpoints: {p: {maxConnections: 3}}}\n"
    )
    assert compiled(load(path, ENVIRON)).by_name["p"].max_connections == 3


@pytest.mark.parametrize("text", ["{", "[]", '{"providers": []}', "{}"])
def test_a_file_that_cannot_be_read_keeps_the_configuration_from_being_used(
    text: str, tmp_path: Path
) -> None:
    loaded = serve(tmp_path, text)
    assert loaded.settings is None
    (problem,) = loaded.problems
    assert problem.file.endswith("models.json")
    assert problem.level is Level.ERROR


def test_a_file_that_is_not_there_is_told_where_it_is_named() -> None:
    (problem,) = told(ENTRY + "server: {modelsJson: nowhere.json}\n")
    assert problem.startswith("8:22: error: `modelsJson`: the file cannot be read")


def test_the_version_changes_with_the_file_and_its_variables(tmp_path: Path) -> None:
    one = serve(tmp_path, json.dumps({"providers": {"p": PROVIDER}})).version
    two = serve(tmp_path, json.dumps({"providers": {"p": PROVIDER, "q": PROVIDER}})).version
    keyed = json.dumps({"providers": {"p": PROVIDER | {"apiKey": "$ACME_KEY"}}})
    three = serve(tmp_path, keyed).version
    four = load(tmp_path / "librechat.yaml", ENVIRON | {"ACME_KEY": "other"}).version
    assert len({one, two, three, four}) == 4


@pytest.mark.parametrize("name", sorted(names()))
def test_the_facts_of_every_vendor_can_be_served(name: str) -> None:
    vendor = find_vendor(name)
    assert vendor is not None
    model = {"id": "m"} if not vendor.models else {"id": vendor.models[0]["name"]}
    provider = {"baseUrl": "http://a.test/v1", "modelOverrides": {model["id"]: {}}}
    found = providers({name: provider}, **dict.fromkeys(vendor.variables, "k"))
    assert messages(found) == []
    assert len(found.entries) == 1


def test_vendors_are_found_by_other_names_and_by_their_hosts() -> None:
    assert find_vendor("google") == find_vendor("gemini")
    assert vendor_at("https://api.moonshot.cn/v1") == find_vendor("moonshotai")
    assert find_vendor("nobody") is None
    assert vendor_at("http://[") is None


@pytest.mark.parametrize(
    "key", ["$K", "!pass show x | head -1", "$!x$$y", "plain", "user_provided"]
)
def test_what_is_written_out_passes_its_check_and_comes_to_the_same(
    key: str, tmp_path: Path
) -> None:
    model = {"id": "m", "name": "Em", "reasoning": True, "thinkingLevelMap": {"off": None}}
    model |= {"cost": {"input": 0.1, "output": 0.25, "cacheRead": 0, "cacheWrite": 0}}
    provider = PROVIDER | {"apiKey": key, "models": [model], "headers": {"X-A": "$K, $$5"}}
    content = json.dumps({"providers": {"p": provider}}).encode()
    written = write_yaml(content, "m.json")
    path = tmp_path / "librechat.yaml"
    path.write_text(written.yaml)
    loaded = load(path, {"K": "v"})
    assert [each for each in loaded.problems if each.level is not Level.NOTE] == []
    ours = compiled(loaded).endpoints[0]
    found = read_providers(content, "m.json", {"K": "v"}, Allowed(has_commands=True))
    if found.entries:
        (path.parent / "models.json").write_bytes(content)
        path.write_text("version: '1'\nserver: {modelsJson: models.json, allowCommands: true}\n")
        assert compiled(load(path, {"K": "v"})).endpoints[0] == ours


@pytest.mark.parametrize("key", ["contextWindow", "maxTokens"])
def test_no_model_holds_more_than_a_number_can_say(key: str) -> None:
    text = json.dumps({"providers": {"p": PROVIDER}}).replace('"m"', f'"m", "{key}": 1e999')
    (problem,) = read_providers(text.encode(), "m.json", {}, Allowed()).problems
    assert f"`{key}` must be a finite number" in problem.message


def test_names_of_librechats_own_are_written_otherwise_and_told() -> None:
    written = write_yaml(b'{"providers": {"anthropic": {"baseUrl": "http://a.test"}}}', "m.json")
    assert "name: My anthropic" in written.yaml
    assert "${ANTHROPIC_API_KEY:-user_provided}" in written.yaml
    assert [render(each) for each in written.report] == [
        "m.json:1:29: note: `anthropic` is a name of LibreChat's own: the endpoint is"
        " `My anthropic`"
    ]


RICH: dict[str, Any] = PROVIDER | {
    "name": "P",
    "authHeader": True,
    "headers": {"X-A": "$K", "X-B": "!id"},
    "compat": {"supportsStore": True, "openRouterRouting": {"order": ["a"]}},
    "models": [
        {"id": "m", "thinkingLevelMap": {"off": None}, "input": ["text"], "contextWindow": 9}
        | {"cost": {"input": 1, "output": 2, "tiers": [{"inputTokensAbove": 5}]}}
        | {"headers": {"X": "y"}, "samplingParams": {"a": 1}, "promptCache": {"short": 1}},
        {"id": "n", "api": "anthropic-messages", "baseUrl": "http://b.test"},
    ],
    "modelOverrides": {"m": {"cost": {"input": 3}, "thinkingLevelMap": {"max": "m"}}, "other": {}},
}
ODD: st.SearchStrategy[object] = st.sampled_from(
    [None, True, -1, 1e300, "", "!", "$NOPE", "a\nb", [], {}, [None], {"a": {}}]
)


def spoiled(value: Any, draw: st.DataObject) -> Any:
    """Put something odd somewhere into a value."""
    if isinstance(value, dict | list) and value and draw.draw(st.integers(0, 5)):
        copy = dict(value) if isinstance(value, dict) else list(value)
        steps = list(copy) if isinstance(copy, dict) else range(len(copy))
        step = draw.draw(st.sampled_from(list(steps)))
        copy[step] = spoiled(copy[step], draw)
        return copy
    return draw.draw(ODD)


@settings(max_examples=60)
@given(st.sampled_from(["p", "anthropic", "openai", "é"]), st.data())
def test_no_provider_is_too_odd_to_be_told_of(name: str, draw: st.DataObject) -> None:
    provider = spoiled(spoiled(RICH, draw), draw)
    content = json.dumps({"providers": {name: provider, "good": PROVIDER}}).encode()
    found = read_providers(content, "m.json", {"K": "v"}, Allowed(has_commands=True))
    assert "good" in [entry.name for entry in found.entries]
    assert len(found.entries) == 2 or found.problems
    for entry in found.entries:
        endpoint_of(entry, Server(), no_prices)
    assert "name: good" in write_yaml(content, "m.json").yaml
