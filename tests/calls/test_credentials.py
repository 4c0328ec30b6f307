"""Keys: every carrier gives the same caller, and nothing but a key does."""

from collections.abc import AsyncGenerator, Generator

import httpx2
import pytest

from endpoints_server.domain.people.access_key import digest_key
from tests.calls.asking import PATHS, Got, got, request
from tests.calls.places import HOUSE_KEY, config, endpoint
from tests.serving import Serving, serving
from tests.upstreams.bad import BadProvider
from tests.upstreams.server import Running

WIRES = ("chat", "messages")
PERSONAL = "sk-of-the-caller-00000002"
CARRIERS = ("authorization", "x-api-key", "api-key", "x-goog-api-key", "x-es-key")
PRESENTED = {"chat": "authorization", "messages": "x-api-key"}


@pytest.fixture(scope="module")
def upstream() -> Generator[BadProvider]:
    with Running(BadProvider()) as upstream:
        yield upstream


@pytest.fixture(scope="module")
def server(upstream: BadProvider, tmp_path_factory: pytest.TempPathFactory) -> Generator[Serving]:
    endpoints = [endpoint(wire, wire, upstream.url) for wire in WIRES]
    personal = {**endpoint("personal", "chat", upstream.url), "apiKey": "user_provided"}
    folder = tmp_path_factory.mktemp("credentials")
    with serving(config([*endpoints, personal]), folder) as server:
        yield server


@pytest.fixture
async def client(server: Serving) -> AsyncGenerator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=server.url, timeout=10) as client:
        yield client


async def send(
    client: httpx2.AsyncClient, headers: dict[str, str], wire: str = "chat", model: str = "chat/m"
) -> Got:
    """Ask with these headers alone."""
    answer = await client.post(PATHS[wire], json=request(wire, model), headers=headers)
    return got(wire, answer)


def carried(carrier: str, key: str) -> dict[str, str]:
    return {carrier: f"Bearer {key}" if carrier == "authorization" else key}


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize("carrier", CARRIERS)
async def test_t_04_a_key_gives_the_same_caller_however_it_is_carried(
    carrier: str, wire: str, client: httpx2.AsyncClient, server: Serving
) -> None:
    answer = await send(client, carried(carrier, server.key), wire)
    assert answer.status == 200
    assert answer.headers["x-es-credential"] == "house"
    (entry,) = server.entries(answer.request_id)
    assert (entry.person_id, entry.key_id) == ("admin", "chosen")


async def test_t_04_the_same_key_in_every_carrier_is_one_key(
    client: httpx2.AsyncClient, server: Serving
) -> None:
    headers = {
        name: value for each in CARRIERS for name, value in carried(each, server.key).items()
    }
    assert (await send(client, headers)).status == 200


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize("second", CARRIERS[1:4])
async def test_t_04_two_different_keys_are_refused_whichever_is_right(
    second: str, wire: str, client: httpx2.AsyncClient, server: Serving, upstream: BadProvider
) -> None:
    before = len(upstream.seen)
    for right, wrong in ((server.key, PERSONAL), (PERSONAL, server.key)):
        answer = await send(client, carried("authorization", right) | carried(second, wrong), wire)
        assert (answer.status, answer.code) == (400, "conflicting_credentials")
        assert server.key.encode() not in answer.body
        assert PERSONAL.encode() not in answer.body
    assert len(upstream.seen) == before


@pytest.mark.parametrize("wire_out", WIRES)
@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize("carrier", ["authorization", "x-api-key"])
async def test_a_declared_pair_sends_the_callers_own_key_upstream(
    carrier: str,
    wire: str,
    wire_out: str,
    client: httpx2.AsyncClient,
    server: Serving,
    upstream: BadProvider,
) -> None:
    headers = {"x-es-key": server.key} | carried(carrier, PERSONAL)
    answer = await send(client, headers, wire, f"{wire_out}/m")
    assert answer.status == 200
    assert answer.headers["x-es-credential"] == "caller"
    sent = upstream.last.headers
    assert sent[PRESENTED[wire_out]].removeprefix("Bearer ") == PERSONAL
    assert not {HOUSE_KEY, server.key} & {value.removeprefix("Bearer ") for value in sent.values()}
    (entry,) = server.entries(answer.request_id)
    assert (entry.credential, entry.person_id) == ("caller", "admin")


async def test_a_personal_endpoint_wants_the_callers_own_key(
    client: httpx2.AsyncClient, server: Serving, upstream: BadProvider
) -> None:
    answer = await send(client, carried("authorization", server.key), model="personal/m")
    assert (answer.status, answer.code) == (403, "user_key_required")
    own = {"x-es-key": server.key} | carried("authorization", PERSONAL)
    assert (await send(client, own, model="personal/m")).status == 200
    assert upstream.last.headers["authorization"] == f"Bearer {PERSONAL}"


async def test_two_keys_beside_the_declared_one_are_refused(
    client: httpx2.AsyncClient, server: Serving
) -> None:
    headers = {"x-es-key": server.key, "authorization": f"Bearer {PERSONAL}", "api-key": "another"}
    answer = await send(client, headers)
    assert (answer.status, answer.code) == (400, "conflicting_credentials")


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize("carrier", CARRIERS)
async def test_t_02_nothing_but_the_whole_key_is_accepted(
    carrier: str, wire: str, client: httpx2.AsyncClient, server: Serving, upstream: BadProvider
) -> None:
    before = len(upstream.seen)
    for wrong in wrong_keys(server):
        answer = await send(client, carried(carrier, wrong), wire)
        assert (answer.status, answer.code) == (401, "invalid_api_key"), wrong
        assert answer.errors[0]["type"] == "authentication_error"
        assert len(wrong) < 8 or wrong.encode() not in answer.body
    assert len(upstream.seen) == before


def wrong_keys(server: Serving) -> list[str]:
    """Make keys that are almost right: cut, grown, in another case, or what is stored of one."""
    key = server.key
    ring_key = server.parts.ring.newest_key()
    digest = digest_key(key, ring_key)
    cut = [key[:-1], key[1:], key[:8], key + "x", key.upper()]
    return [*cut, digest.hex(), "chosen", "es-" + "a" * 40, "' or 1=1 --", "%00", "x" * 5000]


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize("name", ["key", "api_key", "api-key", "access_token", "x-api-key"])
async def test_t_04_a_key_in_the_query_string_is_no_key(
    name: str, wire: str, client: httpx2.AsyncClient, server: Serving
) -> None:
    answer = await client.post(PATHS[wire], json=request(wire, "chat/m"), params={name: server.key})
    assert answer.status_code == 401
    assert server.key not in answer.text
    cookie = {"cookie": f"authorization={server.key}; key={server.key}"}
    assert (await send(client, cookie, wire)).status == 401


@pytest.mark.parametrize("path", ["/v1/models", "/v1/models/chat/m", "/me", "/me/usage"])
async def test_t_04_other_routes_take_the_same_keys(
    path: str, client: httpx2.AsyncClient, server: Serving
) -> None:
    for carrier in CARRIERS:
        answer = await client.get(path, headers=carried(carrier, server.key))
        assert answer.status_code == 200, carrier
    assert (await client.get(path)).status_code == 401
    assert (await client.get(path, params={"key": server.key})).status_code == 401
    two = carried("authorization", server.key) | carried("api-key", "another")
    assert (await client.get(path, headers=two)).status_code == 400


async def test_a_revoked_key_stops_at_once(client: httpx2.AsyncClient, server: Serving) -> None:
    made = await client.post("/me/keys", json={"name": "short"}, headers=server.headers)
    assert made.status_code == 201
    told = made.json()
    assert (await send(client, carried("x-api-key", told["key"]))).status == 200
    gone = await client.delete(f"/me/keys/{told['id']}", headers=server.headers)
    assert gone.status_code in (200, 204)
    assert (await send(client, carried("x-api-key", told["key"]))).status == 401
