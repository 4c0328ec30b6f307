"""The front page: what is served, what it cost today, and the calls of late."""

from litestar import HttpMethod, Response

from endpoints_server.desk.balance import BalanceView, find_balance
from endpoints_server.domain.money.entry import Entry
from endpoints_server.domain.money.tally import DAY
from endpoints_server.store.ports import By, Sum
from endpoints_server.web.console.render import show
from endpoints_server.web.console.visit import Page, Visit
from endpoints_server.web.guards import SIGNED_IN

LATEST = 20
NOTHING = Sum(name="", attempts=0, input_tokens=0, output_tokens=0, cost_nano_usd=0, unpriced=0)


def overview_pages() -> list[Page]:
    """Make the page."""
    return [Page(method=HttpMethod.GET, path="/console", access=SIGNED_IN, answer=show_overview)]


async def show_overview(visit: Visit) -> Response[bytes]:
    """Show the page."""
    exchange = visit.console.exchange
    now = exchange.now()
    days = await exchange.ledger.sums(By.DAY, since=now - now % DAY)
    latest: list[Entry] = await exchange.ledger.list_entries(limit=LATEST)
    balance = await balance_of(visit)
    return show(
        "overview.html",
        visit.signed_in,
        catalog=exchange.catalog(),
        problems=visit.console.problems(),
        today=days[-1] if days else NOTHING,
        latest=latest,
        balance=balance,
    )


async def balance_of(visit: Visit) -> BalanceView:
    """Tell what whoever looks may still spend."""
    exchange = visit.console.exchange
    person_id = visit.signed_in.person.id if visit.signed_in else ""
    return await find_balance(exchange.gate.balances, exchange.catalog(), person_id)
