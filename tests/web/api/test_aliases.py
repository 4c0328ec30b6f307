"""Aliases in the model lists, and in what is said of a name that nobody has."""

from collections.abc import Generator

import httpx2
import pytest

from tests.calls.places import config, endpoint
from tests.serving import Serving, serving

NOWHERE = "http://127.0.0.1:9"
PRICES = {"prompt": 1, "completion": 2, "context": 500}
ALIASES = {
    "smart": ["first/m", "second/m"],
    "m": ["second/m", "first/m"],
    "solo": "second/only-here",
    "models/odd": "first/m",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[Serving]:
    second = endpoint("second", "messages", NOWHERE, ["m", "only-here"])
    second["tokenConfig"] = {"m": PRICES, "only-here": PRICES}
    blocks = [endpoint("first", "chat", NOWHERE), second]
    with serving(config(blocks, {"aliases": ALIASES}), tmp_path_factory.mktemp("a")) as server:
        yield server


@pytest.fixture
def client(server: Serving) -> Generator[httpx2.Client]:
    with httpx2.Client(base_url=server.url, headers=server.headers) as client:
        yield client


def test_aliases_stand_first_in_the_list_and_say_where_they_lead(client: httpx2.Client) -> None:
    listed = client.get("/v1/models").json()["data"]
    assert [item["id"] for item in listed] == [
        *("smart", "m", "solo", "models/odd"),
        *("first/m", "second/m", "only-here"),
    ]
    smart = listed[0]
    assert smart["leads_to"] == ["first/m", "second/m"]
    assert (smart["owned_by"], smart["name"]) == ("first", "smart")
    assert smart["context_length"] == 500, "as much as the smaller of both holds"
    assert smart["pricing"] == {"input": "1", "output": "2"}
    assert "leads_to" not in listed[4]


def test_every_shape_of_the_list_has_them(client: httpx2.Client) -> None:
    page = client.get("/v1/models", headers={"anthropic-version": "2023-06-01"}).json()
    assert (page["data"][0]["id"], page["data"][0]["display_name"]) == ("smart", "smart")
    google = client.get("/v1beta/models").json()["models"]
    assert google[0]["name"] == "models/smart"
    assert google[0]["inputTokenLimit"] == 500
    mine = client.get("/me/models").json()["data"]
    assert (mine[0]["id"], mine[0]["model"]) == ("smart", "smart")


def test_one_alias_is_told_alone(client: httpx2.Client) -> None:
    assert client.get("/v1/models/smart").json()["leads_to"] == ["first/m", "second/m"]
    assert client.get("/v1/models/m").json()["leads_to"] == ["second/m", "first/m"]
    assert client.get("/v1beta/models/models/odd").json()["name"] == "models/models/odd"


def test_under_an_endpoint_there_are_those_that_lead_there(client: httpx2.Client) -> None:
    listed = client.get("/e/first/v1/models").json()["data"]
    assert [item["id"] for item in listed] == ["smart", "models/odd", "m"]
    assert listed[0]["leads_to"] == ["first/m"]


def test_a_name_that_nobody_has_is_told_the_nearest_alias(client: httpx2.Client) -> None:
    body = {"model": "smrt", "messages": [{"role": "user", "content": "?"}]}
    answer = client.post("/v1/chat/completions", json=body)
    assert answer.status_code == 404
    assert "'smart'" in answer.json()["error"]["message"]
