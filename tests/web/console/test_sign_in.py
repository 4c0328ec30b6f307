"""Who gets into the console, how long they stay, and what they leave behind."""

from collections.abc import AsyncGenerator

import pytest
from httpx2 import AsyncClient as Browser

from endpoints_server.domain.people.person import ADMIN
from endpoints_server.store.memory import open_memory
from endpoints_server.store.sessions import MemorySessions
from tests.web.console.browsing import COOKIE, HTML, send_form, sign_in
from tests.web.site import ADA, MINUTE, Site


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
async def browser(site: Site) -> AsyncGenerator[Browser]:
    async with site.client() as client:
        yield client


def kept(site: Site) -> list[bytes]:
    sessions = site.store.sessions
    assert isinstance(sessions, MemorySessions)
    return list(sessions.sessions)


async def test_a_link_signs_in_with_a_button_and_not_by_being_looked_at(
    site: Site, browser: Browser
) -> None:
    token = await site.link()
    for _ in range(3):
        looked = await browser.get("/console/sign-in", params={"token": token})
        assert looked.status_code == 200
        assert "set-cookie" not in looked.headers
        assert looked.headers["referrer-policy"] == "no-referrer"
    signed = await browser.post("/console/sign-in", data={"token": token})
    assert (signed.status_code, signed.headers["location"]) == (303, "/console")
    assert (await browser.get("/console")).status_code == 200


async def test_a_link_works_once_and_says_so_plainly_afterwards(
    site: Site, browser: Browser
) -> None:
    token = await site.link()
    await browser.post("/console/sign-in", data={"token": token})
    async with site.client() as second:
        refused = await second.post("/console/sign-in", data={"token": token})
        looked = await second.get("/console/sign-in", params={"token": token})
        for answer in (refused, looked):
            assert answer.status_code == 410
            assert "used already" in answer.text
            assert "endpoints-server key new" in answer.text
            assert "set-cookie" not in answer.headers


async def test_a_link_is_stale_after_fifteen_minutes(site: Site, browser: Browser) -> None:
    token = await site.link()
    site.now += 15 * MINUTE - 1
    assert (await browser.get("/console/sign-in", params={"token": token})).status_code == 200
    site.now += 1
    assert (await browser.get("/console/sign-in", params={"token": token})).status_code == 410
    assert (await browser.post("/console/sign-in", data={"token": token})).status_code == 410


async def test_the_token_of_a_link_is_no_session_and_is_not_kept(
    site: Site, browser: Browser
) -> None:
    token = await site.link()
    browser.cookies.set(COOKIE, token)
    assert (await browser.get("/console")).status_code == 303
    assert all(token.encode() not in digest for digest in kept(site))


async def test_an_id_that_an_attacker_planted_is_not_adopted(site: Site, browser: Browser) -> None:
    browser.cookies.set(COOKIE, "planted")
    answer = await browser.post("/console/sign-in", data={"token": await site.link()})
    given = answer.cookies[COOKIE]
    assert given != "planted"
    async with site.client() as attacker:
        attacker.cookies.set(COOKIE, "planted")
        assert (await attacker.get("/console")).status_code == 303


async def test_signing_in_again_gives_another_token_and_ends_the_earlier_one(
    site: Site, browser: Browser
) -> None:
    await sign_in(site, browser)
    first = browser.cookies[COOKIE]
    await sign_in(site, browser)
    assert browser.cookies[COOKIE] != first
    async with site.client() as other:
        other.cookies.set(COOKIE, first)
        assert (await other.get("/console")).status_code == 303
    assert len(kept(site)) == 1


async def test_nothing_is_written_for_a_visitor_who_is_not_signed_in(
    site: Site, browser: Browser
) -> None:
    for path in ("/", "/console", "/console/keys", "/console/sign-in"):
        answer = await browser.get(path, headers=HTML)
        assert "set-cookie" not in answer.headers
    await browser.post("/console/sign-in", data={"key": "wrong"})
    assert kept(site) == []


async def test_looking_at_pages_neither_writes_nor_sets_a_cookie(
    site: Site, browser: Browser
) -> None:
    await sign_in(site, browser)
    before = kept(site)
    answer = await browser.get("/console")
    assert "set-cookie" not in answer.headers
    assert kept(site) == before


async def test_the_store_never_holds_what_the_browser_holds(site: Site, browser: Browser) -> None:
    await sign_in(site, browser)
    assert all(browser.cookies[COOKIE].encode() not in digest for digest in kept(site))


async def test_a_session_ends_after_twelve_hours(site: Site, browser: Browser) -> None:
    await sign_in(site, browser)
    site.now += 12 * 60 * MINUTE - 1
    assert (await browser.get("/console")).status_code == 200
    site.now += 1
    answer = await browser.get("/console")
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/sign-in")


async def test_signing_out_ends_the_session_on_the_server_too(site: Site, browser: Browser) -> None:
    await sign_in(site, browser)
    token = browser.cookies[COOKIE]
    answer = await send_form(browser, "/console/sign-out")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert COOKIE not in browser.cookies
    browser.cookies.set(COOKIE, token)
    assert (await browser.get("/console")).status_code == 303


async def test_the_admin_signs_in_with_a_client_key(site: Site, browser: Browser) -> None:
    _, text = await site.key_of(ADMIN)
    answer = await browser.post("/console/sign-in", data={"key": f" {text}\n"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/console")
    assert (await browser.get("/console")).status_code == 200


async def test_a_key_that_is_revoked_takes_its_session_along(site: Site, browser: Browser) -> None:
    key, text = await site.key_of(ADMIN)
    await browser.post("/console/sign-in", data={"key": text})
    await site.store.keys.revoke_key(key.id, site.now)
    assert (await browser.get("/console")).status_code == 303


@pytest.mark.parametrize("fields", [{"key": "es-wrong"}, {"key": ""}, {}, {"token": ""}])
async def test_a_wrong_key_is_refused_without_a_session(
    site: Site, browser: Browser, fields: dict[str, str]
) -> None:
    answer = await browser.post("/console/sign-in", data=fields or {"other": "field"})
    assert answer.status_code in (401, 410)
    assert "set-cookie" not in answer.headers
    assert kept(site) == []


async def test_the_key_of_somebody_else_does_not_open_the_console(
    site: Site, browser: Browser
) -> None:
    _, text = await site.key_of(ADA)
    answer = await browser.post("/console/sign-in", data={"key": text})
    assert answer.status_code == 403
    assert "person who runs this server" in answer.text
    assert text not in answer.text
    assert kept(site) == []


async def test_an_address_that_fails_too_often_has_to_wait(site: Site, browser: Browser) -> None:
    _, text = await site.key_of(ADMIN)
    for _ in range(10):
        refused = await browser.post("/console/sign-in", data={"key": "es-wrong"})
        assert refused.status_code == 401
    assert (await browser.post("/console/sign-in", data={"key": text})).status_code == 429
    site.now += MINUTE
    assert (await browser.post("/console/sign-in", data={"key": text})).status_code == 303


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(
    site: Site, browser: Browser
) -> None:
    answer = await browser.post("/console/sign-in", data={"token": await site.link()})
    parts = {part.strip().lower() for part in answer.headers["set-cookie"].split(";")}
    assert {"httponly", "samesite=lax", "path=/"} <= parts
    assert "secure" not in parts


async def test_behind_https_the_cookie_is_for_https_and_this_host_alone() -> None:
    site = Site(public_url="https://models.example")
    async with site.client() as browser:
        answer = await browser.post("/console/sign-in", data={"token": await site.link()})
        text = answer.headers["set-cookie"]
        assert text.startswith("__Host-es-session=")
        assert "secure" in text.lower()
        assert "domain" not in text.lower()
        assert (await browser.get("/console")).status_code == 200


def test_a_store_in_memory_knows_no_session() -> None:
    sessions = open_memory().sessions
    assert isinstance(sessions, MemorySessions)
    assert sessions.sessions == {}
