"""Who changed what."""

from typing import Literal

from litestar import get
from litestar.handlers import HTTPRouteHandler

from endpoints_server.desk.changes.listed import Page, list_changes
from endpoints_server.desk.people import only_of
from endpoints_server.store.changes.port import Wanted
from endpoints_server.store.ports import Store
from endpoints_server.web.guards import ADMINISTRATIVE, AnyRequest, taking
from endpoints_server.web.me.reading import read_query
from endpoints_server.web.me.usage import PageQuery, read_page


class ChangesQuery(PageQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What changes may be asked by."""

    user: str = ""
    kind: Literal["", "budget", "limit", "group", "key", "user", "balance", "endpoint"] = ""


def change_handlers(store: Store) -> list[HTTPRouteHandler]:
    """Make the handlers."""

    @get("/admin/v1/audit", opt=taking(ADMINISTRATIVE, query=ChangesQuery))
    async def show_changes(request: AnyRequest) -> Page:
        """List changes, latest first: by a `user`, of a `kind`, `since` and `until` instants."""
        query = read_query(request, ChangesQuery)
        asked = read_page(query, await only_of(store, query.user))
        wanted = Wanted(
            kind=query.kind or None,
            person_id=asked.person_id,
            since=asked.since,
            until=asked.until,
            after=asked.after,
            limit=asked.limit,
        )
        return await list_changes(store, wanted)

    return [show_changes]
