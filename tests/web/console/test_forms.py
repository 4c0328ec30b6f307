"""Forms are taken from our own pages alone."""

from collections.abc import AsyncGenerator

import pytest
from httpx2 import AsyncClient as Browser

from tests.web.console.browsing import (
    form_token_in,
    made_key_in,
    send_form,
    sign_in,
)
from tests.web.site import Site

UNSAFE = [
    "/console/keys",
    "/console/keys/revoke",
    "/console/my-keys",
    "/console/my-keys/test",
    "/console/my-keys/delete",
    "/console/sign-out",
]


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
async def browser(site: Site) -> AsyncGenerator[Browser]:
    async with site.client() as client:
        await sign_in(site, client)
        yield client


@pytest.mark.parametrize("path", UNSAFE)
@pytest.mark.parametrize("token", ["", "wrong", "ü", "0" * 64])
async def test_a_form_without_its_token_does_nothing(
    site: Site, browser: Browser, path: str, token: str
) -> None:
    key, _ = await site.key_of()
    answer = await browser.post(path, data={"form_token": token, "name": "x", "id": key.id})
    assert answer.status_code == 403
    assert await site.store.keys.list_keys() == [key]
    assert (await browser.get("/console")).status_code == 200


async def test_the_token_of_one_session_is_no_good_in_another(site: Site, browser: Browser) -> None:
    async with site.client() as other:
        await sign_in(site, other)
        foreign = form_token_in((await other.get("/console/keys")).text)
    answer = await browser.post("/console/keys", data={"form_token": foreign, "name": "x"})
    assert answer.status_code == 403
    assert await site.store.keys.list_keys() == []


@pytest.mark.parametrize("path", [*UNSAFE, "/console/sign-in"])
@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://elsewhere.example"},
    ],
)
async def test_a_form_from_another_site_is_refused_even_with_its_token(
    site: Site, browser: Browser, path: str, headers: dict[str, str]
) -> None:
    token = form_token_in((await browser.get("/console/keys")).text)
    fields = {"form_token": token, "token": await site.link(), "name": "x"}
    answer = await browser.post(path, data=fields, headers=headers)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    assert await site.store.keys.list_keys() == []


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": "same-origin", "origin": "null"},
        {"origin": "http://testserver.local"},
        {"origin": "null"},
        {},
    ],
)
async def test_a_form_of_our_own_is_taken(
    site: Site, browser: Browser, headers: dict[str, str]
) -> None:
    token = form_token_in((await browser.get("/console/keys")).text)
    answer = await browser.post("/console/keys", data={"form_token": token}, headers=headers)
    assert answer.status_code == 303
    assert len(await site.store.keys.list_keys()) == 1


async def test_what_is_no_form_is_told_so(browser: Browser) -> None:
    answer = await browser.post("/console/keys", json={"name": "x"})
    assert answer.status_code == 415
    crowded = "&".join(f"field{number}=x" for number in range(50))
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = await browser.post("/console/keys", content=crowded, headers=headers)
    assert answer.status_code == 400


async def test_a_form_longer_than_any_of_ours_is_refused(site: Site, browser: Browser) -> None:
    answer = await browser.post("/console/keys", data={"name": "x" * 20_000})
    assert answer.status_code == 413
    assert await site.store.keys.list_keys() == []


async def test_a_made_key_is_shown_once_and_works(site: Site, browser: Browser) -> None:
    answer = await send_form(browser, "/console/keys", {"name": "my laptop"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/keys")
    shown = await browser.get("/console/keys")
    text = made_key_in(shown.text)
    assert shown.headers["cache-control"] == "no-store"
    assert "my laptop" in shown.text
    me = await browser.get("/me", headers={"authorization": f"Bearer {text}"})
    assert me.json()["id"] == "admin"
    again = await browser.get("/console/keys")
    assert made_key_in(again.text) == ""
    assert text not in again.text


async def test_a_made_key_is_shown_to_the_browser_that_made_it_alone(
    site: Site, browser: Browser
) -> None:
    await send_form(browser, "/console/keys", {"name": "x"})
    async with site.client() as other:
        await sign_in(site, other)
        assert made_key_in((await other.get("/console/keys")).text) == ""
    assert made_key_in((await browser.get("/console/keys")).text)


async def test_a_made_key_does_not_wait_for_long(site: Site, browser: Browser) -> None:
    await send_form(browser, "/console/keys", {"name": "x"})
    site.now += 120_000_000
    assert made_key_in((await browser.get("/console/keys")).text) == ""


async def test_a_revoked_key_stays_in_the_list_and_stops_working(
    site: Site, browser: Browser
) -> None:
    key, text = await site.key_of(name="old phone")
    answer = await send_form(browser, "/console/keys/revoke", {"id": key.id})
    assert answer.status_code == 303
    page = (await browser.get("/console/keys")).text
    assert "revoked" in page
    assert 'action="/console/keys/revoke"' not in page
    assert (await browser.get("/me", headers={"x-api-key": text})).status_code == 401


async def test_a_key_that_is_not_there_cannot_be_revoked(browser: Browser) -> None:
    answer = await send_form(browser, "/console/keys/revoke", {"id": "none"})
    assert answer.status_code == 404
    assert "There is no such key." in answer.text


async def test_a_name_that_is_too_long_is_refused_in_words(site: Site, browser: Browser) -> None:
    answer = await send_form(browser, "/console/keys", {"name": "x" * 201})
    assert answer.status_code == 400
    assert "at most 200" in answer.text
    assert await site.store.keys.list_keys() == []
