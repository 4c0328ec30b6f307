"""Every page, as everybody."""

import re
from decimal import Decimal

import pytest
from msgspec.structs import replace

from endpoints_server.config.problem import Level, Problem
from endpoints_server.domain.endpoint import Credential, Endpoint, Model
from endpoints_server.domain.money.entry import CostStatus, Outcome
from endpoints_server.domain.money.price import Price, Rates
from endpoints_server.domain.rules.budget import Budget
from endpoints_server.domain.rules.target import Scope
from endpoints_server.web.console.navigation import PAGES
from tests.store.entries import entry
from tests.web.console.browsing import HTML, sign_in
from tests.web.site import HOUSE_SECRET, MISTRAL, NOON, Site

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
DAY = 86_400_000_000


def hostile_site() -> Site:
    model = Model(
        name=HOSTILE,
        price=Price(rates=Rates(input=Decimal(1), output=Decimal(2)), source=HOSTILE),
    )
    endpoint = Endpoint(
        name=HOSTILE,
        slug="hostile",
        wire="openai_chat",
        address=f"https://{HOSTILE}.example/v1",
        credential=MISTRAL.credential,
        models=(model,),
    )
    problem = Problem(file=HOSTILE, message=HOSTILE, suggestion=HOSTILE)
    asking = replace(
        endpoint, name=f"{HOSTILE} 2", slug="asking", credential=Credential(owner="user")
    )
    return Site(endpoints=(endpoint, asking), problems=[problem])


@pytest.mark.parametrize("path", [place.path for place in PAGES])
async def test_a_page_is_for_those_who_are_signed_in(path: str) -> None:
    site = Site()
    async with site.client() as browser:
        answer = await browser.get(path, headers=HTML)
        assert (answer.status_code, answer.headers["location"]) == (303, "/console/sign-in")
        assert answer.content == b""
        await sign_in(site, browser)
        answer = await browser.get(path, headers=HTML)
        assert answer.status_code == 200
        assert 'aria-current="page"' in answer.text


@pytest.mark.parametrize("path", ["/console/keys", "/console/keys/revoke", "/console/sign-out"])
async def test_a_form_of_somebody_who_is_not_signed_in_does_nothing(path: str) -> None:
    site = Site()
    key, _ = await site.key_of()
    async with site.client() as browser:
        answer = await browser.post(path, data={"name": "x", "id": key.id})
        assert (answer.status_code, answer.headers["location"]) == (303, "/console/sign-in")
    assert await site.store.keys.list_keys() == [key]


async def test_a_client_key_is_no_way_into_the_pages() -> None:
    site = Site()
    _, text = await site.key_of()
    async with site.client() as browser:
        answer = await browser.get("/console", headers={"authorization": f"Bearer {text}"})
        assert answer.status_code == 303


async def test_the_front_door_answers_a_program_with_json_and_without_a_key() -> None:
    site = Site()
    async with site.client() as program:
        for accept in ("*/*", "application/json", ""):
            answer = await program.get("/", headers={"accept": accept})
            assert answer.status_code == 200
            assert answer.json()["name"] == "endpoints-server"
            assert "accept" in answer.headers["vary"]


async def test_the_front_door_shows_a_browser_the_console_without_a_redirect() -> None:
    site = Site()
    async with site.client() as browser:
        answer = await browser.get("/", headers=HTML)
        assert answer.status_code == 200
        assert 'name="key"' in answer.text
        await sign_in(site, browser)
        answer = await browser.get("/", headers=HTML)
        assert answer.status_code == 200
        assert "Last calls" in answer.text


async def test_every_page_carries_the_headers_that_keep_it_to_itself() -> None:
    site = Site()
    async with site.client() as browser:
        answers = [await browser.get("/", headers=HTML), await browser.get("/console/keys")]
        await sign_in(site, browser)
        answers += [await browser.get(place.path) for place in PAGES]
        answers.append(await browser.post("/console/keys", data={"form_token": "wrong"}))
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-frame-options"] == "DENY"


async def test_pages_ask_nothing_of_other_hosts_and_hold_no_script_of_their_own() -> None:
    site = Site()
    async with site.client() as browser:
        await sign_in(site, browser)
        for place in PAGES:
            html = (await browser.get(place.path)).text
            assert not re.findall(r"""(?:src|href|action)=["']?(?:https?:|//)""", html)
            assert not re.findall(r"<script(?![^>]* src=)|<style|\son\w+=|\sstyle=", html)
            for address in re.findall(r'(?:src|href)="(/console/assets/[^"]+)"', html):
                asset = await browser.get(address)
                assert asset.status_code == 200
                assert "immutable" in asset.headers["cache-control"]


async def test_what_upstreams_and_files_say_is_text_and_never_markup() -> None:
    site = hostile_site()
    await site.record(
        entry("hostile", started_at=NOON, endpoint=HOSTILE, model=HOSTILE, fault=HOSTILE)
    )
    await site.key_of(name=HOSTILE)
    await site.store.rules.put_rule(
        Budget(name="b", nano_usd=1, scope=Scope(model=HOSTILE, endpoint=HOSTILE))
    )
    async with site.client() as browser:
        await sign_in(site, browser)
        for place in PAGES:
            html = (await browser.get(place.path, params={"by": "model"})).text
            assert "&lt;script&gt;alert(1)" in html
            assert "<script>" not in html
            assert "<img src=x" not in html


async def test_no_page_holds_a_secret() -> None:
    site = Site()
    key, text = await site.key_of(name="laptop")
    async with site.client() as browser:
        await sign_in(site, browser)
        token = browser.cookies["es-session"]
        for place in PAGES:
            html = (await browser.get(place.path)).text
            for secret in (HOUSE_SECRET, "hidden-password", text, token, key.digest.hex()):
                assert secret not in html


async def test_the_overview_tells_endpoints_models_prices_and_calls() -> None:
    site = Site()
    await site.record(entry("1", started_at=NOON - DAY, cost_nano_usd=7_000_000_000))
    await site.record(entry("2", started_at=NOON, cost_nano_usd=1_500_000))
    await site.record(
        entry(
            "3",
            started_at=NOON + 1,
            outcome=Outcome.FAILED,
            fault="upstream_slow",
            rates=None,
            cost_nano_usd=None,
            cost_status=CostStatus.UNPRICED,
        )
    )
    async with site.client() as browser:
        await sign_in(site, browser)
        html = (await browser.get("/console")).text
    for told in ("Mistral", "openai_chat", "api.mistral.example:8443", "0.60", "c0ffee"):
        assert told in html
    assert "<dd>$0.0015</dd>" in html
    assert "<dd>2</dd>" in html
    assert "upstream slow" in html
    assert "no price" in html
    assert "2026-11-20" in html
    assert html.index("upstream slow") < html.index("$0.0015", html.index("Last calls"))


async def test_the_overview_shows_the_last_twenty_calls_alone() -> None:
    site = Site()
    for number in range(25):
        await site.record(entry(f"{number:02}", started_at=NOON + number))
    async with site.client() as browser:
        await sign_in(site, browser)
        html = (await browser.get("/console")).text
    assert html.count('class="state delivered"') == 20


async def test_the_overview_says_where_the_file_is_wrong() -> None:
    problem = Problem(file="librechat.yaml", line=13, column=37, message="unknown key `fetsh`")
    for level, is_kept in ((Level.ERROR, True), (Level.WARNING, False)):
        site = Site(problems=[replace(problem, level=level)])
        async with site.client() as browser:
            await sign_in(site, browser)
            html = (await browser.get("/console")).text
        assert "librechat.yaml:13:37" in html
        assert "unknown key <code>fetsh</code>" in html
        assert ("stays in use" in html) is is_kept


async def test_a_file_that_does_not_exist_is_no_asset() -> None:
    site = Site()
    async with site.client() as browser:
        for name in ("nothing.css", "..%2Fconsole.py", "console.css%2F.."):
            assert (await browser.get(f"/console/assets/x/{name}")).status_code == 404


async def test_texts_say_once_how_they_are_encoded() -> None:
    site = Site()
    async with site.client() as browser:
        front = await browser.get("/", headers=HTML)
        paths = ["/metrics", *re.findall(r'(?:href|src)="(/console/assets/[^"]+)"', front.text)]
        kinds = [(await browser.get(path)).headers["content-type"] for path in paths]
    kinds.append(front.headers["content-type"])
    assert len(kinds) > 4
    assert [kind for kind in kinds if kind.count("charset") > 1] == []
