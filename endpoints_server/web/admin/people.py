"""People and their keys: listed, added, disabled, credited; keys made, rotated and revoked."""

from decimal import Decimal
from secrets import token_bytes
from typing import Annotated, Literal

from litestar import delete, get, patch, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Meta, Struct
from msgspec.structs import asdict

from endpoints_server.calls.exchange import Exchange
from endpoints_server.desk.balance import BalanceView, credit, find_balance
from endpoints_server.desk.keys import KeyDraft, create_key, list_keys, revoke_key, rotate_key
from endpoints_server.desk.people import add_person, get_person, list_people, only_of, set_disabled
from endpoints_server.desk.rule_drafts import MOST_SECONDS, signed_nano_usd_of
from endpoints_server.domain.people.access_key import RANDOM_BYTES
from endpoints_server.domain.people.person import Person
from endpoints_server.store.ports import Store
from endpoints_server.web.admin.rules import Listed
from endpoints_server.web.guards import ADMINISTRATIVE, AnyRequest, taking
from endpoints_server.web.me.hands import hands
from endpoints_server.web.me.keys import KeyRequest, KeyView, MadeKey, instant_of, view
from endpoints_server.web.me.once import OnlyOnce
from endpoints_server.web.me.reading import BODY_BYTES, read_body, read_query

SECOND = 1_000_000


class UserView(Struct, frozen=True, kw_only=True):
    """A person as administrators see them."""

    id: str
    name: str
    email: str
    role: str
    is_disabled: bool


class UserDraft(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person to be added."""

    id: str
    name: str = ""
    email: str = ""
    role: Literal["USER", "ADMIN"] = "USER"


class UserChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What changes about a person."""

    disabled: bool


class Credit(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An amount of USD that somebody is granted, or that is taken back below zero."""

    usd: Decimal


class UserKeyRequest(KeyRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A key to be made for somebody."""

    user: str


class KeysQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose keys are asked for; those of everybody where nobody is named."""

    user: str = ""


class Rotation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long the old key is accepted beside the new one."""

    grace_seconds: Annotated[float, Meta(ge=0, le=MOST_SECONDS)] = 0.0


def people_handlers(exchange: Exchange, store: Store) -> list[HTTPRouteHandler]:
    """Make the handlers of people, and of their balances."""
    acting, once = hands(exchange, store), OnlyOnce(exchange, store)

    @get("/admin/v1/users", opt=ADMINISTRATIVE)
    async def show_users() -> Listed[UserView]:
        """List everybody."""
        return Listed([user_view(person) for person in await list_people(store)])

    @post(
        "/admin/v1/users",
        opt=taking(ADMINISTRATIVE, body=UserDraft),
        request_max_body_size=BODY_BYTES,
    )
    @once
    async def add_user(request: AnyRequest) -> UserView:
        """Add a person."""
        wanted = await read_body(request, UserDraft)
        person = Person(username=wanted.id, **asdict(wanted))
        return user_view(await add_person(acting(request), person))

    @patch(
        "/admin/v1/users/{user_id:str}",
        opt=taking(ADMINISTRATIVE, body=UserChange),
        request_max_body_size=BODY_BYTES,
    )
    async def change_user(request: AnyRequest, user_id: FromPath[str]) -> UserView:
        """Disable a person, or enable them again."""
        wanted = await read_body(request, UserChange)
        at = exchange.now() if wanted.disabled else None
        return user_view(await set_disabled(acting(request), user_id, at))

    return [show_users, add_user, change_user, *balance_handlers(exchange, store)]


def balance_handlers(exchange: Exchange, store: Store) -> list[HTTPRouteHandler]:
    """Make the handlers of people's balances."""
    acting, once = hands(exchange, store), OnlyOnce(exchange, store)

    @get("/admin/v1/users/{user_id:str}/balance", opt=ADMINISTRATIVE)
    async def show_balance(user_id: FromPath[str]) -> BalanceView:
        """Tell what somebody may still spend."""
        await get_person(store, user_id)
        return await find_balance(store.balances, exchange.catalog(), user_id)

    @post(
        "/admin/v1/users/{user_id:str}/credit",
        opt=taking(ADMINISTRATIVE, body=Credit),
        status_code=200,
    )
    @once
    async def credit_user(request: AnyRequest, user_id: FromPath[str]) -> BalanceView:
        """Grant somebody more."""
        amount = signed_nano_usd_of((await read_body(request, Credit)).usd)
        catalog = exchange.catalog()
        await get_person(store, user_id)
        await credit(
            acting(request).balances,
            catalog.allowance,
            user_id,
            amount,
            exchange.now(),
        )
        return await find_balance(store.balances, catalog, user_id)

    return [show_balance, credit_user]


def admin_key_handlers(exchange: Exchange, store: Store) -> list[HTTPRouteHandler]:
    """Make the handlers of everybody's keys."""
    acting, once = hands(exchange, store), OnlyOnce(exchange, store)

    @get("/admin/v1/keys", opt=taking(ADMINISTRATIVE, query=KeysQuery))
    async def show_keys(request: AnyRequest) -> Listed[KeyView]:
        """List keys, of everybody or of the `user` that the query names."""
        person_id = await only_of(store, read_query(request, KeysQuery).user)
        return Listed([view(key) for key in await list_keys(store, person_id)])

    @post(
        "/admin/v1/keys",
        opt=taking(ADMINISTRATIVE, body=UserKeyRequest),
        request_max_body_size=BODY_BYTES,
    )
    @once
    async def make_key(request: AnyRequest) -> MadeKey:
        """Make a key for somebody; it is told here and never again."""
        wanted = await read_body(request, UserKeyRequest)
        draft = KeyDraft(
            person=await get_person(store, wanted.user),
            name=wanted.name,
            expires_at=None if wanted.expires_at is None else instant_of(wanted.expires_at),
        )
        drawn = token_bytes(RANDOM_BYTES)
        key, secret = await create_key(acting(request), exchange.ring, draft, drawn, exchange.now())
        return MadeKey(key=secret.reveal(), **asdict(view(key)))

    return [show_keys, make_key, *key_change_handlers(exchange, store)]


def key_change_handlers(exchange: Exchange, store: Store) -> list[HTTPRouteHandler]:
    """Make the handlers of keys that there are."""
    acting, once = hands(exchange, store), OnlyOnce(exchange, store)

    @post("/admin/v1/keys/{key_id:str}/rotate", opt=taking(ADMINISTRATIVE, body=Rotation))
    @once
    async def rotate(request: AnyRequest, key_id: FromPath[str]) -> MadeKey:
        """Make a key in place of another, which is revoked now or after a time of grace."""
        wanted, now = await read_body(request, Rotation), exchange.now()
        until = now + int(wanted.grace_seconds * SECOND)
        drawn = token_bytes(RANDOM_BYTES)
        key, secret = await rotate_key(acting(request), exchange.ring, key_id, drawn, until, now)
        return MadeKey(key=secret.reveal(), **asdict(view(key)))

    @delete("/admin/v1/keys/{key_id:str}", opt=ADMINISTRATIVE, status_code=204)
    async def revoke(request: AnyRequest, key_id: FromPath[str]) -> None:
        """Revoke a key."""
        await revoke_key(acting(request), key_id, exchange.now())

    return [rotate, revoke]


def user_view(person: Person) -> UserView:
    """Write a person for administrators."""
    return UserView(
        id=person.id,
        name=person.name,
        email=person.email,
        role=person.role,
        is_disabled=person.disabled_at is not None,
    )
