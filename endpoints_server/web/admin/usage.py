"""What everybody spent: sums, attempts, calls, and what was purged."""

from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from endpoints_server.calls.exchange import Exchange
from endpoints_server.desk.history.attempts import Page, list_attempts
from endpoints_server.desk.history.purges import PurgeView, list_purges
from endpoints_server.desk.people import only_of
from endpoints_server.desk.usage import CallUsage, UsageTable, find_call
from endpoints_server.store.ports import Store
from endpoints_server.web.admin.rules import Listed
from endpoints_server.web.guards import ADMINISTRATIVE, AnyRequest, taking
from endpoints_server.web.me.caller import not_found
from endpoints_server.web.me.reading import read_query
from endpoints_server.web.me.usage import PageQuery, SumsQuery, read_page, sum_asked


class UserSumsQuery(SumsQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What sums may be asked by, and whose."""

    user: str = ""


class UserPageQuery(PageQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a page may be asked by, and whose."""

    user: str = ""


def admin_usage_handlers(exchange: Exchange, store: Store) -> list[HTTPRouteHandler]:
    """Make the handlers."""

    @get("/admin/v1/usage", opt=taking(ADMINISTRATIVE, query=UserSumsQuery))
    async def show_usage(request: AnyRequest) -> UsageTable:
        """Add up usage of everybody, or of a `user`; asked as at `/me/usage`."""
        asked = read_query(request, UserSumsQuery)
        return await sum_asked(asked, exchange, store, await only_of(store, asked.user))

    @get("/admin/v1/usage/{request_id:str}", opt=ADMINISTRATIVE)
    async def show_call(request_id: FromPath[str]) -> CallUsage:
        """Tell what one call came to, attempt by attempt."""
        call = await find_call(store, request_id, None, exchange.catalog().currency)
        if call is None:
            raise not_found("There is no call with this request id.")
        return call

    @get("/admin/v1/calls", opt=taking(ADMINISTRATIVE, query=UserPageQuery))
    async def show_calls(request: AnyRequest) -> Page:
        """List attempts of everybody, or of a `user`, a page at a time; as at `/me/calls`."""
        asked = read_query(request, UserPageQuery)
        page = read_page(asked, await only_of(store, asked.user))
        return await list_attempts(store, page, exchange.catalog().currency)

    @get("/admin/v1/purges", opt=ADMINISTRATIVE)
    async def show_purges() -> Listed[PurgeView]:
        """Tell which entries were deleted: how many of which day, when and why."""
        return Listed(await list_purges(store))

    return [show_usage, show_call, show_calls, show_purges]
