"""What the commands print, and the exit codes they leave with."""

import csv
import json
import subprocess
import sys
from pathlib import Path
from time import perf_counter

import pytest

from endpoints_server.cli.table import COMMANDS
from endpoints_server.wires.listed import WIRES
from tests.cli.conftest import Command, variables

CANARY = "sk-c4n4ryZk39dQpLw8"
PLAIN_CANARY = "words-that-nobody-would-know"

GOOD = f"""\
version: 1.3.5
endpoints:
  custom:
    - name: Somewhere
      apiKey: {CANARY}
      baseURL: http://127.0.0.1:9/v1
      headers:
        X-Tenant: {PLAIN_CANARY}
        Accept: text/plain
      addParams: {{temperature: 0.5}}
      models: {{default: [one, two], fetch: false}}
      tokenConfig:
        one: {{prompt: 1.5, completion: 6, context: 1000}}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "librechat.yaml"
    path.write_text(GOOD)
    return path


def process(folder: Path, *args: str, said: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "endpoints_server", *args],
        cwd=folder,
        env=variables(folder),
        input=said,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_help_comes_at_once_and_names_every_command(tmp_path: Path) -> None:
    started = perf_counter()
    done = process(tmp_path, "--help")
    took = perf_counter() - started
    assert done.returncode == 0
    assert all(name in done.stdout for name in COMMANDS)
    assert done.stdout == process(tmp_path).stdout
    assert took < 2


@pytest.mark.parametrize("name", [*COMMANDS, "key new", "key list", "key revoke", "ledger verify"])
def test_the_help_of_a_command_has_examples(command: Command, name: str) -> None:
    done = command(*name.split(), "--help")
    assert done.code == 0
    assert "Examples:" in done.out
    assert f"endpoints-server {name}" in done.out


def test_a_command_that_does_not_exist_is_one_line_on_stderr(command: Command) -> None:
    done = command("sevre")
    assert done.code == 1
    assert done.out == ""
    (line,) = done.err.splitlines()
    assert "'sevre'" in line
    assert "endpoints-server --help" in line


def test_a_good_file_passes_its_check(command: Command, file: Path) -> None:
    done = command("check")
    assert done.code == 0
    assert "is fine" in done.out
    assert json.loads(command("check", str(file), "--json").out)["usable"] is True


def test_every_problem_of_a_file_is_told_with_its_place(command: Command, file: Path) -> None:
    broken = GOOD.replace("apiKey", "apiKye").replace("one, two", "1, {x: y}")
    file.write_text(broken)
    done = command("check")
    told = json.loads(command("check", "--json").out)
    assert done.code == 2
    assert "librechat.yaml:5:" in done.out
    assert "apiKey" in done.out
    assert len([each for each in told["problems"] if each["level"] == "error"]) >= 2
    assert CANARY not in done.out + done.err + json.dumps(told)


def test_a_file_that_is_not_there_does_not_pass(command: Command) -> None:
    assert command("check", "nowhere.yaml").code == 2
    assert command("models", CONFIG_PATH="nowhere.yaml").code == 2


def test_a_variable_in_the_file_beside_the_configuration_is_used(
    command: Command, file: Path
) -> None:
    file.write_text(GOOD.replace(CANARY, "${PROVIDER_KEY}"))
    assert command("check").code == 2
    (file.parent / ".env").write_text(f"PROVIDER_KEY={CANARY}\n")
    done = command("check")
    assert done.code == 0
    assert CANARY not in done.out + done.err


def test_a_wrong_variable_is_told_by_its_name(command: Command) -> None:
    done = command("models", ES_PORT="eighty")
    assert done.code == 2
    assert "ES_PORT" in done.err


def test_an_unknown_variable_is_a_warning_and_no_more(command: Command) -> None:
    done = command("models", ES_DATADIR="/x")
    assert done.code == 0
    assert "Did you mean ES_DATA_DIR?" in done.err


def test_the_schema_is_one_that_an_editor_can_use(command: Command) -> None:
    schema = json.loads(command("schema").out)
    assert "$schema" in schema
    assert "endpoints" in schema["properties"]


def test_models_are_listed_with_what_they_cost(command: Command, file: Path) -> None:
    done = command("models")
    assert done.code == 0
    assert "somewhere/one" in done.out
    listed = json.loads(command("models", "--endpoint", "SOMEWHERE", "--json").out)
    assert [each["id"] for each in listed] == ["somewhere/one", "somewhere/two"]
    assert (listed[0]["input"], listed[0]["output"]) == ("1.5", "6")
    assert command("models", "--endpoint", "elsewhere").code == 1


def test_without_a_file_the_models_are_those_of_the_demo(command: Command) -> None:
    listed = json.loads(command("models", "--json").out)
    assert "demo/demo-chat" in [each["id"] for each in listed]


def test_a_route_is_explained_without_any_value_of_a_header(command: Command, file: Path) -> None:
    done = command("explain", "one", "--wire", "anthropic_messages", "--json")
    assert done.code == 0
    (route,) = json.loads(done.out)["routes"]
    assert route["endpoint"] == "Somewhere"
    assert route["way"] == "translate"
    assert route["address"] == "http://127.0.0.1:9/v1/chat/completions"
    assert route["headers"]["X-Tenant"] == "the configuration"
    assert route["headers"]["Accept"] == "the configuration"
    assert "accept" not in route["headers"]
    assert route["dialect"]["add"] == ["temperature"]
    assert route["price"]["source"] == "tokenConfig"
    words = command("explain", "one")
    assert "X-Tenant" in words.out
    assert "relay" in words.out
    for secret in (CANARY, PLAIN_CANARY):
        assert secret not in done.out + words.out


@pytest.mark.parametrize("wire", WIRES)
def test_a_route_is_explained_to_callers_of_every_wire(
    command: Command, file: Path, wire: str
) -> None:
    done = command("explain", "one", "--wire", wire, "--json")
    (route,) = json.loads(done.out)["routes"]
    assert {"model", "messages", "temperature"} <= {each["field"] for each in route["body"]}
    assert route["losses"] == ["none"]


def test_each_field_of_the_body_is_explained_by_where_it_comes_from(
    command: Command, file: Path, tmp_path: Path
) -> None:
    asked = {
        "model": "one",
        "messages": [{"role": "user", "content": "Hi"}],
        "maxTokens": 9,
        "temperature": 0.1,
    }
    sample = tmp_path / "sample.json"
    sample.write_text(json.dumps(asked))
    done = command("explain", "one", "--body", str(sample), "--json")
    (route,) = json.loads(done.out)["routes"]
    origins = {each["field"]: each["origin"] for each in route["body"]}
    assert origins["messages"] == "the request"
    assert origins["max_tokens"] == "the request, renamed from maxTokens"
    assert origins["temperature"] == "addParams"
    assert origins["model"] == "this server"
    sample.write_text("{")
    assert command("explain", "one", "--body", str(sample)).code == 1


def test_a_model_nobody_has_is_explained_by_the_nearest(command: Command, file: Path) -> None:
    done = command("explain", "somewhere/tow")
    assert done.code == 1
    assert "somewhere/two" in done.err
    assert command("explain", "one", "--user", "nobody").code == 1


def test_a_key_is_made_listed_and_revoked(command: Command, tmp_path: Path) -> None:
    made = json.loads(command("key", "new", "--name", "laptop", "--expires", "30d", "--json").out)
    plain = command("key", "new")
    assert made["key"].startswith("es-")
    assert plain.out.startswith("es-")
    listed = command("key", "list")
    assert "laptop" in listed.out
    assert made["key"] not in listed.out
    assert command("key", "revoke", made["id"]).code == 0
    kept = json.loads(command("key", "list", "--json").out)
    states = {each["id"]: each["state"] for each in kept}
    assert states[made["id"]] == "revoked"
    assert list(states.values()).count("valid") == 1
    for file in (tmp_path / "data").iterdir():
        assert made["key"].encode() not in file.read_bytes()


def test_people_are_added_and_listed_and_may_hold_keys(command: Command) -> None:
    added = command("user", "add", "ada", "--name", "Ada", "--email", "ada@example.org", "--json")
    assert json.loads(added.out)["role"] == "USER"
    assert {each["id"] for each in json.loads(command("user", "list", "--json").out)} >= {"ada"}
    made = json.loads(command("key", "new", "--user", "ada", "--json").out)
    assert made["user"] == "ada"
    again = command("user", "add", "ada")
    assert (again.code, "already" in again.err) == (1, True)


@pytest.mark.parametrize(
    "args",
    [
        ("user", "add", "a/b"),
        ("user", "add", "eve", "--name", "line\nbreak"),
        ("user", "add", "eve", "--role", "KING"),
        ("key", "new", "--expires", "soon"),
        ("key", "new", "--expires", "2020-01-01"),
        ("key", "new", "--expires", "999999w"),
        ("key", "new", "--expires", "9999-12-31T23:59:59-14:00"),
        ("key", "new", "--user", "nobody"),
        ("key", "revoke", "es-0"),
        ("usage", "--json", "--csv"),
        ("usage", "--since", "yesterday"),
        ("usage", "--user", "nobody"),
        ("key", "list", "--user", "nobody"),
        ("ledger", "export", "--user", "nobody"),
        ("key",),
    ],
    ids=" ".join,
)
def test_what_a_person_can_put_right_leaves_with_one(
    command: Command, args: tuple[str, ...]
) -> None:
    done = command(*args)
    assert done.code == 1
    assert done.out == ""
    assert done.err


def test_a_call_is_made_printed_and_paid_for(command: Command, tmp_path: Path) -> None:
    done = command("try", "demo-chat", "Good morning")
    assert done.code == 0
    assert "Good morning" in done.out
    assert "Demo / demo-chat, relayed" in done.err
    assert "(exact)" in done.err
    told = json.loads(
        process(tmp_path, "try", "demo-messages", "-", "--json", said="Over the wires").stdout
    )
    assert "Over the wires" in told["text"]
    assert (told["wire_in"], told["wire_out"]) == ("openai_chat", "anthropic_messages")
    assert told["cost_status"] == "exact"
    rows = list(csv.DictReader(command("usage", "--by", "model", "--csv").out.splitlines()))
    assert {row["model"]: row["attempts"] for row in rows} == {
        "demo-chat": "1",
        "demo-messages": "1",
    }
    assert [row["usd"] for row in rows if row["model"] == "demo-messages"] == [told["cost_usd"]]
    total = json.loads(command("usage", "--since", "1h", "--json").out)["total"]
    assert total["attempts"] == 2
    assert command("ledger", "verify").code == 0
    assert json.loads(command("key", "list", "--json").out) == []


def test_an_endpoint_that_cannot_be_reached_leaves_with_three(command: Command, file: Path) -> None:
    done = command("try", "one")
    assert done.code == 3
    assert "could not be reached" in done.err
    assert CANARY not in done.out + done.err


def test_a_model_that_is_not_there_cannot_be_tried(command: Command) -> None:
    done = command("try", "demo-chta")
    assert done.code == 1
    assert "demo-chat" in done.err
