"""What I spent: sums, attempts, and those of one call."""

from datetime import UTC, datetime, timedelta

from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Struct

from endpoints_server.calls.exchange import Exchange
from endpoints_server.desk.history.attempts import MOST, USUAL, Asked, Page, list_attempts
from endpoints_server.desk.usage import CallUsage, UsageTable, find_call, sum_usage
from endpoints_server.store.ports import By, Store
from endpoints_server.web.guards import KEYED, AnyRequest, taking
from endpoints_server.web.me.caller import bad_request, caller_of, not_found
from endpoints_server.web.me.reading import read_query

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


class SumsQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What sums may be asked by, as written."""

    by: str = By.MODEL.value
    since: str = ""
    until: str = ""


class PageQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a page may be asked by, as written."""

    since: str = ""
    until: str = ""
    after: str = ""
    limit: str = str(USUAL)


def usage_handlers(exchange: Exchange, store: Store) -> list[HTTPRouteHandler]:
    """Make the handlers."""

    @get("/me/usage", opt=taking(KEYED, query=SumsQuery))
    async def show_my_usage(request: AnyRequest) -> UsageTable:
        """Add up my usage; `by` is model, endpoint, day or user, `since` and `until` are times."""
        asked = read_query(request, SumsQuery)
        return await sum_asked(asked, exchange, store, caller_of(request).person.id)

    @get("/me/usage/{request_id:str}", opt=KEYED)
    async def show_my_call(request: AnyRequest, request_id: FromPath[str]) -> CallUsage:
        """Tell what one of my calls came to, attempt by attempt."""
        person_id, currency = caller_of(request).person.id, exchange.catalog().currency
        call = await find_call(store, request_id, person_id, currency)
        if call is None:
            raise not_found("You have made no call with this request id.")
        return call

    @get("/me/calls", opt=taking(KEYED, query=PageQuery))
    async def show_my_calls(request: AnyRequest) -> Page:
        """List my attempts, newest first; `limit` at a time, `after` the last of a page."""
        asked = read_page(read_query(request, PageQuery), caller_of(request).person.id)
        return await list_attempts(store, asked, exchange.catalog().currency)

    return [show_my_usage, show_my_call, show_my_calls]


async def sum_asked(
    asked: SumsQuery, exchange: Exchange, store: Store, person_id: str | None
) -> UsageTable:
    """Add up what is asked for, of one person or of everybody."""
    by, since = read_by(asked.by), read_instant(asked.since, "since")
    until = read_instant(asked.until, "until")
    return await sum_usage(store, by, since, person_id, exchange.catalog().currency, until=until)


def read_page(asked: PageQuery, person_id: str | None) -> Asked:
    """Read which page is asked for."""
    return Asked(
        since=read_instant(asked.since, "since"),
        until=read_instant(asked.until, "until"),
        person_id=person_id,
        after=asked.after or None,
        limit=read_limit(asked.limit),
    )


def read_limit(text: str) -> int:
    """Read how many are asked for."""
    if text.isascii() and text.isdecimal() and 1 <= int(text[:9]) <= MOST:
        return int(text)
    raise bad_request(f"'limit' must be a number from 1 to {MOST}.", "limit")


def read_by(text: str) -> By:
    """Read what to sum by."""
    try:
        return By(text)
    except ValueError:
        known = ", ".join(By)
        raise bad_request(f"'by' must be one of: {known}.", "by") from None


def read_instant(text: str, param: str) -> int | None:
    """Read a date or a time in ISO 8601 as microseconds since 1970; without a zone it is UTC."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        message = f"'{param}' must be a date or a time in ISO 8601, such as 2026-11-21."
        raise bad_request(message, param) from None
    zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (zoned - BEGINNING) // timedelta(microseconds=1)
