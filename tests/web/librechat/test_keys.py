"""LibreChat's `/api/keys`, as its pages use it."""

import json
from typing import Any

import pytest

from endpoints_server.store.seal import Owner
from tests.web.me.test_credentials import KEY, PERSONAL
from tests.web.me.test_me import Speaker, speaker
from tests.web.site import ADA, BORROWED, GRACE, MISTRAL, Site

SOON = "2026-11-21T13:00:00.000Z"


@pytest.fixture
def site() -> Site:
    return Site(endpoints=(MISTRAL, BORROWED, PERSONAL))


async def put(who: Speaker, name: str, value: Any, **more: Any) -> Any:
    text = value if isinstance(value, str) else json.dumps(value)
    return await who.ask("PUT", "/api/keys", json={"name": name, "value": text, **more})


async def stored(site: Site, slug: str, person_id: str = "ada") -> str:
    """Give the key that somebody has; empty where there is none."""
    held = await site.exchange.vault.find(Owner(person_id, slug))
    return held.own_key.api_key.reveal() if held and held.own_key else ""


@pytest.mark.parametrize(
    "value", [KEY, {"apiKey": KEY, "baseURL": ""}, {"apiKey": KEY, "baseURL": "https://x.example"}]
)
async def test_a_page_stores_a_key_bare_or_with_an_address_that_is_left_out(
    site: Site, value: Any
) -> None:
    async with site.client() as client:
        ada = await speaker(site, client, ADA)
        answer = await put(ada, "Borrowed", value, expiresAt=SOON)
        assert (answer.status_code, answer.content) == (201, b"")
        assert await stored(site, "borrowed") == KEY
        told = await ada.ask("GET", "/api/keys?name=Borrowed")
        assert told.json() == {"expiresAt": "2026-11-21T13:00:00+00:00"}
        assert KEY not in told.text


@pytest.mark.parametrize("never", [{}, {"expiresAt": ""}, {"expiresAt": None}])
async def test_a_key_without_an_end_ends_never(site: Site, never: dict[str, Any]) -> None:
    async with site.client() as client:
        ada = await speaker(site, client, ADA)
        assert await ada.get("/api/keys?name=Borrowed") == {"expiresAt": None}
        await put(ada, "Borrowed", KEY, **never)
        assert await ada.get("/api/keys?name=Borrowed") == {"expiresAt": "never"}
        assert await ada.get("/api/keys?name=nobody") == {"expiresAt": None}
        assert await ada.get("/api/keys") == {"expiresAt": None}


async def test_where_the_address_is_the_persons_the_page_must_send_one(site: Site) -> None:
    async with site.client() as client:
        ada = await speaker(site, client, ADA)
        for value in (KEY, {"apiKey": KEY, "baseURL": ""}):
            assert (await put(ada, "My Own", value)).status_code == 400
        value = {"apiKey": KEY, "baseURL": "https://llm.example/v1"}
        assert (await put(ada, "My Own", value)).status_code == 201
        assert await stored(site, "my-own") == KEY


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        json.dumps({"name": "Borrowed"}).encode(),
        json.dumps({"name": "Borrowed", "value": {"apiKey": KEY}}).encode(),
        json.dumps({"name": "Borrowed", "value": '{"apiKey": 5'}).encode(),
        json.dumps({"name": "Borrowed", "value": '{"apiKey": ""}'}).encode(),
        json.dumps({"name": "Borrowed", "value": KEY, "expiresAt": KEY}).encode(),
        json.dumps({"name": "Borrowed", "value": KEY, "expiresAt": "2020-01-01"}).encode(),
    ],
)
async def test_what_is_no_key_is_refused_and_not_repeated(site: Site, body: bytes) -> None:
    async with site.client() as client:
        ada = await speaker(site, client, ADA)
        answer = await ada.ask("PUT", "/api/keys", content=body)
        assert answer.status_code == 400
        assert KEY not in answer.text
        assert await stored(site, "borrowed") == ""


async def test_keys_are_forgotten_one_by_one_or_all_when_all_are_meant(site: Site) -> None:
    async with site.client() as client:
        ada, grace = await speaker(site, client, ADA), await speaker(site, client, GRACE)
        for who in (ada, grace):
            await put(who, "Borrowed", KEY)
        await put(ada, "My Own", {"apiKey": KEY, "baseURL": "https://llm.example/v1"})
        assert (await ada.ask("DELETE", "/api/keys")).status_code == 400
        assert (await ada.ask("DELETE", "/api/keys?all=1")).status_code == 400
        for name in ("My%20Own", "never/was", "my-own"):
            answer = await ada.ask("DELETE", f"/api/keys/{name}")
            assert (answer.status_code, answer.content) == (204, b"")
        assert (await stored(site, "my-own"), await stored(site, "borrowed")) == ("", KEY)
        assert (await ada.ask("DELETE", "/api/keys?all=true")).status_code == 204
        assert await stored(site, "borrowed") == ""
        assert await stored(site, "borrowed", "grace") == KEY


async def test_a_page_without_a_client_key_is_told_nothing(site: Site) -> None:
    async with site.client() as client:
        for method in ("PUT", "GET", "DELETE"):
            assert (await client.request(method, "/api/keys?all=true")).status_code == 401
        assert (await client.delete("/api/keys/Borrowed")).status_code == 401
