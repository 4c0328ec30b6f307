"""LibreChat's own file: what is read stays as it is, and its built-in endpoints join the others."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from endpoints_server.config.importing.librechat.told import VARIABLES
from endpoints_server.config.importing.librechat.variables import read_variables
from endpoints_server.config.importing.librechat.write import write_librechat
from endpoints_server.config.importing.written import Written
from endpoints_server.config.problem import Level, has_errors
from tests.config.importing.imported import catalog_of, entries_of, said, settings_of, value_of

CANARY = "sk-c4n4ryZk39dQpLw8bTnE"
OWN = """\
version: 1.3.5   # LibreChat's
interface: {contextCost: true}

endpoints:
  custom:
    # the small one
    - name: "Mistral"
      apiKey: "${MISTRAL_API_KEY}"
      baseURL: 'https://api.mistral.ai/v1'
      models: { default: [mistral-small-latest] }
"""
AZURE = """\
version: 1.3.5
endpoints:
  azureOpenAI:
    titleModel: gpt-4o
    groups:
      - group: eu
        apiKey: '${AZURE_EU}'
        instanceName: acme-eu
        deploymentName: usual
        version: "2024-10-21"
        additionalHeaders: {X-Team: blue}
        dropParams: [user]
        models:
          gpt-4o: {deploymentName: dep-4o}
          gpt-4o-mini: true
"""


def imported(text: str, dotenv: str = "") -> Written:
    return write_librechat(text.encode(), "librechat.yaml", read_variables(dotenv, ".env"))


def names_of(written: Written) -> list[str]:
    return [entry["name"] for entry in entries_of(written)]


def test_a_file_of_which_nothing_is_different_can_be_served_as_it_is() -> None:
    written = imported(OWN)
    assert written.yaml == OWN
    assert said(written) == [
        "1:1: note: nothing is different here: the file can be served as it is"
    ]


def test_every_byte_that_was_there_stays_where_endpoints_join() -> None:
    written = imported(OWN, "OPENAI_API_KEY=k\n")
    assert written.yaml.startswith(OWN)
    assert names_of(written) == ["Mistral", "OpenAI API"]
    assert "served as it is" not in " ".join(said(written))
    settings_of(written)


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_marks_and_line_breaks_stay(mark: str, end: str) -> None:
    text = mark + OWN.replace("\n", end)
    assert imported(text).yaml == text


@pytest.mark.parametrize(
    ("variable", "name", "wire", "address"),
    [
        ("OPENAI_API_KEY", "OpenAI API", None, "https://api.openai.com/v1"),
        ("ANTHROPIC_API_KEY", "Claude", "anthropic", "https://api.anthropic.com"),
        (
            *("GOOGLE_KEY", "Gemini", "google"),
            "https://generativelanguage.googleapis.com/v1beta",
        ),
    ],
)
def test_a_key_of_the_variables_makes_an_endpoint(
    variable: str, name: str, wire: str | None, address: str
) -> None:
    written = imported("version: 1.3.5\n", f"# keys\n\n{variable}={CANARY}\n")
    (entry,) = entries_of(written)
    assert (entry["name"], entry.get("provider"), entry["baseURL"]) == (name, wire, address)
    assert entry["apiKey"] == f"${{{variable}}}"
    assert entry["models"]["fetch"] is True
    assert CANARY not in written.yaml + "".join(said(written))
    assert said(written) == [f"3:1: note: LibreChat's own endpoint becomes `{name}` (`{variable}`)"]
    catalog_of(written)


def test_people_bring_their_own_key_where_they_do_so_there() -> None:
    (entry,) = entries_of(imported("version: 1.3.5\n", "ANTHROPIC_API_KEY=user_provided\n"))
    assert entry["apiKey"] == "user_provided"
    assert "fetch" not in entry["models"]


def test_a_variable_that_is_set_to_nothing_is_not_set() -> None:
    written = imported(OWN, "OPENAI_API_KEY=\nGOOGLE_KEY= # none\n")
    assert written.yaml == OWN


def test_models_and_address_of_a_built_in_endpoint_are_those_of_its_variables() -> None:
    dotenv = (
        "OPENAI_API_KEY=k\nOPENAI_MODELS='gpt-a, gpt-b,gpt-a'\nOPENAI_REVERSE_PROXY=http://p.test\n"
        "OPENAI_ORGANIZATION=org\n"
    )
    (entry,) = entries_of(imported("version: 1.3.5\n", dotenv))
    assert entry["models"] == {"default": ["gpt-a", "gpt-b"]}
    assert entry["baseURL"] == "${OPENAI_REVERSE_PROXY}"
    assert entry["headers"] == {"OpenAI-Organization": "${OPENAI_ORGANIZATION}"}


def test_only_endpoints_that_are_switched_on_are_carried_over() -> None:
    dotenv = "ENDPOINTS=anthropic,agents\nOPENAI_API_KEY=k\nANTHROPIC_API_KEY=k\n"
    assert names_of(imported("version: 1.3.5\n", dotenv)) == ["Claude"]


def test_a_block_of_the_file_makes_an_endpoint_with_what_it_says() -> None:
    text = OWN + "  openAI: {titleModel: gpt-4.1, streamRate: 20, headers: {X-A: b}}\n"
    entry = entries_of(imported(text))[1]
    assert (entry["titleModel"], entry["streamRate"]) == ("gpt-4.1", 20)
    assert entry["headers"] == {"X-A": "b"}
    assert entry["apiKey"] == "${OPENAI_API_KEY:-user_provided}"


def test_a_name_that_the_file_has_is_not_given_twice() -> None:
    text = OWN.replace('"Mistral"', "Claude")
    assert names_of(imported(text, "ANTHROPIC_API_KEY=k\n")) == ["Claude", "Claude 2"]


def test_a_group_of_azures_is_an_endpoint_and_its_models_keep_their_names() -> None:
    written = imported(AZURE)
    (entry,) = entries_of(written)
    assert (entry["name"], entry["apiKey"]) == ("Azure eu", "${AZURE_EU}")
    assert entry["baseURL"] == "https://acme-eu.openai.azure.com/openai/v1"
    assert entry["models"]["default"] == ["dep-4o", "usual"]
    assert (entry["headers"], entry["dropParams"]) == ({"X-Team": "blue"}, ["user"])
    assert value_of(written)["server"]["aliases"] == {
        "gpt-4o": "Azure eu/dep-4o",
        "gpt-4o-mini": "Azure eu/usual",
    }
    assert written.yaml.startswith(AZURE)
    catalog_of(written)


def test_a_serverless_group_is_asked_where_it_says() -> None:
    text = AZURE.replace(
        "instanceName: acme-eu", "serverless: true\n        baseURL: https://s.test"
    )
    (entry,) = entries_of(imported(text))
    assert entry["baseURL"] == "https://s.test"
    assert entry["models"]["default"] == ["gpt-4o", "gpt-4o-mini"]


@pytest.mark.parametrize("instance", ["acme.cognitiveservices.azure.com", "acme.openai.azure.com"])
def test_an_instance_that_is_a_host_is_asked_there(instance: str) -> None:
    (entry,) = entries_of(imported(AZURE.replace("acme-eu", instance)))
    assert entry["baseURL"] == f"https://{instance}/openai/v1"


def test_what_is_not_carried_into_an_endpoint_is_told() -> None:
    text = AZURE.replace("group: eu", "group: eu\n        summarize: true")
    told = " ".join(said(imported(text + "  openAI: {plugins: true}\n")))
    assert "4:5: note: `titleModel` is not carried over" in told
    assert "7:9: note: `summarize` is not carried over" in told
    assert "`plugins` is not carried over" in told
    without = AZURE.partition("        models:")[0] + "        models: {}\n"
    assert "6:9: warning: the group is left out: it has no models" in said(imported(without))


def test_where_people_bring_the_address_no_endpoint_is_written() -> None:
    written = imported(OWN, "OPENAI_API_KEY=user_provided\nOPENAI_REVERSE_PROXY=user_provided\n")
    assert written.yaml == OWN
    assert "2:1: warning: `OPENAI_REVERSE_PROXY` lets people bring an address" in " ".join(
        said(written)
    )


def test_a_group_whose_address_is_a_pattern_is_told() -> None:
    text = AZURE.replace("deploymentName: usual", "baseURL: 'https://g.test/${INSTANCE_NAME}'")
    written = imported(text)
    assert written.yaml == text
    assert "8:9: warning" not in said(written)
    assert "the group is left out: `baseURL` of a group is a pattern" in " ".join(said(written))


def test_a_key_that_is_written_out_becomes_a_variable_and_all_else_stays() -> None:
    text = OWN.replace("${MISTRAL_API_KEY}", CANARY)
    written = imported(text)
    assert written.yaml == text.replace(f'"{CANARY}"', "'${MISTRAL_API_KEY}'")
    assert said(written) == [
        "8:7: warning: `apiKey` is written out here: set `MISTRAL_API_KEY` to it, to which the YAML"
        " refers"
    ]


def test_keys_of_groups_that_are_written_out_become_variables() -> None:
    written = imported(AZURE.replace("${AZURE_EU}", CANARY))
    assert CANARY not in written.yaml + "".join(said(written))
    assert entries_of(written)[0]["apiKey"] == "${AZURE_EU_KEY}"
    assert "        apiKey: '${AZURE_EU_KEY}'\n        instanceName: acme-eu\n" in written.yaml


@pytest.mark.parametrize(
    "line",
    [
        f"headers: {{Authorization: 'Bearer {CANARY}'}}",
        "headers: {X-Api-Key: walnut, X-Plain: stays}",
        "addParams: {api_key: walnut}",
        f"addParams: {{anything: {CANARY}}}",
        f"apiKey: {CANARY}",
        f"apiKey: &k {CANARY}",
        f"apiKey: |\n        {CANARY}",
        f"apiKey: >-\n        {CANARY}\n",
        f"apiKey: '${{PREFIX}}{CANARY}'",
        "apiKey: pa$$walnut",
        "apiKey: walnut$nut",
        "baseURL: 'https://me:walnut@a.test/v1'",
        "baseURL: 'https://a.test/v1?api-key=walnut'",
        "models: {default: [{name: m, headers: {X-Token: walnut}}]}",
    ],
)
def test_no_key_that_is_written_out_in_an_endpoint_comes_out(line: str) -> None:
    lines = ["apiKey: none", "baseURL: https://a.test/v1", "models: {default: [m]}"]
    lines = [each for each in lines if each.split(":")[0] != line.split(":")[0]]
    body = "\n      ".join([line, *lines])
    written = imported(
        f"version: 1.3.5\nendpoints:\n  custom:\n    - name: A\n      {body}\n", "OPENAI_API_KEY=k"
    )
    assert "walnut" not in written.yaml + "".join(said(written))
    assert CANARY not in written.yaml + "".join(said(written))
    assert ("stays" in written.yaml) == ("stays" in line)
    assert names_of(written) == ["A", "OpenAI API"]
    assert "is written out here: set `A_" in " ".join(said(written, Level.WARNING))
    settings_of(written)


@pytest.mark.parametrize(
    "block",
    [
        f"webSearch: {{serperApiKey: {CANARY}}}",
        f"mcpServers: {{m: {{type: sse, url: 'http://m', headers: {{X-Key: {CANARY}}}}}}}",
        f"mcpServers: {{m: {{command: run, args: [--key, {CANARY}]}}}}",
        f"x-shared: &shared {{apiKey: {CANARY}}}",
    ],
)
def test_no_key_comes_out_of_a_block_that_is_not_read(block: str) -> None:
    written = imported(OWN + block + "\n")
    assert written.yaml.startswith(OWN)
    assert CANARY not in written.yaml + "".join(said(written))


def test_a_key_that_several_endpoints_share_by_an_anchor_becomes_one_variable() -> None:
    text = OWN.replace('"${MISTRAL_API_KEY}"', "*k") + (
        "    - {<<: *b, name: B, baseURL: 'http://b.test', models: {default: [m]}}\n"
    )
    text = text.replace("endpoints:", f"x-b: &b {{apiKey: &k {CANARY}}}\nendpoints:")
    written = imported(text)
    assert CANARY not in written.yaml + "".join(said(written))
    keys = [entry["apiKey"] for entry in entries_of(written)]
    assert keys == ["${X_B_API_KEY}", "${X_B_API_KEY}"]


@pytest.mark.parametrize("beside", ["GROQ_API_KEY", "OPENAI_API_KEY"])
def test_a_key_of_another_address_is_never_named_like_one_that_may_be_set(beside: str) -> None:
    text = OWN.replace("MISTRAL_API_KEY", beside) + (
        f"    - {{name: {beside.partition('_')[0]}, apiKey: {CANARY}, baseURL: 'http://b.test',"
        " models: {default: [m]}}\n"
    )
    assert entries_of(imported(text))[1]["apiKey"] == f"${{MY_{beside}}}"


def test_what_looks_like_a_secret_and_is_none_stays() -> None:
    text = OWN.replace(
        "models: { default: [mistral-small-latest] }",
        "models: { default: [gpt-4o-2024-08-06, es-123-456-7890ab] }\n"
        "      headers: {X-User-Token: '{{LIBRECHAT_USER_ID}}', Authorization: 'Bearer ${T}'}\n"
        "      customParams: {paramDefinitions: [{key: temperature, default: 1}]}",
    )
    text = text.replace("https://api.mistral.ai/v1", "https://me:${P}@a.test/v1?key=${Q}")
    preset = "{endpoint: A, promptPrefix: 'key to success: sk-'}"
    text += f"modelSpecs: {{list: [{{name: a, label: A, preset: {preset}}}]}}\n"
    text += "mcpServers: {m: {type: sse, url: 'http://m', oauth: {token_url: 'https://t.test'}}}\n"
    assert imported(text).yaml == text


def test_a_comment_with_a_key_stays_and_is_told() -> None:
    text = OWN + f"    # apiKey: '{CANARY}'\n"
    written = imported(text)
    assert written.yaml == text
    assert "11:1: warning: the comment may hold a key" in said(written)[1]
    assert CANARY not in "".join(said(written))


def test_a_word_that_stands_for_no_key_stays() -> None:
    text = OWN.replace("${MISTRAL_API_KEY}", "ollama")
    assert imported(text).yaml == text


def test_blocks_of_screens_alone_stay_unless_they_are_in_the_way() -> None:
    kept = OWN + "registration:\n  socialLogins: [github]\n"
    assert imported(kept).yaml == kept
    cut = OWN + "registration:\n  socialLogins: 7\n"
    written = imported(cut)
    assert written.yaml == OWN
    assert "11:1: warning: the block `registration` is left out: " in said(written)[0]


def test_what_is_wrong_in_an_endpoint_is_an_error_in_its_place() -> None:
    written = imported(OWN.replace("models:", "modells:"))
    assert written.yaml == ""
    assert "10:7: error: " in said(written, Level.ERROR)[0]


@pytest.mark.parametrize("text", ["", "version: [", "# nothing\n", "- 1\n"])
def test_a_file_that_cannot_be_read_is_told(text: str) -> None:
    written = imported(text)
    assert written.yaml == ""
    assert has_errors(written.report)


@pytest.mark.parametrize("block", ["bedrock", "assistants", "azureAssistants"])
def test_a_built_in_endpoint_that_is_not_served_here_is_told(block: str) -> None:
    written = imported(OWN + f"  {block}: {{}}\n")
    assert f"`{block}` is left as it is: " in " ".join(said(written))


@pytest.mark.parametrize("variable", VARIABLES)
def test_each_variable_without_a_counterpart_is_told_in_its_line(variable: str) -> None:
    written = imported(OWN, f"A=b\n{variable}={CANARY}\n")
    (told,) = said(written, Level.WARNING)
    assert told.startswith(f"2:1: warning: `{variable}` has no counterpart: ")
    assert CANARY not in told


def test_a_file_in_brackets_is_changed_within_them() -> None:
    text = json.dumps({"version": "1.3.5", "endpoints": {"custom": []}})
    assert names_of(imported(text, "OPENAI_API_KEY=k\n")) == ["OpenAI API"]


def test_documented_examples_are_kept(shared: Path) -> None:
    examples = sorted((shared / "vectors/librechat-config/examples").glob("*.yaml"))
    assert examples
    for path in examples:
        written = write_librechat(path.read_bytes(), path.name)
        assert written.yaml, said(written)
        settings_of(written)


scalars = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
values = st.recursive(
    scalars | st.sampled_from(["${A}", CANARY, "user_provided", "http://a.test"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
group_keys = st.sampled_from(
    [
        *("group", "apiKey", "instanceName", "deploymentName", "version", "baseURL", "serverless"),
        *("models", "addParams", "dropParams", "additionalHeaders", "assistants"),
    ]
)
groups = st.dictionaries(group_keys, values, max_size=8) | values
entries = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["A", "B"]),
        "apiKey": st.sampled_from([CANARY, "${A}", "none", "user_provided"]) | values,
        "baseURL": st.just("http://a.test"),
        "models": st.just({"default": ["m"]}) | values,
    }
)
blocks = st.fixed_dictionaries(
    {},
    optional={
        "custom": st.lists(entries, max_size=2) | values,
        "openAI": st.dictionaries(st.sampled_from(["titleModel", "headers", "x"]), values) | values,
        "google": values,
        "azureOpenAI": st.fixed_dictionaries({"groups": st.lists(groups, max_size=2)}) | values,
    },
)
files = st.fixed_dictionaries(
    {"version": st.just("1.3.5")},
    optional={"endpoints": blocks | values, "registration": values, "server": values},
)


@settings(suppress_health_check=list(HealthCheck), deadline=None)
@given(files | values, st.sampled_from(["", "OPENAI_API_KEY=k", "GOOGLE_KEY=user_provided\nA"]))
def test_no_file_is_too_odd_and_what_is_written_is_always_served(file: Any, dotenv: str) -> None:
    written = imported(json.dumps(file), dotenv)
    assert has_errors(written.report) == (written.yaml == "")
    if written.yaml:
        catalog_of(written)


@given(st.text())
def test_no_text_is_too_odd_for_variables(text: str) -> None:
    read_variables(text, ".env")
