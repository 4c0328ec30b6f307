"""The page of one's own provider keys."""

from collections.abc import AsyncGenerator

import pytest
from httpx2 import AsyncClient as Browser

from endpoints_server.domain.endpoint import Endpoint
from endpoints_server.domain.own_key import OwnKey
from endpoints_server.domain.secret import Secret
from endpoints_server.store.credentials import Resealed
from endpoints_server.store.seal import Owner
from tests.upstreams.server import Exchange, Server
from tests.web.console.browsing import send_form, sign_in
from tests.web.me.test_credentials import KEY, PERSONAL
from tests.web.site import BORROWED, MISTRAL, NOON, Site

PAGE = "/console/my-keys"
OWNER = Owner("admin", "borrowed")


@pytest.fixture
def site() -> Site:
    return Site(endpoints=(MISTRAL, BORROWED, PERSONAL))


@pytest.fixture
async def browser(site: Site) -> AsyncGenerator[Browser]:
    async with site.client() as client:
        await sign_in(site, client)
        yield client


async def stored(site: Site, owner: Owner = OWNER) -> OwnKey | None:
    held = await site.exchange.vault.find(owner)
    return held.own_key if held else None


async def test_the_page_has_a_form_for_each_endpoint_that_asks_for_a_key(browser: Browser) -> None:
    html = (await browser.get(PAGE)).text
    assert "Borrowed" in html
    assert "My Own" in html
    assert "Mistral" not in html
    assert html.count("no key yet") == 2
    assert html.count('name="address"') == 1
    assert html.count(f'action="{PAGE}/delete"') == 0


async def test_a_key_is_stored_shown_by_its_ending_and_deleted(
    site: Site, browser: Browser
) -> None:
    fields = {"endpoint": "borrowed", "key": f" {KEY} ", "span": "30"}
    answer = await send_form(browser, PAGE, fields, PAGE)
    assert (answer.status_code, answer.headers["location"]) == (303, PAGE)
    assert await stored(site) == OwnKey(api_key=Secret(KEY))
    html = (await browser.get(PAGE)).text
    assert "•••cdef" in html
    assert "2026-11-21T12:30:00Z" in html
    assert "last used never" in html
    assert KEY not in html
    await send_form(browser, f"{PAGE}/delete", {"endpoint": "borrowed"}, PAGE)
    assert await stored(site) is None


async def test_a_key_with_an_address_is_for_ever_unless_told_otherwise(
    site: Site, browser: Browser
) -> None:
    fields = {"endpoint": "my-own", "key": KEY, "address": "https://llm.example/v1", "span": "soon"}
    await send_form(browser, PAGE, fields, PAGE)
    own_key = await stored(site, Owner("admin", "my-own"))
    assert own_key
    assert own_key.address.reveal() == "https://llm.example:443/v1"
    assert "until it is deleted" in (await browser.get(PAGE)).text


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"endpoint": "borrowed"}, 400),
        ({"endpoint": "borrowed", "key": f"{KEY} x"}, 400),
        ({"endpoint": "mistral", "key": KEY}, 400),
        ({"endpoint": "nobody", "key": KEY}, 404),
        ({"endpoint": "my-own", "key": KEY, "address": "http://localhost"}, 403),
    ],
)
async def test_what_is_no_key_is_refused_as_a_page_that_does_not_repeat_it(
    site: Site, browser: Browser, fields: dict[str, str], status: int
) -> None:
    answer = await send_form(browser, PAGE, fields, PAGE)
    assert answer.status_code == status
    assert KEY not in answer.text
    assert await site.store.credentials.list_sealed() == []


async def test_a_key_that_ended_and_one_that_does_not_open_are_told_so(
    site: Site, browser: Browser
) -> None:
    own_key = OwnKey(api_key=Secret(KEY))
    await site.exchange.vault.put(OWNER, own_key, NOON, NOON)
    assert "expired" in (await browser.get(PAGE)).text
    kept = await site.store.credentials.find_credential(OWNER)
    assert kept
    await site.store.credentials.replace_sealed([Resealed(OWNER, kept.sealed, "broken")])
    assert "enter it again" in (await browser.get(PAGE)).text


async def test_a_key_for_what_is_not_served_can_only_be_deleted(
    site: Site, browser: Browser
) -> None:
    await site.exchange.vault.put(Owner("admin", "gone"), OwnKey(api_key=Secret(KEY)), None, NOON)
    html = (await browser.get(PAGE)).text
    assert "not served any more" in html
    assert html.count('name="key"') == 2
    await send_form(browser, f"{PAGE}/delete", {"endpoint": "gone"}, PAGE)
    assert "not served any more" not in (await browser.get(PAGE)).text


@pytest.mark.parametrize("stored_first", [True, False])
async def test_a_key_is_tried_from_the_page_and_not_stored(stored_first: bool) -> None:
    async def refuse(exchange: Exchange) -> None:
        await exchange.read_body()
        exchange.whole("401 Unauthorized", "application/json", f'{{"key": "{KEY}"}}'.encode())

    async with Server(refuse) as upstream:
        endpoint = Endpoint(
            name="Borrowed",
            slug="borrowed",
            wire="openai_chat",
            address=f"{upstream.url}/v1",
            credential=BORROWED.credential,
            models=BORROWED.models,
        )
        site = Site(endpoints=(endpoint,))
        async with site.client() as browser:
            await sign_in(site, browser)
            fields = {"endpoint": "borrowed"}
            if stored_first:
                await site.exchange.vault.put(OWNER, OwnKey(api_key=Secret(KEY)), None, NOON)
            else:
                fields["key"] = KEY
            answer = await send_form(browser, f"{PAGE}/test", fields, PAGE)
        await site.exchange.upstreams.close()
        assert upstream.last.headers["authorization"] == f"Bearer {KEY}"
    assert answer.status_code == 200
    assert "The provider refused the key." in answer.text
    assert "status 401" in answer.text
    assert KEY not in answer.text
    assert bool(await stored(site)) is stored_first
