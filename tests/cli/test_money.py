"""The commands for budgets, limits, groups, balances, and for people and keys that come and go."""

import json
from decimal import Decimal
from typing import Any

import pytest

from endpoints_server.cli.commands.file.explain import price_told
from endpoints_server.domain.money.price import Hours, Price, Rates
from tests.cli.conftest import Command

FILE = """\
version: 1.3.17
endpoints:
  custom:
    - {name: Acme, apiKey: k, baseURL: 'http://127.0.0.1:9/v1', models: {default: [large]}}
balance: {enabled: true, startBalance: 2000000}
server:
  budgets: {house: {usd: 50, per: month}}
  groups: {staff: {members: [admin]}}
"""


def told(command: Command, *args: str) -> Any:
    done = command(*args, "--json")
    assert done.code == 0, done.err
    return json.loads(done.out)


@pytest.fixture
def file(tmp_path_factory: pytest.TempPathFactory, command: Command) -> Command:
    """Commands in a folder with a file."""
    path = tmp_path_factory.mktemp("file") / "librechat.yaml"
    path.write_text(FILE)

    def run(*args: str, **more: str) -> Any:
        return command(*args, CONFIG_PATH=str(path), **more)

    return run


def test_a_budget_is_set_listed_and_removed(file: Command) -> None:
    assert file("user", "add", "ada").code == 0
    made = told(file, "budget", "set", "ada-day", "--usd", "$0.5", "--per", "day", "--user", "ada")
    assert (made["of"], made["limit_usd"], made["left_usd"]) == ("user ada", "0.5", "0.5")
    listed = told(file, "budget", "list")
    assert [(each["name"], each["source"]) for each in listed] == [
        ("house", "file"),
        ("ada-day", "store"),
    ]
    text = file("budget", "list").out
    assert "ada-day  user ada" in text
    assert file("budget", "remove", "ada-day").code == 1
    assert told(file, "budget", "remove", "ada-day", "--user", "ada") == {"removed": "ada-day"}
    assert len(told(file, "budget", "list")) == 1


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("set", "a", "--usd", "much"), "no amount of USD"),
        (("set", "a", "--usd", "1", "--user", "nobody"), "no user 'nobody'"),
        (("set", "a", "--usd", "1", "--user", "admin", "--group", "staff"), "not several"),
        (("set", "house", "--usd", "1"), "configuration file"),
        (("set", "a", "--usd", "1", "--per", "day", "--rolling", "5"), "not both"),
        (("set", "a", "--usd", "1", "--endpoint", "nowhere"), "no endpoint 'nowhere'"),
        (("remove", "a"), "no budget 'a'"),
        (("set", "a", "--usd", "1", "--rolling", "1000000001"), "not in the range"),
        (("set", "a", "--usd", "1", "--threshold", "0"), "not in the range"),
    ],
)
def test_a_budget_that_cannot_be_set_says_why(
    args: tuple[str, ...], words: str, file: Command
) -> None:
    done = file("budget", *args)
    assert done.code == 1
    assert words in done.err


def test_thresholds_are_set_and_told(file: Command) -> None:
    args = ("budget", "set", "a", "--usd", "1", "--threshold", "50", "--threshold", "90")
    assert told(file, *args)["thresholds"] == [50, 90]
    assert told(file, "budget", "set", "a", "--usd", "1")["thresholds"] == [80, 100]


@pytest.mark.parametrize("group", ["budget", "db", "import", "ledger", "secrets"])
def test_a_command_that_is_not_named_is_asked_for(group: str, command: Command) -> None:
    done = command(group)
    assert (done.code, f"See: endpoints-server {group} --help" in done.err) == (1, True)


def test_a_limit_is_set_listed_and_removed(file: Command) -> None:
    args = ("limit", "set", "calm", "--requests", "60", "--concurrent", "2", "--group", "staff")
    made = told(file, *args)
    assert (made["of"], made["requests_per_minute"], made["concurrent"]) == ("group staff", 60, 2)
    assert "calm" in file("limit", "list").out
    assert file("limit", "set", "idle").code == 1
    many = file("limit", "set", "vast", "--requests", "1000000000001")
    assert (many.code, "not in the range" in many.err) == (1, True)
    assert told(file, "limit", "remove", "calm", "--group", "staff") == {"removed": "calm"}
    assert told(file, "limit", "list") == []


def test_people_come_into_groups_and_leave_them(file: Command) -> None:
    for name in ("ada", "ben"):
        assert file("user", "add", name).code == 0
    assert told(file, "group", "add", "research", "ada", "ben")["members"] == ["ada", "ben"]
    assert told(file, "group", "remove", "research", "ada")["members"] == ["ben"]
    assert file("group", "add", "research", "nobody").code == 1
    assert file("group", "add", "staff", "ada").code == 1
    for words in (("nothing", "ada"), ("research", "ada"), ("staff", "admin")):
        assert file("group", "remove", *words).code == 1
    listed = told(file, "group", "list")
    assert [(each["name"], each["source"]) for each in listed] == [
        ("staff", "file"),
        ("research", "store"),
    ]
    assert told(file, "group", "remove", "research") == {"removed": "research"}


def test_a_balance_is_shown_and_credited(file: Command) -> None:
    assert told(file, "balance", "show")["admin"]["left_usd"] == "2"
    assert told(file, "balance", "credit", "admin", "0.25")["admin"]["left_usd"] == "2.25"
    less = file("balance", "credit", "--json", "admin", "--", "-1")
    assert json.loads(less.out)["admin"]["left_usd"] == "1.25"
    assert "1.25" in file("balance", "show", "--user", "admin").out
    assert file("balance", "credit", "nobody", "1").code == 1


def test_a_person_is_disabled_and_enabled(file: Command) -> None:
    assert file("user", "add", "ada").code == 0
    assert told(file, "user", "disable", "ada")["state"] == "disabled"
    assert told(file, "user", "enable", "ada")["state"] == "enabled"
    assert file("user", "disable", "admin").code == 1
    assert file("user", "disable", "nobody").code == 1


def test_a_key_is_rotated(file: Command) -> None:
    old = told(file, "key", "new", "--name", "laptop")
    fresh = told(file, "key", "rotate", old["id"])
    assert (fresh["name"], fresh["user"]) == ("laptop", "admin")
    states = {each["id"]: each["state"] for each in told(file, "key", "list")}
    assert (states[old["id"]], states[fresh["id"]]) == ("revoked", "valid")
    later = told(file, "key", "rotate", fresh["id"], "--grace", "24h")
    listed = {each["id"]: each for each in told(file, "key", "list")}
    assert listed[fresh["id"]]["state"] == "valid"
    assert listed[fresh["id"]]["expires"] != "never"
    assert listed[later["id"]]["expires"] == "never"
    assert file("key", "rotate", old["id"]).code == 1


def test_a_price_of_some_hours_is_told_with_them() -> None:
    cheap, dear = (Rates(input=Decimal(n), output=Decimal(2 * n)) for n in (1, 2))
    hours = Hours(from_second=3_600, until_second=16_200, rates=dear)
    told = price_told(Price(rates=cheap, source="s", hours=(hours,)))
    assert told["01:00 to 04:30 UTC"] == {"input": "2", "output": "4"}
