"""`connect`: settings on stdout, and no key but one that was passed or asked for."""

import json
from pathlib import Path

from endpoints_server.desk.connect.guide import known_guides
from tests.cli.conftest import Command

BOTH = """\
version: 1.3.5
endpoints:
  custom:
    - {name: One, apiKey: k, baseURL: 'http://127.0.0.1:9/v1', models: {default: [same, other]}}
    - {name: Two, apiKey: k, baseURL: 'http://127.0.0.1:9/v1', models: {default: [same]}}
"""


def test_without_a_name_every_client_is_listed(command: Command) -> None:
    done = command("connect")
    assert done.code == 0
    assert all(name in done.out for name in known_guides())
    assert set(json.loads(command("connect", "--json").out)) == set(known_guides())


def test_settings_go_to_stdout_and_what_they_are_is_said_beside_them(command: Command) -> None:
    done = command("connect", "claude-code", ES_PORT="9999")
    assert done.code == 0
    assert "export ANTHROPIC_BASE_URL='http://127.0.0.1:9999'\n" in done.out
    assert "export ANTHROPIC_AUTH_TOKEN='es-…'\n" in done.out
    assert "export ANTHROPIC_MODEL='demo-chat'\n" in done.out
    assert all(line.startswith("export ") for line in done.out.splitlines())
    assert "the environment" in done.err


def test_the_public_address_and_a_model_by_its_endpoint_are_filled_in(
    command: Command, tmp_path: Path
) -> None:
    (tmp_path / "librechat.yaml").write_text(BOTH)
    told = command("connect", "curl", "--json", ES_PUBLIC_URL="https://models.example.org")
    said = json.loads(told.out)
    assert (said["url"], said["model"]) == ("https://models.example.org", "one/same")
    assert '"model": "one/same"' in said["guide"]["blocks"][0]["text"]
    chosen = command("connect", "curl", "--url", "http://h:1", "--model", "other").out
    assert "http://h:1/v1/messages" in chosen
    assert "one/same" not in chosen


def test_a_key_is_printed_where_it_was_passed_or_asked_for_alone(command: Command) -> None:
    given = "a-key-of-the-operator-1234"
    plain = command("connect", "openai", ES_ADMIN_KEY=given)
    assert given not in plain.out + plain.err
    assert "es-…" in plain.out
    assert json.loads(command("key", "list", "--json").out) == []
    passed = command("connect", "openai", "--key", given)
    assert f'api_key="{given}"' in passed.out
    made = command("connect", "openai", "--new-key")
    (kept,) = json.loads(command("key", "list", "--json").out)
    assert kept["name"] == "openai"
    assert f'api_key="{kept["shown"].rstrip("…")}' in made.out


def test_what_was_typed_wrong_is_one_line_that_helps(command: Command) -> None:
    for args, hint in (
        (("connect", "claude"), "claude-code"),
        (("connect", "netscape"), "Known: aider"),
        (("connect", "curl", "--key", "a", "--new-key"), "not both"),
        (("connect", "curl", "--url", "nowhere"), "https://"),
    ):
        done = command(*args)
        assert (done.code, done.out) == (1, "")
        assert hint in done.err
