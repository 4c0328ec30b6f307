"""Provider keys of people as administrators see them: whose there are, and without them."""

from litestar import delete, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Struct

from endpoints_server.calls.exchange import Exchange
from endpoints_server.desk.credentials import forget_key
from endpoints_server.desk.people import get_person, list_people, only_of
from endpoints_server.store.credentials import Kept
from endpoints_server.store.ports import Store
from endpoints_server.web.admin.people import KeysQuery
from endpoints_server.web.admin.rules import Listed
from endpoints_server.web.guards import ADMINISTRATIVE, AnyRequest, taking
from endpoints_server.web.me.caller import not_found
from endpoints_server.web.me.keys import moment
from endpoints_server.web.me.reading import read_query


class HeldView(Struct, frozen=True, kw_only=True):
    """A key that somebody stored; of the key its ending alone is told."""

    user: str
    endpoint: str
    ending: str
    created_at: str | None
    expires_at: str | None
    last_used_at: str | None


def admin_credential_handlers(exchange: Exchange, store: Store) -> list[HTTPRouteHandler]:
    """Make the handlers."""

    @get("/admin/v1/credentials", opt=taking(ADMINISTRATIVE, query=KeysQuery))
    async def show_credentials(request: AnyRequest) -> Listed[HeldView]:
        """List the keys that everybody stored, or the `user` that the query names."""
        wanted = await only_of(store, read_query(request, KeysQuery).user)
        names = [wanted] if wanted else [person.id for person in await list_people(store)]
        return Listed(
            [
                held_view(kept)
                for name in names
                for kept in await store.credentials.list_credentials(name)
            ]
        )

    @delete(
        "/admin/v1/credentials/{user_id:str}/{endpoint:str}", opt=ADMINISTRATIVE, status_code=204
    )
    async def delete_credential(user_id: FromPath[str], endpoint: FromPath[str]) -> None:
        """Forget a key of somebody, also one for what is not served any more."""
        await get_person(store, user_id)
        if not await forget_key(exchange.vault, exchange.catalog(), endpoint, user_id):
            raise not_found(f"'{user_id}' has no key for '{endpoint}'.")

    return [show_credentials, delete_credential]


def held_view(kept: Kept) -> HeldView:
    """Write a key for administrators."""
    return HeldView(
        user=kept.owner.person_id,
        endpoint=kept.owner.endpoint,
        ending=kept.ending,
        created_at=moment(kept.created_at),
        expires_at=moment(kept.expires_at),
        last_used_at=moment(kept.last_used_at),
    )
