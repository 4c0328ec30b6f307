"""What everybody spent, over HTTP: sums, pages of attempts, and what was purged."""

from collections.abc import AsyncGenerator

import pytest
from httpx2 import AsyncClient

from endpoints_server.domain.money.tally import DAY
from endpoints_server.domain.people.person import ADMIN
from endpoints_server.store.history.port import Order
from tests.store.entries import NOON, entry
from tests.web.site import ADA, Site


@pytest.fixture
async def site() -> Site:
    site = Site()
    for person in (ADA, ADMIN):
        await site.store.people.add_person(person)
    for number in range(5):
        person_id = "ada" if number % 2 else "admin"
        at = NOON + number
        await site.store.ledger.record(entry(f"{number}", person_id=person_id, started_at=at))
    await site.store.ledger.record(entry("old", started_at=NOON - 40 * DAY))
    return site


@pytest.fixture
async def client(site: Site) -> AsyncGenerator[AsyncClient]:
    async with site.client() as opened:
        _, text = await site.key_of(ADMIN)
        opened.headers["authorization"] = f"Bearer {text}"
        yield opened


async def test_usage_of_all_and_of_one_is_told_within_times(client: AsyncClient) -> None:
    told = (await client.get("/admin/v1/usage?by=user")).json()
    assert (told["time_zone"], told["total"]["attempts"]) == ("UTC", 6)
    assert {row["name"]: row["attempts"] for row in told["rows"]} == {"ada": 2, "admin": 4}
    asked = {"by": "day", "user": "admin", "since": "2026-10-01", "until": "2026-11-01"}
    (row,) = (await client.get("/admin/v1/usage", params=asked)).json()["rows"]
    assert (row["name"], row["attempts"]) == ("2026-10-12", 1)


async def test_attempts_are_listed_a_page_at_a_time(client: AsyncClient) -> None:
    found, after = [], ""
    while after is not None:
        page = await client.get("/admin/v1/calls", params={"limit": 2, "after": after})
        found.append([each["id"] for each in page.json()["data"]])
        after = page.json()["next"]
    assert found == [["4", "3"], ["2", "1"], ["0", "old"]]
    (one,) = (await client.get("/admin/v1/calls?user=ada&limit=1")).json()["data"]
    assert (one["user"], one["request_id"], one["cost_usd"]) == ("ada", "request-3", "0.000195")
    call = (await client.get("/admin/v1/usage/request-3")).json()
    assert [each["id"] for each in call["attempts"]] == ["3"]
    assert (await client.get("/admin/v1/usage/nothing")).status_code == 404


@pytest.mark.parametrize(
    "after", ["forged", "1764000000000000", "-5-a", "0", "٣-a", "\0", "9" * 30]
)
async def test_a_place_that_no_page_told_is_refused(client: AsyncClient, after: str) -> None:
    answer = await client.get("/admin/v1/calls", params={"after": after})
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == "after"


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("/admin/v1/usage?usr=ada", "user"),
        ("/admin/v1/usage?Since=2026-10-01", "since"),
        ("/admin/v1/calls?untill=2026-10-01", "until"),
        ("/admin/v1/audit?kinds=key", "kind"),
        ("/admin/v1/keys?users=ada", "user"),
        ("/me/usage?bye=day", "by"),
        ("/me/calls?limits=5", "limit"),
    ],
)
async def test_a_misspelt_question_is_refused_with_what_was_meant(
    client: AsyncClient, path: str, meant: str
) -> None:
    answer = await client.get(path)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert f"did you mean `{meant}`?" in error["message"]
    assert error["param"] == path.partition("?")[2].partition("=")[0]


@pytest.mark.parametrize("kind", ["usage", "calls", "keys"])
async def test_nobody_we_know_has_used_nothing_but_is_not_found(
    client: AsyncClient, kind: str
) -> None:
    answer = await client.get(f"/admin/v1/{kind}?user=nobody")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
    assert "There is no user 'nobody'." in answer.text


@pytest.mark.parametrize("limit", ["0", "1001", "-1", "two", "1" * 5000])
async def test_a_page_has_a_size_that_can_be_served(client: AsyncClient, limit: str) -> None:
    answer = await client.get("/admin/v1/calls", params={"limit": limit})
    assert (answer.status_code, "limit" in answer.text) == (400, True)


async def test_people_page_through_their_own_attempts_alone(site: Site) -> None:
    _, text = await site.key_of(ADA)
    async with site.client() as client:
        client.headers["authorization"] = f"Bearer {text}"
        assert (await client.get("/me/calls?user=admin")).status_code == 400
        page = (await client.get("/me/calls")).json()
        assert ([each["id"] for each in page["data"]], page["next"]) == (["3", "1"], None)
        for path in ("/admin/v1/usage", "/admin/v1/calls", "/admin/v1/purges"):
            assert (await client.get(path)).status_code == 403


async def test_what_was_purged_is_told(site: Site, client: AsyncClient) -> None:
    order = Order(id="run", before_day=NOON // DAY - 35, reason="kept 35 days", at=NOON)
    await site.store.history.purge(order)
    (told,) = (await client.get("/admin/v1/purges")).json()["data"]
    assert told == {
        "id": "run",
        "day": "2026-10-12",
        "purged_at": "2026-11-21T12:00:00+00:00",
        "reason": "kept 35 days",
        "attempts": 1,
        "cost_usd": "0.000195",
    }
    assert (await client.get("/admin/v1/usage?by=day")).json()["total"]["attempts"] == 6
