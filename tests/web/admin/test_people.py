"""People and keys over HTTP: added, disabled, credited, rotated."""

from collections.abc import AsyncGenerator

import pytest
from httpx2 import AsyncClient

from endpoints_server.domain.money.balance import Allowance
from endpoints_server.domain.people.person import ADMIN
from tests.web.site import ADA, Site

ALLOWANCE = Allowance(start_nano_usd=20_000_000)


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
async def client(site: Site) -> AsyncGenerator[AsyncClient]:
    async with site.client() as opened:
        _, text = await site.key_of(ADMIN)
        opened.headers["authorization"] = f"Bearer {text}"
        yield opened


async def is_accepted(client: AsyncClient, text: str) -> bool:
    answer = await client.get("/me", headers={"authorization": f"Bearer {text}"})
    return answer.status_code == 200


async def test_a_person_is_added_given_a_key_disabled_and_enabled(client: AsyncClient) -> None:
    made = await client.post("/admin/v1/users", json={"id": "eve", "name": "Eve"})
    assert (made.status_code, made.json()["is_disabled"]) == (201, False)
    key = (await client.post("/admin/v1/keys", json={"user": "eve"})).json()["key"]
    assert await is_accepted(client, key)
    changed = await client.patch("/admin/v1/users/eve", json={"disabled": True})
    assert changed.json()["is_disabled"] is True
    assert not await is_accepted(client, key)
    await client.patch("/admin/v1/users/eve", json={"disabled": False})
    assert await is_accepted(client, key)
    users = (await client.get("/admin/v1/users")).json()["data"]
    assert [user["id"] for user in users] == ["admin", "eve"]


async def test_the_admin_cannot_be_locked_out(client: AsyncClient) -> None:
    answer = await client.patch("/admin/v1/users/admin", json={"disabled": True})
    assert answer.status_code == 400
    assert (await client.patch("/admin/v1/users/nobody", json={"disabled": True})).is_error


async def test_a_key_is_rotated_at_once_or_with_grace(site: Site, client: AsyncClient) -> None:
    key, text = await site.key_of(ADA)
    fresh = (await client.post(f"/admin/v1/keys/{key.id}/rotate", json={})).json()
    assert await is_accepted(client, fresh["key"])
    assert not await is_accepted(client, text)
    grace = {"grace_seconds": 60}
    second = (await client.post(f"/admin/v1/keys/{fresh['id']}/rotate", json=grace)).json()
    assert await is_accepted(client, fresh["key"])
    site.now += 61_000_000
    assert not await is_accepted(client, fresh["key"])
    assert await is_accepted(client, second["key"])
    assert (await client.delete(f"/admin/v1/keys/{second['id']}")).status_code == 204
    assert not await is_accepted(client, second["key"])
    assert (await client.post(f"/admin/v1/keys/{second['id']}/rotate", json={})).is_error


@pytest.mark.parametrize("grace", ["1e300", "-5", '"5"', "null"])
async def test_a_time_of_grace_that_is_none_is_refused(
    grace: str, site: Site, client: AsyncClient
) -> None:
    key, text = await site.key_of(ADA)
    body = f'{{"grace_seconds": {grace}}}'
    answer = await client.post(f"/admin/v1/keys/{key.id}/rotate", content=body)
    assert (answer.status_code, "grace_seconds" in answer.text) == (400, True)
    assert await is_accepted(client, text)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PATCH", "users/nobody"),
        ("DELETE", "keys/nothing"),
        ("POST", "keys/nothing/rotate"),
        ("DELETE", "budgets/nothing"),
        ("DELETE", "limits/nothing"),
        ("DELETE", "groups/nothing"),
        ("GET", "users/nobody/balance"),
    ],
)
async def test_what_is_not_there_is_not_found(method: str, path: str, client: AsyncClient) -> None:
    body = b'{"disabled": true}' if method == "PATCH" else b""
    answer = await client.request(method, f"/admin/v1/{path}", content=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


async def test_a_role_or_a_name_that_is_none_is_refused(client: AsyncClient) -> None:
    for role in ("king", "admin", ""):
        answer = await client.post("/admin/v1/users", json={"id": "eve", "role": role})
        assert (answer.status_code, "role" in answer.text) == (400, True)
    answer = await client.post("/admin/v1/keys", json={"user": "admin", "name": "a\nb"})
    assert (answer.status_code, "printable" in answer.text) == (400, True)


async def test_no_more_is_granted_than_can_be_counted(site: Site, client: AsyncClient) -> None:
    await site.key_of(ADA)
    site.serve(allowance=ALLOWANCE)
    for usd in ("1000000000", "-1000000001"):
        answer = await client.post("/admin/v1/users/ada/credit", json={"usd": usd})
        assert (answer.status_code, "thousand million" in answer.text) == (400, True)
    told = (await client.post("/admin/v1/users/ada/credit", json={"usd": 999999999})).json()
    assert told["left_usd"] == "999999999.02"


async def test_somebody_is_granted_more_or_less(site: Site, client: AsyncClient) -> None:
    await site.key_of(ADA)
    answer = await client.post("/admin/v1/users/ada/credit", json={"usd": "1"})
    assert answer.status_code == 400
    site.serve(allowance=ALLOWANCE)
    told = (await client.post("/admin/v1/users/ada/credit", json={"usd": "1.5"})).json()
    assert told["left_usd"] == "1.52"
    await client.post("/admin/v1/users/ada/credit", json={"usd": "-0.5"})
    told = (await client.get("/admin/v1/users/ada/balance")).json()
    assert (told["left_usd"], told["spent_usd"]) == ("1.02", "0")
    for none in ("NaN", "sNaN", "-sNaN", "-Infinity", "1e999999999", "-1e-400", "1e-10"):
        answer = await client.post("/admin/v1/users/ada/credit", json={"usd": none})
        assert (answer.status_code, "An amount is" in answer.text) == (400, True)
    assert (await client.post("/admin/v1/users/nobody/credit", json={"usd": 1})).status_code == 404
