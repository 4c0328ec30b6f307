"""What I spent: sums, and the attempts of one call."""

from datetime import UTC, datetime, timedelta

from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from endpoints_server.calls.exchange import Exchange
from endpoints_server.desk.usage import CallUsage, UsageTable, find_call, sum_usage
from endpoints_server.store.ports import By, Store
from endpoints_server.web.guards import KEYED, AnyRequest
from endpoints_server.web.me.caller import bad_request, caller_of, not_found

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def usage_handlers(exchange: Exchange, store: Store) -> list[HTTPRouteHandler]:
    """Make the handlers."""

    @get("/me/usage", opt=KEYED)
    async def show_my_usage(request: AnyRequest) -> UsageTable:
        """Add up my usage; `by` is model, endpoint, day or user, `since` a date or a time."""
        by = read_by(request.query_params.get("by", By.MODEL))
        since = read_since(request.query_params.get("since", ""))
        currency = exchange.catalog().currency
        return await sum_usage(store, by, since, caller_of(request).person.id, currency)

    @get("/me/usage/{request_id:str}", opt=KEYED)
    async def show_my_call(request: AnyRequest, request_id: FromPath[str]) -> CallUsage:
        """Tell what one of my calls came to, attempt by attempt."""
        person_id, currency = caller_of(request).person.id, exchange.catalog().currency
        call = await find_call(store, request_id, person_id, currency)
        if call is None:
            raise not_found("You have made no call with this request id.")
        return call

    return [show_my_usage, show_my_call]


def read_by(text: str) -> By:
    """Read what to sum by."""
    try:
        return By(text)
    except ValueError:
        known = ", ".join(By)
        raise bad_request(f"'by' must be one of: {known}.", "by") from None


def read_since(text: str) -> int | None:
    """Read a date or a time in ISO 8601 as microseconds since 1970; without a zone it is UTC."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        message = "'since' must be a date or a time in ISO 8601, such as 2026-11-21."
        raise bad_request(message, "since") from None
    zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (zoned - BEGINNING) // timedelta(microseconds=1)
