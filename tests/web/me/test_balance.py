"""What people are told of money: what is left, in USD and in the currency shown beside it."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from httpx2 import AsyncClient

from endpoints_server.domain.money.account import Reservation
from endpoints_server.domain.money.balance import Allowance, Grant, Refill, Unit, account_of
from endpoints_server.domain.money.currency import Currency
from endpoints_server.domain.rules.budget import Budget
from endpoints_server.domain.rules.limit import Limit
from endpoints_server.domain.rules.rulebook import Rules
from endpoints_server.domain.rules.target import Each, Level, Scope, Target
from endpoints_server.domain.rules.window import Claim, Measure
from tests.store.entries import entry
from tests.web.console.browsing import sign_in
from tests.web.site import ADA, NOON, Site

REFILL = Refill(nano_usd=10_000_000, value=Decimal(1), unit=Unit.MONTHS)
ALLOWANCE = Allowance(start_nano_usd=20_000_000, refill=REFILL)
EURO = Currency(code="EUR", rate=Decimal("0.92"))
GRANT = Grant(person_id="ada", granted_nano_usd=20_000_000, opened_at=NOON, refilled_at=NOON)


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
async def client(site: Site) -> AsyncGenerator[AsyncClient]:
    async with site.client() as opened:
        _, text = await site.key_of(ADA)
        opened.headers["authorization"] = f"Bearer {text}"
        yield opened


async def spend(site: Site, nano_usd: int) -> None:
    await site.store.balances.open_grant(GRANT)
    account = account_of("ada")
    spent = entry("a", person_id="ada", cost_nano_usd=nano_usd, accounts=(account.row,))
    await site.store.accounts.reserve(Reservation(accounts=(account,), nano_usd=0, entry=spent))
    await site.record(spent)


async def test_without_a_balance_nobody_is_limited(client: AsyncClient) -> None:
    told = (await client.get("/me/balance")).json()
    assert told["is_limited"] is False
    assert told["left_usd"] is None
    assert (await client.get("/api/balance")).status_code == 404


async def test_a_budget_says_whether_the_file_has_it(site: Site, client: AsyncClient) -> None:
    site.serve(rules=Rules(budgets=(Budget(name="house", nano_usd=10**9),)))
    await site.store.rules.put_rule(Budget(name="mine", nano_usd=10**9))
    told = (await client.get("/me/balance")).json()["budgets"]
    assert {each["name"]: each["source"] for each in told} == {"house": "file", "mine": "store"}


async def test_what_is_left_of_limits_is_told_and_looking_takes_nothing(
    site: Site, client: AsyncClient
) -> None:
    shared = Limit(name="all", requests=5, concurrent=2)
    own = Limit(name="own", tokens=100, scope=Scope(each=Each.USER))
    other = Limit(name="other", requests=1, scope=Scope(target=Target(Level.USER, "grace")))
    site.serve(rules=Rules(limits=(shared, own, other)))
    requests = Claim(name="limit|all||all|", measure=Measure.REQUESTS, amount=2, limit=5)
    tokens = Claim(name="limit|all||own|ada", measure=Measure.TOKENS, amount=30, limit=100)
    running = Claim(name="limit|all||all|", measure=Measure.CONCURRENT, amount=1, limit=2)
    await site.exchange.gate.limits.take((requests, tokens, running), site.now)
    for _ in range(3):
        told = (await client.get("/me/balance")).json()["limits"]
        assert [(each["name"], each["measure"], each["left"]) for each in told] == [
            ("all", "requests", 3),
            ("all", "concurrent", 1),
            ("own", "tokens", 70),
        ]
        assert told[0]["free_after_seconds"] == 61


async def test_looking_opens_no_account(site: Site, client: AsyncClient) -> None:
    site.serve(allowance=ALLOWANCE)
    told = (await client.get("/me/balance")).json()
    assert (told["left_usd"], told["opened_at"]) == ("0.02", None)
    assert (await client.get("/api/balance")).json()["tokenCredits"] == 20_000
    assert await site.store.balances.find_standing("ada") is None


async def test_what_is_left_is_told_in_usd_and_in_the_currency_shown(
    site: Site, client: AsyncClient
) -> None:
    site.serve(allowance=ALLOWANCE, currency=EURO)
    await spend(site, 195_001)
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=NOON)
    assert (await client.get("/me/balance")).json() == {
        "is_limited": True,
        "left_usd": "0.019804999",
        "left_shown": {"amount": "0.018220599", "currency": "EUR"},
        "granted_usd": "0.02",
        "spent_usd": "0.000195001",
        "opened_at": at.isoformat(),
        "refill": {
            "amount_usd": "0.01",
            "every": 1.0,
            "unit": "months",
            "last_at": at.isoformat(),
            "next_at": at.replace(month=12).isoformat(),
        },
        "reserved_usd": "0",
        "budgets": [],
        "limits": [],
    }


async def test_librechats_page_is_told_credits(site: Site, client: AsyncClient) -> None:
    site.serve(allowance=ALLOWANCE)
    await spend(site, 195_500)
    assert (await client.get("/api/balance")).json() == {
        "tokenCredits": 19_804.5,
        "autoRefillEnabled": True,
        "refillIntervalValue": 1,
        "refillIntervalUnit": "months",
        "lastRefill": "2026-11-21T12:00:00+00:00",
        "refillAmount": 10_000,
    }


async def test_librechats_page_is_told_no_refill_where_there_is_none(
    site: Site, client: AsyncClient
) -> None:
    site.serve(allowance=Allowance(start_nano_usd=20_000_000))
    await spend(site, 30_000_000)
    told = (await client.get("/api/balance")).json()
    assert told == {"tokenCredits": 0, "autoRefillEnabled": False}
    assert (await client.get("/me/balance")).json()["left_usd"] == "-0.01"


async def test_usage_is_told_in_both_and_beside_what_the_upstream_reported(
    site: Site, client: AsyncClient
) -> None:
    site.serve(currency=EURO)
    await site.record(entry("a", person_id="ada", reported_cost_nano_usd=200_000))
    total = (await client.get("/me/usage")).json()["total"]
    assert (total["cost_usd"], total["cost_shown"]["amount"]) == ("0.000195", "0.0001794")
    call = (await client.get("/me/usage/request-a")).json()
    assert call["cost_shown"] == {"amount": "0.0001794", "currency": "EUR"}
    assert call["attempts"][0]["reported_cost_usd"] == "0.0002"
    assert call["attempts"][0]["is_charged"] is False


@pytest.mark.parametrize("path", ["/me/balance", "/api/balance"])
async def test_a_balance_is_told_to_nobody_without_a_key(site: Site, path: str) -> None:
    async with site.client() as stranger:
        assert (await stranger.get(path)).status_code == 401


async def test_the_console_shows_both_and_what_is_left(site: Site) -> None:
    site.serve(allowance=ALLOWANCE, currency=EURO)
    await site.record(entry("a", started_at=NOON))
    async with site.client() as browser:
        await sign_in(site, browser)
        page = (await browser.get("/console")).text
    assert "$0.000195" in page
    assert "0.0001794 EUR" in page
    assert "You have left" in page
    assert "0.0184 EUR" in page
