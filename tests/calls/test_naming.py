"""What a caller names, and what of a request goes on to the upstream."""

import json
from collections.abc import AsyncGenerator, Generator

import httpx2
import pytest

from tests.calls.asking import PATHS, Got, got, request
from tests.calls.places import config, endpoint
from tests.serving import Serving, serving
from tests.upstreams.bad import BadProvider
from tests.upstreams.server import Running

WIRES = ("chat", "messages")
SHARED = "shared/model-1"
HEADERS = {
    "x-conversation-id": "conversation-in-a-header",
    "x-parent-message-id": "parent-in-a-header",
    "x-message-id": "message-in-a-header",
}
METADATA = {
    "conversation_id": "conversation-in-the-body",
    "parent_message_id": "parent-in-the-body",
    "message_id": "message-in-the-body",
}


@pytest.fixture(scope="module")
def upstream() -> Generator[BadProvider]:
    with Running(BadProvider()) as upstream:
        yield upstream


@pytest.fixture(scope="module")
def server(upstream: BadProvider, tmp_path_factory: pytest.TempPathFactory) -> Generator[Serving]:
    many = [f"many-{number:02}" for number in range(30)]
    endpoints = [
        endpoint("Acme Cloud (EU)", "chat", upstream.url, ["sole", SHARED, "org/deep/model"]),
        endpoint("Other", "messages", upstream.url, ["claude-9", SHARED]),
        endpoint("Many", "chat", upstream.url, many),
    ]
    with serving(config(endpoints), tmp_path_factory.mktemp("naming")) as server:
        yield server


@pytest.fixture
async def client(server: Serving) -> AsyncGenerator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(
        base_url=server.url, headers=server.headers, timeout=10
    ) as client:
        yield client


async def send(
    client: httpx2.AsyncClient,
    model: str,
    wire: str = "chat",
    under: str = "",
    headers: dict[str, str] | None = None,
) -> Got:
    path = f"/e/{under}{PATHS[wire]}" if under else PATHS[wire]
    return got(wire, await client.post(path, json=request(wire, model), headers=headers or {}))


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize(
    ("model", "slug", "sent"),
    [
        ("sole", "acme-cloud-eu", "sole"),
        ("acme-cloud-eu/sole", "acme-cloud-eu", "sole"),
        ("ACME-Cloud-EU/sole", "acme-cloud-eu", "sole"),
        ("Acme Cloud (EU)/sole", "acme-cloud-eu", "sole"),
        ("acme cloud (eu)/sole", "acme-cloud-eu", "sole"),
        ("org/deep/model", "acme-cloud-eu", "org/deep/model"),
        ("acme-cloud-eu/org/deep/model", "acme-cloud-eu", "org/deep/model"),
        (f"other/{SHARED}", "other", SHARED),
        ("claude-9", "other", "claude-9"),
    ],
)
async def test_a_model_is_found_by_each_of_its_names(
    model: str,
    slug: str,
    sent: str,
    wire: str,
    client: httpx2.AsyncClient,
    upstream: BadProvider,
) -> None:
    answer = await send(client, model, wire)
    assert answer.status == 200
    assert answer.headers["x-es-endpoint"] == slug
    assert answer.headers["x-es-upstream-model"] == sent
    assert json.loads(upstream.last.body)["model"] == sent


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize("under", ["acme-cloud-eu", "ACME-CLOUD-EU", "Acme%20Cloud%20(EU)"])
async def test_under_an_endpoint_the_whole_name_is_the_model(
    under: str, wire: str, client: httpx2.AsyncClient, upstream: BadProvider
) -> None:
    for model in (SHARED, "sole", "org/deep/model"):
        answer = await send(client, model, wire, under)
        assert answer.status == 200
        assert json.loads(upstream.last.body)["model"] == model
    header = {"x-es-endpoint": "Acme Cloud (EU)"}
    answer = await send(client, SHARED, wire, headers=header)
    assert (answer.status, answer.headers["x-es-endpoint"]) == (200, "acme-cloud-eu")


@pytest.mark.parametrize("wire", WIRES)
async def test_a_model_that_two_have_is_refused_with_both_names(
    wire: str, client: httpx2.AsyncClient
) -> None:
    answer = await send(client, SHARED, wire)
    assert (answer.status, answer.code) == (400, "model_ambiguous")
    message = answer.errors[0]["message"]
    assert f"'acme-cloud-eu/{SHARED}'" in message
    assert f"'other/{SHARED}'" in message


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize(
    ("model", "under", "near"),
    [
        ("soule", "", "acme-cloud-eu/sole"),
        ("other/claude-8", "", "other/claude-9"),
        ("claude", "other", "claude-9"),
        ("SOLE", "", "acme-cloud-eu/sole"),
    ],
)
async def test_an_unknown_model_is_refused_with_what_is_near(
    model: str, under: str, near: str, wire: str, client: httpx2.AsyncClient
) -> None:
    answer = await send(client, model, wire, under)
    assert (answer.status, answer.code) == (404, "model_not_found")
    assert near in answer.errors[0]["message"]


@pytest.mark.parametrize("wire", WIRES)
async def test_an_unknown_endpoint_is_refused_with_what_is_near(
    wire: str, client: httpx2.AsyncClient
) -> None:
    answer = await send(client, "sole", wire, "acme-cloud")
    assert (answer.status, answer.code) == (404, "endpoint_not_found")
    assert "acme-cloud-eu" in answer.errors[0]["message"]
    assert (await send(client, "sole", wire, headers={"x-es-endpoint": "none"})).status == 404


async def test_a_knock_at_the_front_door_needs_no_key(server: Serving) -> None:
    async with httpx2.AsyncClient(base_url=server.url) as client:
        knocked = await client.head("/")
        assert (knocked.status_code, knocked.content) == (200, b"")


async def test_models_are_listed_in_openai_shape(client: httpx2.AsyncClient) -> None:
    told = (await client.get("/v1/models")).json()
    assert told["object"] == "list"
    ids = [each["id"] for each in told["data"]]
    assert len(ids) == 35
    assert ids[:3] == ["sole", f"acme-cloud-eu/{SHARED}", "org/deep/model"]
    under = (await client.get("/e/other/v1/models")).json()
    assert [each["id"] for each in under["data"]] == ["claude-9", SHARED]


async def test_models_are_listed_in_anthropic_shape_page_by_page(
    client: httpx2.AsyncClient,
) -> None:
    client.headers["anthropic-version"] = "2023-06-01"
    found: list[str] = []
    page: dict[str, object] = {"has_more": True, "last_id": ""}
    while page["has_more"]:
        asked = {"limit": 10} | ({"after_id": page["last_id"]} if found else {})
        page = (await client.get("/v1/models", params=asked)).json()  # type: ignore[arg-type]
        data = page["data"]
        assert isinstance(data, list)
        assert len(data) <= 10
        assert (page["first_id"], page["last_id"]) == (data[0]["id"], data[-1]["id"])
        assert {each["type"] for each in data} == {"model"}
        found += [each["id"] for each in data]
    assert len(found) == len(set(found)) == 35
    assert len((await client.get("/v1/models?limit=1000")).json()["data"]) == 35
    before = (await client.get("/v1/models", params={"before_id": found[3]})).json()
    assert [each["id"] for each in before["data"]] == found[:3]


@pytest.mark.parametrize("shape", WIRES)
async def test_each_listed_model_can_be_looked_at_and_asked(
    shape: str, client: httpx2.AsyncClient
) -> None:
    if shape == "messages":
        client.headers["anthropic-version"] = "2023-06-01"
    listed = (await client.get("/v1/models?limit=1000")).json()["data"]
    for each in listed[:6]:
        shown = await client.get(f"/v1/models/{each['id']}")
        assert (shown.status_code, shown.json()) == (200, each)
        assert (await send(client, each["id"], shape)).status == 200
    missing = await client.get("/v1/models/acme-cloud-eu/none")
    assert missing.status_code == 404
    assert ("type" in missing.json()) == (shape == "messages")


@pytest.mark.parametrize("path", ["/v1/messages", "/e/other/v1/messages"])
async def test_what_is_beta_or_unknown_reaches_an_upstream_of_the_same_wire(
    path: str, client: httpx2.AsyncClient, upstream: BadProvider
) -> None:
    unknown = {"context_management": {"edits": [{"type": "later", "deep": [1.0, None]}]}}
    headers = {"anthropic-beta": "one-2025,two-2026", "anthropic-version": "2023-06-01"}
    body = request("messages", "claude-9") | unknown
    answer = await client.post(path, json=body, headers=headers, params={"beta": "true"})
    assert answer.status_code == 200
    assert upstream.last.path == "/v1/messages?beta=true"
    assert headers.items() <= upstream.last.headers.items()
    assert unknown.items() <= json.loads(upstream.last.body).items()


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize("model", ["sole", "claude-9"])
@pytest.mark.parametrize("rest", [{}, {"user_id": "someone"}])
async def test_the_ids_of_a_conversation_stay_here(
    rest: dict[str, str],
    model: str,
    wire: str,
    client: httpx2.AsyncClient,
    server: Serving,
    upstream: BadProvider,
) -> None:
    body = request(wire, model) | {"metadata": METADATA | rest}
    told = got(wire, await client.post(PATHS[wire], json=body, headers=HEADERS))
    assert told.status == 200
    sent = upstream.last.body.decode() + str(upstream.last.headers)
    assert not [value for value in (*HEADERS.values(), *METADATA.values()) if value in sent]
    assert not [name for name in HEADERS if name in upstream.last.headers]
    (entry,) = server.entries(told.request_id)
    assert entry.conversation_id == "conversation-in-a-header"
    is_relayed = (model == "sole") == (wire == "chat")
    if is_relayed:
        assert json.loads(upstream.last.body).get("metadata", {}) == rest


@pytest.mark.parametrize("wire", WIRES)
async def test_headers_of_the_caller_that_are_not_of_the_wire_stay_here(
    wire: str, client: httpx2.AsyncClient, upstream: BadProvider
) -> None:
    headers = {
        "cookie": "session=of-the-caller",
        "x-forwarded-for": "203.0.113.9",
        "x-real-ip": "203.0.113.9",
        "referer": "https://inside.example/secret",
        "x-es-endpoint": "other" if wire == "messages" else "acme-cloud-eu",
        "proxy-authorization": "Basic YTpi",
        "user-agent": "the-callers-program/9",
    }
    answer = await send(client, "claude-9" if wire == "messages" else "sole", wire, headers=headers)
    assert answer.status == 200
    assert not [name for name in headers if upstream.last.headers.get(name) == headers[name]]
