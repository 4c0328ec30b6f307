"""The pages of usage, and of budgets and limits: shown, set, deleted."""

import re

import pytest

from endpoints_server.domain.money.tally import DAY
from tests.store.entries import entry
from tests.web.console.browsing import HTML, send_form, sign_in
from tests.web.site import ADA, NOON, Site

BUDGETS = "/console/budgets"


def words_of(html: str) -> str:
    """Give what stands on a page, without its tags."""
    return " ".join(re.sub("<[^>]+>", " ", html).split())


async def test_usage_is_shown_by_what_is_asked_over_the_days_that_are_asked() -> None:
    site = Site()
    for one in (
        entry("a", started_at=NOON - 40 * DAY, model="old"),
        entry("b", started_at=NOON - DAY, model="cheap", cost_nano_usd=1),
        entry("c", model="dear", cost_nano_usd=2 * 10**9),
    ):
        await site.store.ledger.record(one)
    async with site.client() as browser:
        await sign_in(site, browser)
        page = words_of((await browser.get("/console/usage?by=model", headers=HTML)).text)
        assert "dear 1 1 200 50 0 $2.00 cheap 1" in page.replace("\N{NARROW NO-BREAK SPACE}", " ")
        assert "old" not in page
        everything = await browser.get("/console/usage?by=model&days=", headers=HTML)
        assert "old" in words_of(everything.text)
        days = words_of((await browser.get("/console/usage?by=x&days=-1", headers=HTML)).text)
        assert days.index("2026-11-21") < days.index("2026-11-20")


async def test_a_budget_is_set_shown_and_deleted() -> None:
    site = Site()
    await site.key_of(ADA)
    fields = {"name": "purse", "usd": "2.50", "per": "day", "whom": "user", "who": "ada"}
    async with site.client() as browser:
        await sign_in(site, browser)
        answer = await send_form(browser, BUDGETS, {**fields, "model": "", "each": ""}, BUDGETS)
        assert (answer.status_code, answer.headers["location"]) == (303, BUDGETS)
        (budget,) = site.store.rules.current().budgets
        assert (budget.nano_usd, str(budget.scope.target)) == (2_500_000_000, "user ada")
        assert "purse user ada day" in words_of((await browser.get(BUDGETS, headers=HTML)).text)
        await send_form(
            browser,
            f"{BUDGETS}/delete",
            {"name": "purse", "whom": "user", "who": "ada"},
            BUDGETS,
        )
        assert site.store.rules.current().budgets == ()


async def test_a_limit_is_set_shown_and_deleted() -> None:
    site = Site()
    fields = {"name": "calm", "requests_per_minute": "5", "tokens_per_minute": "", "each": "user"}
    async with site.client() as browser:
        await sign_in(site, browser)
        await send_form(browser, "/console/limits", fields, BUDGETS)
        (limit,) = site.store.rules.current().limits
        assert (limit.requests, limit.tokens, limit.scope.each) == (5, None, "user")
        assert "calm all each user 5" in words_of((await browser.get(BUDGETS, headers=HTML)).text)
        await send_form(browser, "/console/limits/delete", {"name": "calm"}, BUDGETS)
        assert site.store.rules.current().limits == ()


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        (BUDGETS, {"name": "b", "usd": "much"}),
        (BUDGETS, {"name": "b"}),
        (BUDGETS, {"name": "b", "usd": "1e999999999"}),
        (BUDGETS, {"name": "b", "usd": "0.0000000001"}),
        (BUDGETS, {"name": "", "usd": "1"}),
        (BUDGETS, {"name": "b", "usd": "1", "whom": "user"}),
        (BUDGETS, {"name": "b", "usd": "1", "whom": "user", "who": "nobody"}),
        (BUDGETS, {"name": "b", "usd": "1", "whom": "somebody"}),
        (BUDGETS, {"name": "b", "usd": "1", "per": "year"}),
        ("/console/limits", {"name": "l"}),
        ("/console/limits", {"name": "l", "concurrent": "0"}),
        ("/console/limits/delete", {"name": "l"}),
    ],
)
async def test_a_form_that_says_nothing_sensible_is_refused(
    path: str, fields: dict[str, str]
) -> None:
    site = Site()
    async with site.client() as browser:
        await sign_in(site, browser)
        answer = await send_form(browser, path, fields, BUDGETS)
        assert answer.status_code == (404 if path.endswith("delete") else 400)
        assert site.trouble == []
        rules = site.store.rules.current()
        assert (rules.budgets, rules.limits) == ((), ())


async def test_what_is_changed_in_the_console_is_noted() -> None:
    site = Site()
    async with site.client() as browser:
        await sign_in(site, browser)
        await send_form(browser, BUDGETS, {"name": "house", "usd": "5"}, BUDGETS)
        _, text = await site.key_of()
        told = await browser.get(
            "/admin/v1/audit?kind=budget", headers={"authorization": f"Bearer {text}"}
        )
    (change,) = told.json()["data"]
    assert (change["user"], change["via"], change["name"]) == ("admin", "console", "house")
