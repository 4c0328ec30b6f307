"""What everybody used: by day, model, endpoint or user, over a span of days."""

from litestar import HttpMethod, Response

from endpoints_server.desk.usage import total_of
from endpoints_server.domain.money.tally import DAY
from endpoints_server.store.ports import By
from endpoints_server.web.console.render import show
from endpoints_server.web.console.visit import Page, Visit
from endpoints_server.web.guards import SIGNED_IN

SPANS = {"1": "Today", "7": "7 days", "30": "30 days", "90": "90 days", "365": "A year", "": "All"}
"""How many days are shown, today's included, and the words for it."""
USUAL = "30"
WAYS = (By.DAY, By.MODEL, By.ENDPOINT, By.USER)


def usage_pages() -> list[Page]:
    """Make the page."""
    return [Page(method=HttpMethod.GET, path="/console/usage", access=SIGNED_IN, answer=show_usage)]


async def show_usage(visit: Visit) -> Response[bytes]:
    """Show the page; what is asked for that is not offered is as what is usual."""
    asked = visit.request.query_params
    by = next((way for way in WAYS if way.value == asked.get("by")), By.DAY)
    span = asked.get("days", USUAL)
    span = span if span in SPANS else USUAL
    exchange = visit.console.exchange
    today = exchange.now() // DAY
    since = (today - int(span) + 1) * DAY if span else None
    sums = await visit.console.store.ledger.sums(by, since)
    costliest = sorted(sums, key=lambda row: -row.cost_nano_usd)
    return show(
        "usage.html",
        visit.signed_in,
        by=by.value,
        ways=[way.value for way in WAYS],
        span=span,
        spans=SPANS,
        rows=sums[::-1] if by is By.DAY else costliest,
        total=total_of(sums),
        catalog=exchange.catalog(),
    )
