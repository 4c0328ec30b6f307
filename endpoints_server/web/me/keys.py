"""My client keys: listed, made, revoked."""

from datetime import UTC, datetime, timedelta
from secrets import token_bytes
from typing import Annotated

import msgspec
from litestar import delete, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Struct
from msgspec.structs import asdict

from endpoints_server.calls.exchange import Exchange
from endpoints_server.desk.keys import KeyDraft, create_key, list_keys, revoke_key
from endpoints_server.domain.people.access_key import RANDOM_BYTES, AccessKey
from endpoints_server.store.ports import Store
from endpoints_server.web.guards import KEYED, AnyRequest, taking
from endpoints_server.web.me.caller import bad_request, caller_of, not_found
from endpoints_server.web.me.hands import hands
from endpoints_server.web.me.once import OnlyOnce
from endpoints_server.web.me.reading import read_body

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
END = datetime.max.replace(tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
BODY_BYTES = 16 * 1024


class KeyRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may be said of a key to be made."""

    name: str = ""
    expires_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None


class KeyView(Struct, frozen=True, kw_only=True):
    """A key as it is listed: its first characters, never the key."""

    id: str
    shown: str
    name: str
    created_at: str
    expires_at: str | None
    revoked_at: str | None


class MadeKey(KeyView, frozen=True, kw_only=True):
    """A key that was just made; this is the one time it is told."""

    key: str


class Keys(Struct, frozen=True):
    """Keys, the oldest first."""

    data: list[KeyView]


def key_handlers(exchange: Exchange, store: Store) -> list[HTTPRouteHandler]:
    """Make the handlers."""

    acting, once = hands(exchange, store), OnlyOnce(exchange, store)

    @get("/me/keys", opt=KEYED)
    async def list_my_keys(request: AnyRequest) -> Keys:
        """List my client keys, revoked ones too."""
        keys = await list_keys(store, caller_of(request).person.id)
        return Keys([view(key) for key in keys])

    @post(
        "/me/keys",
        opt=taking(KEYED, body=KeyRequest),
        status_code=201,
        request_max_body_size=BODY_BYTES,
    )
    @once
    async def make_my_key(request: AnyRequest) -> MadeKey:
        """Make a client key; it is told here and never again."""
        wanted = await read_body(request, KeyRequest)
        draft = KeyDraft(
            person=caller_of(request).person,
            name=wanted.name,
            expires_at=None if wanted.expires_at is None else instant_of(wanted.expires_at),
        )
        drawn = token_bytes(RANDOM_BYTES)
        key, secret = await create_key(acting(request), exchange.ring, draft, drawn, exchange.now())
        return MadeKey(key=secret.reveal(), **asdict(view(key)))

    @delete("/me/keys/{key_id:str}", opt=KEYED, status_code=204)
    async def revoke_my_key(request: AnyRequest, key_id: FromPath[str]) -> None:
        """Revoke one of my client keys; revoking it again changes nothing."""
        person_id = caller_of(request).person.id
        if key_id not in {key.id for key in await list_keys(store, person_id)}:
            raise not_found("You have no key with this id.")
        await revoke_key(acting(request), key_id, exchange.now(), person_id)

    return [list_my_keys, make_my_key, revoke_my_key]


def view(key: AccessKey) -> KeyView:
    """Tell a key, save for its secret; instants in ISO 8601."""
    return KeyView(
        id=key.id,
        shown=key.shown,
        name=key.name,
        created_at=told(key.created_at),
        expires_at=moment(key.expires_at),
        revoked_at=moment(key.revoked_at),
    )


def moment(instant: int | None) -> str | None:
    """Write an instant where there is one."""
    return None if instant is None else told(instant)


def told(instant: int) -> str:
    """Write an instant (microseconds since 1970) in ISO 8601."""
    return (BEGINNING + instant * MICROSECOND).isoformat()


def instant_of(moment: datetime) -> int:
    """Give a moment in microseconds since 1970.

    Raises Failed(bad_request) past the last year there is, which a zone can lead to.
    """
    if moment > END:
        raise bad_request("A key ends before the year 10000, in UTC, or never.")
    return (moment - BEGINNING) // MICROSECOND
