"""The vendors that are known, and what each offers, as the commands tell it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from endpoints_server.config.models_json.vendors import names
from tests.cli.conftest import Command
from tests.upstreams.server import Exchange, Running, Server

CANARY = "sk-c4n4ryZk39dQpLw8"
LISTED = [
    {
        "id": "new-1",
        "context_length": 64000,
        "pricing": {"prompt": "0.000001", "completion": "2e-6"},
    },
    {"id": "gpt-4o-mini"},
    {"id": "gemma-9"},
]


class Vendor(Server):
    """Lists its models, or answers with a status instead, or with another body."""

    def __init__(self) -> None:
        super().__init__(self._answer)
        self.status = "200 OK"
        self.body = json.dumps({"data": LISTED}).encode()

    async def _answer(self, exchange: Exchange) -> None:
        exchange.whole(self.status, "application/json", self.body)


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    with Running(Vendor()) as server:
        yield server


def test_every_vendor_is_listed_with_its_address_and_wire(command: Command) -> None:
    listed = json.loads(command("vendors", "list", "--json").out)
    by_id = {each["id"]: each for each in listed}
    assert by_id.keys() == names()
    assert by_id["anthropic"]["name"] == "Claude"
    assert by_id["anthropic"]["wire"] == "anthropic_messages"
    assert by_id["anthropic"]["address"] == "https://api.anthropic.com"
    assert by_id["ollama"]["is_local"]
    assert not by_id["openrouter"]["is_local"]
    assert not by_id["perplexity"]["has_list"]


def test_a_key_is_told_to_be_set_and_never_shown(command: Command, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"MISTRAL_API_KEY={CANARY}\n")
    done = command("vendors", "list", GOOGLE_API_KEY=CANARY)
    rows = {line.split()[0]: line for line in done.out.splitlines()}
    assert done.code == 0
    assert "GOOGLE_API_KEY" in rows["gemini"]
    assert " yes " in rows["gemini"]
    assert " yes " in rows["mistral"]
    assert " no " in rows["openai"]
    told = command("vendors", "list", "--json", GOOGLE_API_KEY=CANARY)
    assert CANARY not in done.out + done.err + told.out + told.err


def test_a_vendor_is_asked_for_its_models_with_its_key(command: Command, vendor: Vendor) -> None:
    done = command("vendors", "models", "openai", "--base-url", vendor.url, OPENAI_API_KEY=CANARY)
    assert done.code == 0
    assert "3 models, as" in done.out
    assert "lists them now" in done.out
    assert CANARY not in done.out + done.err
    assert vendor.last.path == "/models"
    assert vendor.last.headers["authorization"] == f"Bearer {CANARY}"


def test_models_come_with_context_and_price_where_anybody_knows(
    command: Command, vendor: Vendor
) -> None:
    args = ("vendors", "models", "openai", "--base-url", vendor.url, "--json")
    told = json.loads(command(*args, OPENAI_API_KEY=CANARY).out)
    models = {each["model"]: each for each in told["models"]}
    assert told["source"] == "live"
    assert models["new-1"]["context"] == 64000
    assert (models["new-1"]["input"], models["new-1"]["output"]) == ("1", "2")
    assert (models["gpt-4o-mini"]["input"], models["gpt-4o-mini"]["context"]) == ("0.15", 128000)
    assert models["gemma-9"]["input"] is None


def test_an_open_list_needs_no_key_and_gets_none(command: Command, vendor: Vendor) -> None:
    done = command("vendors", "models", "ollama", "--base-url", f"{vendor.url}/v1")
    assert done.code == 0
    assert "new-1" in done.out
    assert vendor.last.path == "/v1/models"
    assert "authorization" not in vendor.last.headers


def test_of_a_list_that_is_shared_a_vendor_has_its_own_models(
    command: Command, vendor: Vendor
) -> None:
    args = ("vendors", "models", "gemma", "--base-url", vendor.url, "--json")
    told = json.loads(command(*args, GEMINI_API_KEY=CANARY).out)
    assert [each["model"] for each in told["models"]] == ["gemma-9"]
    assert vendor.last.headers["x-goog-api-key"] == CANARY


def test_a_vendor_without_a_list_has_the_models_known_here(command: Command) -> None:
    done = command("vendors", "models", "zhipu")
    told = json.loads(command("vendors", "models", "zai", "--json").out)
    assert done.code == 0
    assert "has no list of its models" in done.out
    assert "models are known here" in done.out
    assert "glm-4.7" in done.out
    assert told["source"] == "template"
    assert told["models"][0]["context"] > 0


@pytest.mark.parametrize("status", ["404 Not Found", "405 Method Not Allowed", "200 OK"])
def test_a_list_that_is_not_there_is_no_broken_vendor(
    command: Command, vendor: Vendor, status: str
) -> None:
    vendor.status, vendor.body = status, b"<html>nothing here</html>"
    done = command("vendors", "models", "groq", "--base-url", vendor.url, GROQ_API_KEY=CANARY)
    assert done.code == 0
    assert "openai/gpt-oss-120b" in done.out
    assert "known here" in done.out


def test_an_unknown_vendor_is_refused_with_the_nearest(command: Command) -> None:
    done = command("vendors", "models", "openruoter")
    assert done.code == 1
    assert "Did you mean `openrouter`?" in done.err
    assert "vendors list" in done.err


def test_a_missing_key_is_told_by_its_variable(command: Command) -> None:
    done = command("vendors", "models", "cohere")
    assert done.code == 1
    assert "Set COHERE_API_KEY" in done.err
    assert ".env" in done.err


def test_an_address_that_each_account_has_of_its_own_is_asked_for(command: Command) -> None:
    done = command("vendors", "models", "azure", AZURE_OPENAI_API_KEY=CANARY)
    assert done.code == 1
    assert "--base-url" in done.err


def test_an_address_that_is_none_is_refused_without_being_repeated(command: Command) -> None:
    done = command("vendors", "models", "ollama", "--base-url", f"ftp://me:{CANARY}@x.test")
    assert done.code == 1
    assert "`baseURL` must be an http or https address" in done.err
    assert CANARY not in done.err


def test_a_vendor_that_cannot_be_reached_ends_with_three(command: Command) -> None:
    done = command("vendors", "models", "ollama", "--base-url", "http://127.0.0.1:9/v1")
    assert done.code == 3
    assert "could not be reached" in done.err
    assert "http://127.0.0.1:9" in done.err


def test_a_vendor_that_fails_ends_with_three(command: Command, vendor: Vendor) -> None:
    vendor.status = "503 Service Unavailable"
    assert command("vendors", "models", "ollama", "--base-url", vendor.url).code == 3


def test_a_refused_key_ends_with_four_and_names_its_variable(
    command: Command, vendor: Vendor
) -> None:
    vendor.status, vendor.body = "401 Unauthorized", f"no such key: {CANARY}".encode()
    done = command("vendors", "models", "groq", "--base-url", vendor.url, GROQ_API_KEY=CANARY)
    assert done.code == 4
    assert "answered 401" in done.err
    assert "GROQ_API_KEY" in done.err
    assert CANARY not in done.out + done.err


def test_a_key_that_a_list_repeats_is_no_model(command: Command, vendor: Vendor) -> None:
    secret = "q7Zw93kdLmPx02VbNnTr5543"
    listed = [{"id": "one"}, {"id": secret}, {"id": "two", "display_name": f"of {secret}"}]
    vendor.body = json.dumps({"data": listed}).encode()
    for more in ((), ("--json",)):
        args = ("vendors", "models", "openai", "--base-url", vendor.url, *more)
        done = command(*args, OPENAI_API_KEY=secret)
        assert done.code == 0
        assert secret not in done.out + done.err


NO_ADDRESSES = ["user_provided", "ftp://x.test", "http://[::1", "http://x.test:99999"]


@pytest.mark.parametrize("address", NO_ADDRESSES)
def test_what_is_no_address_is_told_to_be_none(command: Command, address: str) -> None:
    done = command("vendors", "models", "openai", "--base-url", address, OPENAI_API_KEY=CANARY)
    assert done.code == 1
    assert "address" in done.err
    assert "Traceback" not in done.err


def test_a_proxy_without_a_usable_address_is_told(command: Command) -> None:
    proxy = {"https_proxy": f"http://me:{CANARY}@x.test:99999"}
    done = command("vendors", "models", "openai", OPENAI_API_KEY=CANARY, **proxy)
    assert done.code == 3
    assert "`https_proxy`" in done.err
    assert CANARY not in done.err
