"""What the commands say of aliases."""

import json
from pathlib import Path

from tests.cli.conftest import Command

CANARY = "sk-c4n4ryZk39dQpLw8"
FILE = f"""\
version: 1.3.5
endpoints:
  custom:
    - {{name: Here, apiKey: k1, baseURL: 'http://127.0.0.1:9/v1', models: {{default: [one]}}}}
    - {{name: There, provider: anthropic, apiKey: k2, baseURL: 'http://127.0.0.1:9',
       models: {{default: [two]}}}}
server:
  timeouts: {{total: 90}}
  endpoints: {{Here: {{apiKeys: [{CANARY}], maxConcurrent: 7}}}}
  aliases:
    smart: [Here/one, There/two]
"""


def test_explain_shows_the_plan_of_an_alias(command: Command, tmp_path: Path) -> None:
    (tmp_path / "librechat.yaml").write_text(FILE)
    done = command("explain", "smart", "--json")
    assert done.code == 0
    told = json.loads(done.out)
    assert told["alias"] == "smart"
    assert told["leads_to"] == ["here/one (key 1)", "here/one (key 2)", "there/two"]
    assert (told["affinity"], told["deadline_seconds"]) == ("conversation", 90)
    assert told["retries"]["attempts"] == 3
    assert told["breaker"]["consecutive_failures"] == 5
    routes = told["routes"]
    assert [(route["order"], route["share_percent"]) for route in routes] == [
        *((1, 50.0), (1, 50.0), (2, 100.0))
    ]
    assert [route.get("key") for route in routes] == [1, 2, None]
    assert routes[0]["cap"]["calls"] == 7
    assert routes[2]["way"] == "translate"
    words = command("explain", "smart")
    assert "here/one (key 2)" in words.out
    assert CANARY not in done.out + words.out


def test_models_lists_aliases_and_where_they_lead(command: Command, tmp_path: Path) -> None:
    (tmp_path / "librechat.yaml").write_text(FILE)
    rows = json.loads(command("models", "--json").out)
    assert [row["id"] for row in rows] == ["smart", "here/one", "there/two"]
    assert rows[0]["leads_to"] == ["here/one", "there/two"]
    assert "smart → here/one there/two" in command("models").out
    there = json.loads(command("models", "--endpoint", "there", "--json").out)
    assert [row["id"] for row in there] == ["smart", "there/two"]
    assert there[0]["leads_to"] == ["there/two"]
