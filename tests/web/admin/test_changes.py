"""Who changed what, over HTTP: noted by whichever way it came, without secrets."""

import re
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from httpx2 import AsyncClient

from endpoints_server.domain.money.balance import Allowance
from endpoints_server.domain.people.person import ADMIN
from tests.web.site import ADA, Site


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
async def client(site: Site) -> AsyncGenerator[AsyncClient]:
    async with site.client() as opened:
        _, text = await site.key_of(ADMIN)
        opened.headers["authorization"] = f"Bearer {text}"
        yield opened


async def changes(client: AsyncClient, query: str = "") -> list[dict[str, Any]]:
    answer = await client.get(f"/admin/v1/audit{query}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["data"]
    return found


async def test_a_budget_is_told_from_what_to_what(client: AsyncClient) -> None:
    for usd in (5, 7):
        answer = await client.put("/admin/v1/budgets/house", json={"usd": usd, "per": "day"})
        assert answer.status_code == 200, answer.text
    await client.delete("/admin/v1/budgets/house")
    gone, second, first = await changes(client, "?kind=budget")
    assert (first["before"], first["after"]["usd"]) == (None, "5")
    assert second["before"] == first["after"]
    assert second["after"]["usd"] == "7"
    assert (gone["before"], gone["after"]) == (second["after"], None)
    assert {each["user"] for each in (first, second, gone)} == {"admin"}
    assert first["key"]
    assert (first["via"], first["name"]) == ("api", "house")
    assert re.fullmatch(r"2026-11-21T12:00:00\+00:00", first["at"])


async def test_what_stays_as_it_is_is_no_change(client: AsyncClient) -> None:
    for _ in range(2):
        await client.put("/admin/v1/limits/calm", json={"requests_per_minute": 5})
    assert len(await changes(client, "?kind=limit")) == 1


async def test_people_keys_groups_and_credits_are_noted_without_secrets(
    site: Site, client: AsyncClient
) -> None:
    site.serve(allowance=Allowance(start_nano_usd=10**9))
    await client.post("/admin/v1/users", json={"id": "eve", "name": "Eve"})
    made = (await client.post("/admin/v1/keys", json={"user": "eve", "name": "laptop"})).json()
    await client.delete(f"/admin/v1/keys/{made['id']}")
    await client.patch("/admin/v1/users/eve", json={"disabled": True})
    await client.post("/admin/v1/users/eve/credit", json={"usd": "0.5"})
    await client.put("/admin/v1/groups/staff", json={"members": ["eve"]})
    found = await changes(client)
    assert [(each["kind"], each["name"]) for each in found] == [
        ("group", "staff"),
        ("balance", "eve"),
        ("user", "eve"),
        ("key", made["id"]),
        ("key", made["id"]),
        ("user", "eve"),
    ]
    assert (found[1]["before"], found[1]["after"]) == ({"granted_usd": "1"}, {"granted_usd": "1.5"})
    assert found[2]["after"]["disabled_at"] == site.now
    assert (found[3]["before"]["revoked_at"], found[3]["after"]["revoked_at"]) == (None, site.now)
    assert (found[4]["after"]["name"], found[4]["after"]["user"]) == ("laptop", "eve")
    text = (await client.get("/admin/v1/audit")).text
    assert made["key"] not in text
    assert "digest" not in text


async def test_a_page_at_a_time_and_for_administrators_alone(
    site: Site, client: AsyncClient
) -> None:
    for number in range(5):
        await client.put(f"/admin/v1/limits/l{number}", json={"requests_per_minute": 5})
    page = (await client.get("/admin/v1/audit?limit=3")).json()
    rest = (await client.get(f"/admin/v1/audit?limit=3&after={page['next']}")).json()
    names = [each["name"] for each in (*page["data"], *rest["data"])]
    assert (names, rest["next"]) == (["l4", "l3", "l2", "l1", "l0"], None)
    assert await changes(client, "?until=2026-11-21") == []
    for none in ("limit=0", "kind=budgets"):
        assert (await client.get(f"/admin/v1/audit?{none}")).status_code == 400
    assert (await client.get("/admin/v1/audit?user=nobody")).status_code == 404
    _, text = await site.key_of(ADA)
    answer = await client.get("/admin/v1/audit", headers={"authorization": f"Bearer {text}"})
    assert answer.status_code == 403


async def test_ones_own_key_is_noted_under_ones_own_name(site: Site, client: AsyncClient) -> None:
    _, text = await site.key_of(ADA)
    hers = {"authorization": f"Bearer {text}"}
    made = (await client.post("/me/keys", json={"name": "phone"}, headers=hers)).json()
    await client.delete(f"/me/keys/{made['id']}", headers=hers)
    assert [(each["user"], each["via"]) for each in await changes(client, "?user=ada")] == [
        ("ada", "api")
    ] * 2
