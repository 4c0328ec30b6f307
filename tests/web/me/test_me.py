"""What people are told about themselves, and that it is about nobody else."""

from collections.abc import AsyncGenerator
from typing import Any

import pytest
from httpx2 import AsyncClient

from endpoints_server.domain.people.access_key import AccessKey
from endpoints_server.domain.people.person import Person
from tests.store.entries import entry
from tests.web.site import ADA, GRACE, HOUSE_SECRET, NOON, Site

DAY = 86_400_000_000
ROUTES = [
    "/me",
    "/me/endpoints",
    "/me/credentials",
    "/me/models",
    "/me/keys",
    "/me/usage",
    "/me/usage/request-1",
]


class Speaker:
    """Somebody with a key of theirs, who asks as themselves."""

    def __init__(self, client: AsyncClient, key: AccessKey, text: str) -> None:
        self.client = client
        self.key = key
        self.text = text

    async def ask(self, method: str, path: str, **more: Any) -> Any:
        headers = {"authorization": f"Bearer {self.text}"}
        return await self.client.request(method, path, headers=headers, **more)

    async def get(self, path: str) -> Any:
        answer = await self.ask("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
async def client(site: Site) -> AsyncGenerator[AsyncClient]:
    async with site.client() as opened:
        yield opened


async def speaker(site: Site, client: AsyncClient, person: Person) -> Speaker:
    key, text = await site.key_of(person, name=f"of {person.name}")
    return Speaker(client, key, text)


@pytest.fixture
async def ada(site: Site, client: AsyncClient) -> Speaker:
    return await speaker(site, client, ADA)


@pytest.fixture
async def grace(site: Site, client: AsyncClient) -> Speaker:
    return await speaker(site, client, GRACE)


@pytest.mark.parametrize("path", ROUTES)
async def test_nothing_is_told_without_a_key(client: AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "invalid_api_key"


async def test_a_cookie_of_the_console_is_no_key(site: Site, client: AsyncClient) -> None:
    await client.post("/console/sign-in", data={"token": await site.link()})
    assert (await client.get("/console")).status_code == 200
    assert (await client.get("/me")).status_code == 401
    assert (await client.post("/me/keys")).status_code == 401


async def test_everybody_is_told_who_they_are(ada: Speaker, grace: Speaker) -> None:
    assert await ada.get("/me") == {
        "id": "ada",
        "name": "Ada",
        "username": "",
        "email": "",
        "role": "USER",
        "key_id": ada.key.id,
    }
    assert (await grace.get("/me"))["id"] == "grace"


async def test_endpoints_are_told_with_whose_key_they_need_and_without_addresses(
    ada: Speaker,
) -> None:
    answer = await ada.ask("GET", "/me/endpoints")
    assert answer.json()["data"] == [
        {
            "name": "Mistral",
            "slug": "mistral",
            "wire": "openai_chat",
            "requires_user_key": False,
            "has_user_key": False,
            "models": ["mistral-small", "both"],
        },
        {
            "name": "Borrowed",
            "slug": "borrowed",
            "wire": "anthropic_messages",
            "requires_user_key": True,
            "has_user_key": False,
            "models": ["both"],
        },
    ]
    assert "example" not in answer.text
    assert HOUSE_SECRET not in answer.text


async def test_models_are_told_under_the_ids_to_ask_for_with_prices_as_decimals(
    ada: Speaker,
) -> None:
    models = (await ada.get("/me/models"))["data"]
    assert [model["id"] for model in models] == ["mistral-small", "mistral/both", "borrowed/both"]
    assert models[0]["price"] == {"input": "0.15", "output": "0.60"}
    assert models[0]["context_tokens"] == 128_000
    assert models[1]["price"] is None


async def test_a_key_is_made_told_once_and_works(ada: Speaker) -> None:
    answer = await ada.ask("POST", "/me/keys", json={"name": "phone"})
    assert answer.status_code == 201
    made = answer.json()
    second = Speaker(ada.client, ada.key, made["key"])
    assert (await second.get("/me"))["key_id"] == made["id"]
    listing = await ada.ask("GET", "/me/keys")
    assert made["key"] not in listing.text
    kept = next(key for key in listing.json()["data"] if key["id"] == made["id"])
    assert kept == {name: value for name, value in made.items() if name != "key"}
    assert kept["name"] == "phone"
    assert made["key"].startswith(kept["shown"])


async def test_a_key_ends_when_it_was_said_to(site: Site, ada: Speaker) -> None:
    wanted = {"expires_at": "2026-11-21T14:00:00+01:00"}
    made = (await ada.ask("POST", "/me/keys", json=wanted)).json()
    assert made["expires_at"] == "2026-11-21T13:00:00+00:00"
    headers = {"x-api-key": made["key"]}
    site.now = NOON + DAY // 24 - 1
    assert (await ada.client.get("/me", headers=headers)).status_code == 200
    site.now += 1
    assert (await ada.client.get("/me", headers=headers)).status_code == 401


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b'{"name": 7}', "Expected `str`, got `int`"),
        (b'{"nmae": "x"}', "unknown field `nmae`"),
        (b"[]", "Expected `object`"),
        (b"{", "cannot be read"),
        (b"\xff", "cannot be read"),
        (b'{"name": "\xff"}', "cannot be read"),
        (b'{"expires_at": 0}', "Expected"),
        (b'{"expires_at": "2027-01-01T00:00:00"}', "timezone"),
        (b'{"expires_at": "2020-01-01T00:00:00Z"}', "expired already"),
        (b'{"name": "' + b"x" * 201 + b'"}', "at most 200"),
    ],
)
async def test_a_body_is_read_strictly_and_makes_nothing_where_it_is_wrong(
    ada: Speaker, body: bytes, told: str
) -> None:
    answer = await ada.ask("POST", "/me/keys", content=body)
    assert answer.status_code == 400
    assert told in answer.json()["error"]["message"]
    assert len((await ada.get("/me/keys"))["data"]) == 1


async def test_a_body_longer_than_any_of_use_is_refused(ada: Speaker) -> None:
    answer = await ada.ask("POST", "/me/keys", json={"name": "x" * 20_000})
    assert answer.status_code == 413


async def test_a_key_that_is_revoked_stops_working(ada: Speaker) -> None:
    made = (await ada.ask("POST", "/me/keys")).json()
    for _ in range(2):
        answer = await ada.ask("DELETE", f"/me/keys/{made['id']}")
        assert (answer.status_code, answer.content) == (204, b"")
    refused = await ada.client.get("/me", headers={"x-api-key": made["key"]})
    assert refused.status_code == 401
    revoked = [key["id"] for key in (await ada.get("/me/keys"))["data"] if key["revoked_at"]]
    assert revoked == [made["id"]]


async def test_two_people_see_and_revoke_their_own_keys_alone(ada: Speaker, grace: Speaker) -> None:
    for one, other in ((ada, grace), (grace, ada)):
        assert [key["id"] for key in (await one.get("/me/keys"))["data"]] == [one.key.id]
        refused = await one.ask("DELETE", f"/me/keys/{other.key.id}")
        assert refused.status_code == 404
        unknown = await one.ask("DELETE", "/me/keys/nobodys")
        assert told_apart_by(refused, unknown) == set()
    for one in (ada, grace):
        await one.get("/me")


async def test_the_characters_a_key_is_listed_with_do_not_revoke_it(ada: Speaker) -> None:
    assert (await ada.ask("DELETE", f"/me/keys/{ada.key.shown}")).status_code == 404
    assert (await ada.ask("DELETE", f"/me/keys/{ada.text}")).status_code == 404
    await ada.get("/me")


def told_apart_by(one: Any, other: Any) -> set[str]:
    """Name what differs between two errors, but for the id every answer has of its own."""
    first, second = one.json()["error"], other.json()["error"]
    first["es"].pop("request_id")
    second["es"].pop("request_id")
    return {name for name in first.keys() | second.keys() if first.get(name) != second.get(name)}


async def test_two_people_see_their_own_usage_alone(
    site: Site, ada: Speaker, grace: Speaker
) -> None:
    await site.record(entry("1", request_id="of-ada", person_id="ada", cost_nano_usd=1_500_000))
    await site.record(
        entry("2", request_id="of-grace", person_id="grace", cost_nano_usd=70_000_000)
    )
    for one, name, cost in ((ada, "ada", "0.0015"), (grace, "grace", "0.07")):
        table = await one.get("/me/usage?by=user")
        assert [row["name"] for row in table["rows"]] == [name]
        assert table["total"]["cost_usd"] == cost
        call = await one.get(f"/me/usage/of-{name}")
        assert call["cost_usd"] == cost
        assert [attempt["model"] for attempt in call["attempts"]] == ["mistral-small"]
    refused = await ada.ask("GET", "/me/usage/of-grace")
    assert refused.status_code == 404
    assert told_apart_by(refused, await ada.ask("GET", "/me/usage/of-nobody")) == set()


async def test_a_call_is_told_with_all_its_attempts(site: Site, ada: Speaker) -> None:
    for attempt in (1, 2):
        await site.record(entry(str(attempt), request_id="one", attempt=attempt, person_id="ada"))
    call = await ada.get("/me/usage/one")
    assert [attempt["attempt"] for attempt in call["attempts"]] == [1, 2]
    assert call["attempts"][0]["cost_usd"] == "0.000195"
    assert call["cost_usd"] == "0.00039"


async def test_usage_is_summed_by_what_is_asked_since_when_is_asked(
    site: Site, ada: Speaker
) -> None:
    for number in range(3):
        await site.record(entry(str(number), person_id="ada", started_at=NOON - number * DAY))
    by_day = await ada.get("/me/usage?by=day")
    assert [row["name"] for row in by_day["rows"]] == ["2026-11-19", "2026-11-20", "2026-11-21"]
    for since in ("2026-11-20", "2026-11-20T12:00:00Z", "2026-11-20T13:00:00%2B01:00"):
        table = await ada.get(f"/me/usage?by=day&since={since}")
        assert table["total"]["attempts"] == 2
    assert (await ada.get("/me/usage"))["by"] == "model"


@pytest.mark.parametrize("query", ["by=colour", "since=yesterday", "since=12", "by="])
async def test_a_question_that_makes_no_sense_is_told_so(ada: Speaker, query: str) -> None:
    answer = await ada.ask("GET", f"/me/usage?{query}")
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == query.partition("=")[0]
