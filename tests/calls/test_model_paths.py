"""The wire whose paths name the model: how it is named, listed and counted, and where keys go."""

import json
from collections.abc import AsyncGenerator, Generator
from typing import Any

import httpx2
import pytest
from google import genai
from google.genai import types

from tests.calls.asking import Json, ask, request
from tests.calls.places import HOUSE_KEY, config, endpoint
from tests.serving import Serving, serving
from tests.upstreams.bad import BadProvider
from tests.upstreams.server import Running

HELLO = request("google", "")


@pytest.fixture(scope="module")
def upstream() -> Generator[BadProvider]:
    with Running(BadProvider()) as upstream:
        yield upstream


@pytest.fixture(scope="module")
def server(upstream: BadProvider, tmp_path_factory: pytest.TempPathFactory) -> Generator[Serving]:
    many = [f"many-{number:02}" for number in range(30)]
    endpoints = [
        endpoint("Gemini", "google", upstream.url, ["gemini-x", "org/deep/model", "shared"]),
        endpoint("Other", "chat", upstream.url, ["gpt-x", "shared", *many]),
    ]
    with serving(config(endpoints), tmp_path_factory.mktemp("paths")) as server:
        yield server


@pytest.fixture
async def client(server: Serving) -> AsyncGenerator[httpx2.AsyncClient]:
    headers = {"x-goog-api-key": server.key}
    async with httpx2.AsyncClient(base_url=server.url, headers=headers, timeout=10) as client:
        yield client


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/v1beta/models/gemini-x", "gemini-x"),
        ("/v1/models/gemini-x", "gemini-x"),
        ("/v1beta/models/gemini/gemini-x", "gemini-x"),
        ("/v1beta/models/gemini%2Fgemini-x", "gemini-x"),
        ("/v1/models/gemini/org/deep/model", "org/deep/model"),
        ("/e/gemini/v1beta/models/shared", "shared"),
        ("/v1beta/models/models/gemini-x", "gemini-x"),
        ("/v1/models/models%2Fgemini/gemini-x", "gemini-x"),
        ("/e/gemini/v1beta/models/models/shared", "shared"),
        ("/e/GEMINI/v1/models/org%2Fdeep%2Fmodel", "org/deep/model"),
    ],
)
@pytest.mark.parametrize("verb", ["generateContent", "streamGenerateContent?alt=sse"])
async def test_the_path_names_the_model_alone_and_under_an_endpoint(
    path: str, sent: str, verb: str, client: httpx2.AsyncClient, upstream: BadProvider
) -> None:
    answer = await client.post(f"{path}:{verb}", json=HELLO)
    assert answer.status_code == 200
    assert upstream.last.path == f"/v1beta/models/{sent}:{verb}"
    assert json.loads(upstream.last.body) == HELLO


async def test_a_model_of_another_wire_is_named_by_the_path_too(
    client: httpx2.AsyncClient, upstream: BadProvider
) -> None:
    answer = await ask(client, "google", "gpt-x", is_stream=True)
    assert (answer.status, answer.text) == (200, "Bad news travels fast.")
    sent = json.loads(upstream.last.body)
    assert (sent["model"], sent["stream"]) == ("gpt-x", True)


@pytest.mark.parametrize("model", ["gemini-x", "gpt-x"])
async def test_who_does_not_ask_for_events_gets_an_array(
    model: str, client: httpx2.AsyncClient
) -> None:
    answer = await client.post(f"/v1beta/models/{model}:streamGenerateContent", json=HELLO)
    assert answer.headers["content-type"].startswith("application/json")
    parts = [
        each["candidates"][0]["content"]["parts"] for each in answer.json() if "candidates" in each
    ]
    assert "".join(part["text"] for each in parts for part in each) == "Bad news travels fast."
    assert answer.json()[-1]["usageMetadata"]["totalTokenCount"] == 11


async def test_the_house_key_goes_up_in_its_header_and_nothing_of_ours_does(
    client: httpx2.AsyncClient, server: Serving, upstream: BadProvider
) -> None:
    headers = {"x-goog-api-client": "genai/3", "cookie": "a=b"}
    path = "/v1beta/models/gemini-x:generateContent"
    answer = await client.post(path, json=HELLO, headers=headers)
    assert answer.status_code == 200
    sent = upstream.last.headers
    assert sent["x-goog-api-key"] == HOUSE_KEY
    assert sent["x-goog-api-client"] == "genai/3"
    assert not {"authorization", "cookie"} & sent.keys()
    assert server.key not in str(sent) + upstream.last.path


@pytest.mark.parametrize(
    "path",
    [
        "/v1beta/models/gemini-x:generateContent",
        "/v1/models/gemini-x:streamGenerateContent",
        "/v1beta/models",
        "/v1beta/models/gemini-x",
    ],
)
@pytest.mark.parametrize("with_header", [True, False])
async def test_a_key_in_the_address_is_refused_and_goes_nowhere(
    path: str,
    with_header: bool,
    server: Serving,
    upstream: BadProvider,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = len(upstream.seen)
    headers = {"x-goog-api-key": server.key} if with_header else {}
    async with httpx2.AsyncClient(base_url=server.url, headers=headers) as client:
        where = f"{path}?alt=sse&key={server.key}"
        answer = await (client.post(where, json=HELLO) if ":" in path else client.get(where))
    told = answer.json()["error"]
    assert (answer.status_code, told["status"]) == (401, "UNAUTHENTICATED")
    assert "x-goog-api-key" in told["message"]
    assert len(upstream.seen) == before
    assert server.key not in answer.text + "".join(capsys.readouterr())


async def test_what_is_asked_of_a_model_must_be_known(client: httpx2.AsyncClient) -> None:
    for path in ("/v1beta/models/gemini-x:embed", "/e/gemini/v1/models/gemini-x"):
        answer = await client.post(path, json=HELLO)
        assert answer.status_code == 404
        assert "generateContent" in answer.json()["error"]["message"]


@pytest.mark.parametrize("under", ["", "/e/gemini", "/e/none"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("verb", ["generateContent", "streamGenerateContent", "countTokens"])
async def test_what_is_asked_of_a_model_can_only_be_posted(
    under: str, method: str, verb: str, client: httpx2.AsyncClient
) -> None:
    for version in ("v1", "v1beta"):
        answer = await client.request(method, f"{under}/{version}/models/gemini-x:{verb}")
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
        if method != "HEAD":
            assert answer.json()["error"]["status"] == "INVALID_ARGUMENT"


async def test_a_model_is_shown_by_its_name_in_full_too(client: httpx2.AsyncClient) -> None:
    for path in ("/v1beta/models/models/gemini-x", "/e/gemini/v1/models/models/gemini-x"):
        answer = await client.get(path)
        assert answer.json()["name"] == "models/gemini-x"


async def test_an_unknown_model_is_refused_with_what_is_near(client: httpx2.AsyncClient) -> None:
    answer = await ask(client, "google", "gemini-y")
    assert (answer.status, answer.code) == (404, "model_not_found")
    assert answer.errors[0]["status"] == "NOT_FOUND"
    assert "gemini/gemini-x" in answer.errors[0]["message"]


def googles(server: Serving, version: str) -> genai.Client:
    options = types.HttpOptions(base_url=server.url, api_version=version)
    return genai.Client(api_key=server.key, http_options=options)


@pytest.mark.parametrize("version", ["v1", "v1beta"])
def test_the_official_client_lists_models_page_by_page_and_looks_at_each(
    version: str, server: Serving
) -> None:
    with googles(server, version) as client:
        models = client.models
        names = [each.name or "" for each in models.list(config={"page_size": 7})]
        assert len(names) == len(set(names)) == 35
        assert names[:3] == ["models/gemini-x", "models/org/deep/model", "models/gemini/shared"]
        shown = models.get(model="gemini/shared")
        assert (shown.name, shown.input_token_limit) == ("models/gemini/shared", 1000)
        with pytest.raises(genai.errors.ClientError) as refused:
            models.get(model="gemini/none")
        assert (refused.value.code, refused.value.status) == (404, "NOT_FOUND")


async def test_other_clients_get_the_list_they_know(
    client: httpx2.AsyncClient, server: Serving
) -> None:
    assert "models" in (await client.get("/v1/models")).json()
    plain = httpx2.AsyncClient(base_url=server.url, headers=server.headers)
    async with plain:
        assert (await plain.get("/v1/models")).json()["object"] == "list"
        assert "models" in (await plain.get("/v1beta/models")).json()


@pytest.mark.parametrize("body", [HELLO, {"generateContentRequest": HELLO}])
async def test_tokens_are_counted_here_where_the_endpoint_does_not(
    body: Json, client: httpx2.AsyncClient
) -> None:
    answer = await client.post("/v1beta/models/gpt-x:countTokens", json=body)
    assert answer.status_code == 200
    assert answer.headers["x-es-estimated"] == "totalTokens"
    assert answer.json()["totalTokens"] > 0


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'{"contents": [{"role": "wizard", "parts": [{"text": "a"}]}]}'],
)
async def test_what_is_no_request_is_refused_in_the_callers_wire(
    body: bytes, client: httpx2.AsyncClient
) -> None:
    answer = await client.post("/v1beta/models/gpt-x:generateContent", content=body)
    told: Any = answer.json()["error"]
    assert (answer.status_code, told["status"]) == (400, "INVALID_ARGUMENT")
    assert told["es"]["code"] == "invalid_request"
