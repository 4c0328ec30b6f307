"""What administrators manage over HTTP, and that nobody else does."""

from collections.abc import AsyncGenerator
from typing import Any
from urllib.parse import quote

import pytest
from httpx2 import AsyncClient
from litestar.routes import HTTPRoute
from msgspec.structs import replace

from endpoints_server.domain.catalog import with_endpoints
from endpoints_server.domain.people.person import ADMIN
from endpoints_server.domain.rules.budget import Budget
from endpoints_server.domain.rules.rulebook import Group, Rules
from tests.web.site import ADA, MISTRAL, Site

BUDGET = {"usd": "2.5", "per": "month", "each": "model", "user": "ada"}
Json = dict[str, Any]


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
async def client(site: Site) -> AsyncGenerator[AsyncClient]:
    await site.key_of(ADA)
    async with site.client() as opened:
        _, text = await site.key_of(ADMIN)
        opened.headers["authorization"] = f"Bearer {text}"
        yield opened


async def listed(client: AsyncClient, path: str) -> list[Json]:
    answer = await client.get(f"/admin/v1/{path}")
    assert answer.status_code == 200
    data: list[Json] = answer.json()["data"]
    return data


async def refused(client: AsyncClient, method: str, path: str, body: object = None) -> str:
    answer = await client.request(method, f"/admin/v1/{path}", json=body)
    assert answer.status_code == 400, answer.text
    return str(answer.json()["error"]["message"])


async def test_t_06_every_administrative_route_is_closed_to_others(site: Site) -> None:
    routes = [
        (method, route.path)
        for route in site.app.routes
        if isinstance(route, HTTPRoute) and route.path.startswith("/admin/")
        for method in route.methods - {"OPTIONS"}
    ]
    assert len(routes) >= 18
    _, text = await site.key_of(ADA)
    async with site.client() as client:
        for method, path in routes:
            url = path.replace("{", "").replace(":str}", "")
            assert (await client.request(method, url)).status_code == 401
            own = {"authorization": f"Bearer {text}"}
            answer = await client.request(method, url, headers=own, json={})
            assert answer.status_code == 403, (method, path)
            assert answer.json()["error"]["es"]["code"] == "admin_required"


async def test_a_budget_is_set_listed_set_anew_and_deleted(client: AsyncClient) -> None:
    (made,) = (await client.put("/admin/v1/budgets/ada-month", json=BUDGET)).json()["data"]
    assert made["of"] == "user ada"
    assert (made["limit_usd"], made["left_usd"], made["each"]) == ("2.5", None, "model")
    await client.put("/admin/v1/budgets/ada-month", json={"usd": 7, "user": "ada"})
    (only,) = await listed(client, "budgets")
    assert (only["limit_usd"], only["left_usd"], only["per"]) == ("7", "7", "never")
    assert (await client.delete("/admin/v1/budgets/ada-month?user=ada")).status_code == 204
    assert await listed(client, "budgets") == []


@pytest.mark.parametrize("name", ["team/ada", "team/", "a//b", "é b/c"])
@pytest.mark.parametrize(
    ("kind", "body"),
    [("budgets", {"usd": 1}), ("limits", {"concurrent": 1}), ("groups", {"members": ["ada"]})],
)
async def test_a_rule_is_set_and_deleted_whatever_its_name(
    client: AsyncClient, kind: str, body: Json, name: str
) -> None:
    path = f"/admin/v1/{kind}/{quote(name, safe='')}"
    assert (await client.put(path, json=body)).status_code == 200
    assert [rule["name"] for rule in await listed(client, kind)] == [name]
    assert (await client.delete(path)).status_code == 204
    assert await listed(client, kind) == []


async def test_a_rule_is_found_where_a_proxy_decoded_its_path(client: AsyncClient) -> None:
    assert (await client.put("/admin/v1/budgets/team/ada", json={"usd": 1})).status_code == 200
    assert [rule["name"] for rule in await listed(client, "budgets")] == ["team/ada"]


async def test_all_that_was_set_of_a_budget_is_listed(client: AsyncClient) -> None:
    wanted = {"usd": 1, "thresholds": [10, 90], "include_own_keys": True, "when_spent": "cut"}
    await client.put("/admin/v1/budgets/full", json=wanted)
    (only,) = await listed(client, "budgets")
    assert {name: only[name] for name in wanted if name != "usd"} == {
        name: value for name, value in wanted.items() if name != "usd"
    }


async def test_limits_and_groups_are_set_and_deleted(client: AsyncClient) -> None:
    group = await client.put("/admin/v1/groups/team", json={"members": ["ada", "ada"]})
    assert group.json() == {"name": "team", "members": ["ada"], "source": "store"}
    wanted = {"requests_per_minute": 5, "group": "team"}
    (made,) = (await client.put("/admin/v1/limits/few", json=wanted)).json()["data"]
    assert (made["of"], made["requests_per_minute"]) == ("group team", 5)
    assert (await client.delete("/admin/v1/limits/few?group=team")).status_code == 204
    assert (await client.delete("/admin/v1/groups/team")).status_code == 204
    assert await listed(client, "groups") == await listed(client, "limits") == []


@pytest.mark.parametrize("name", ["mistral-ai", "Mistral AI", "mistral ai", "MISTRAL-AI"])
async def test_the_endpoint_of_a_rule_may_be_spelt_as_calls_spell_it(
    name: str, site: Site, client: AsyncClient
) -> None:
    catalog = with_endpoints(
        site.catalog, (replace(MISTRAL, name="Mistral AI", slug="mistral-ai"),)
    )
    site.serve(endpoints=catalog.endpoints, by_name=catalog.by_name)
    for path, body in (("budgets", {"usd": 1}), ("limits", {"concurrent": 1})):
        answer = await client.put(f"/admin/v1/{path}/a", json={"endpoint": name, **body})
        assert [each["endpoint"] for each in answer.json()["data"]] == ["mistral-ai"]


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("budgets/a", {"usd": -1}, "between zero"),
        ("budgets/a", {"usd": "NaN"}, "between zero"),
        ("budgets/a", {}, "missing required field `usd`"),
        ("budgets/a", {"usd": 1, "user": "nobody"}, "no user 'nobody'"),
        ("budgets/a", {"usd": 1, "key_id": "nothing"}, "no key"),
        ("budgets/a", {"usd": 1, "group": "none"}, "no group 'none'"),
        ("budgets/a", {"usd": 1, "user": "ada", "group": "none"}, "not several"),
        ("budgets/a", {"usd": 1, "endpoint": "nowhere"}, "no endpoint 'nowhere'"),
        ("budgets/a", {"usd": 1, "per": "day", "rolling_seconds": 60}, "not both"),
        ("budgets/a", {"usd": 1, "perr": "day"}, "unknown field `perr`; did you mean `per`?"),
        ("budgets/a", {"usd": 1, "rollingSeconds": 60}, "did you mean `rolling_seconds`?"),
        ("limits/a", {"requestsPerMinute": 1}, "did you mean `requests_per_minute`?"),
        ("budgets/%0a", {"usd": 1}, "A name has"),
        ("budgets/a%20", {"usd": 1}, "A name has"),
        ("budgets/a", {"usd": 1, "model": "a\0b"}, "A model's name"),
        ("limits/a", {}, "names requests a minute"),
        ("limits/a", {"concurrent": 0}, ">= 1"),
        ("groups/a", {"members": ["nobody"]}, "no user 'nobody'"),
    ],
)
async def test_t_31_a_rule_that_cannot_take_effect_is_refused(
    path: str, body: Json, words: str, client: AsyncClient
) -> None:
    assert words in await refused(client, "PUT", path, body)


async def test_what_the_file_says_is_listed_and_not_changed(
    site: Site, client: AsyncClient
) -> None:
    rules = Rules(
        groups=(Group(name="team", members=("ada",)),),
        budgets=(Budget(name="house", nano_usd=10**9),),
    )
    site.serve(rules=rules)
    (budget,) = await listed(client, "budgets")
    assert (budget["name"], budget["source"], budget["left_usd"]) == ("house", "file", "1")
    assert "configuration file" in await refused(client, "PUT", "budgets/house", {"usd": 5})
    assert "configuration file" in await refused(client, "DELETE", "budgets/house")
    await client.put("/admin/v1/budgets/ours", json={"usd": 3, "group": "team"})
    assert [each["source"] for each in await listed(client, "budgets")] == ["file", "store"]


async def test_what_the_file_hides_is_deleted(site: Site, client: AsyncClient) -> None:
    await client.put("/admin/v1/budgets/house", json={"usd": 3})
    site.serve(rules=Rules(budgets=(Budget(name="house", nano_usd=10**9),)))
    assert [each["source"] for each in await listed(client, "budgets")] == ["file", "store"]
    assert (await client.delete("/admin/v1/budgets/house")).status_code == 204
    assert [each["source"] for each in await listed(client, "budgets")] == ["file"]


async def test_people_are_told_of_the_budgets_that_they_spend(
    site: Site, client: AsyncClient
) -> None:
    site.serve(rules=Rules(budgets=(Budget(name="house", nano_usd=10**9),)))
    await client.put("/admin/v1/budgets/mine", json={"usd": 3, "user": "ada", "per": "day"})
    await client.put("/admin/v1/budgets/other", json={"usd": 3, "user": "admin"})
    _, text = await site.key_of(ADA)
    own = {"authorization": f"Bearer {text}"}
    told = (await client.get("/me/balance", headers=own)).json()
    assert [(each["name"], each["left_usd"]) for each in told["budgets"]] == [
        ("house", "1"),
        ("mine", "3"),
    ]
    assert told["budgets"][1]["resets_at"] == "2026-11-22T00:00:00+00:00"
