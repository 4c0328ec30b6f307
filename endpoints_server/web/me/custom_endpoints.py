"""Endpoints of my own: brought, replaced, listed, forgotten."""

from collections.abc import Callable, Mapping

import msgspec
from litestar import Response, delete, get, post, put
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Raw, Struct

from endpoints_server.calls.exchange import Exchange
from endpoints_server.config.own.read import Complaint
from endpoints_server.config.own.schema import CustomEndpointRequest
from endpoints_server.desk.models.own import Hidden, OwnCompiler
from endpoints_server.desk.own_endpoints import (
    Brought,
    OwnDesk,
    OwnStanding,
    find_own,
    forget_own,
    keep_own,
    list_own,
)
from endpoints_server.domain.own_key import KeyState, take_secret
from endpoints_server.domain.secret import Secret
from endpoints_server.store.ports import Store
from endpoints_server.web.guards import KEYED, AnyRequest, taking
from endpoints_server.web.me.caller import bad_request, caller_of, not_found
from endpoints_server.web.me.expiry import read_expiry
from endpoints_server.web.me.hands import hands
from endpoints_server.web.me.keys import moment, told
from endpoints_server.web.me.reading import BODY_BYTES

ALL = "/me/custom-endpoints"
ONE = ALL + "/{name:str}"
DeskOf = Callable[[AnyRequest], OwnDesk]
REASONS: Mapping[Hidden | None, str] = {
    None: "",
    Hidden.OFF: "People bring no endpoints of their own here: server.allowOwnEndpoints is false.",
    Hidden.TAKEN: "The configuration has an endpoint of this name, which is served in its place.",
    Hidden.UNREADABLE: "This server knows other settings by now. Put it anew.",
}


class KeyBeside(Struct, frozen=True, kw_only=True, rename="camel"):
    """What is sent with an endpoint; a key that is null, or not sent, leaves the one there is."""

    api_key: Secret | None = None
    expires_at: str | None = None


class CustomEndpointView(Struct, frozen=True, kw_only=True, rename="camel"):
    """An endpoint of mine, as I wrote it; of its key the ending alone is told.

    Of its `headers` the names are told. `slug` is what it is asked for by. `reason` says why it is
    not served, `remarks` what I may have meant otherwise.
    """

    slug: str
    name: str
    is_served: bool
    reason: str
    endpoint: Raw
    headers: tuple[str, ...]
    state: KeyState
    ending: str
    expires_at: str | None
    last_used_at: str | None
    created_at: str
    changed_at: str
    remarks: tuple[Complaint, ...]


class CustomEndpoints(Struct, frozen=True):
    """All endpoints of my own, the oldest first."""

    data: list[CustomEndpointView]


def custom_endpoint_handlers(
    exchange: Exchange, store: Store, compiler: OwnCompiler
) -> list[HTTPRouteHandler]:
    """Make the handlers."""
    acting = hands(exchange, store)

    def desk_of(request: AnyRequest) -> OwnDesk:
        return OwnDesk(
            endpoints=acting(request).own_endpoints,
            vault=exchange.vault,
            compiler=compiler,
            catalog=exchange.catalog(),
            now=exchange.now(),
        )

    return [*look_handlers(desk_of), *change_handlers(desk_of)]


def look_handlers(desk_of: DeskOf) -> list[HTTPRouteHandler]:
    """Make the handlers that tell."""

    @get(ALL, opt=KEYED)
    async def list_my_custom_endpoints(request: AnyRequest) -> CustomEndpoints:
        """List the endpoints of my own, also those that are not served."""
        found = await list_own(desk_of(request), caller_of(request).person.id)
        return CustomEndpoints([view(each) for each in found])

    @get(ONE, opt=KEYED)
    async def show_my_custom_endpoint(
        request: AnyRequest, name: FromPath[str]
    ) -> CustomEndpointView:
        """Show an endpoint of my own, by its name or slug."""
        found = await find_own(desk_of(request), caller_of(request).person.id, name)
        if found is None:
            raise missing()
        return view(found)

    return [list_my_custom_endpoints, show_my_custom_endpoint]


def change_handlers(desk_of: DeskOf) -> list[HTTPRouteHandler]:
    """Make the handlers that keep and forget."""

    @post(
        ALL,
        opt=taking(KEYED, body=CustomEndpointRequest),
        status_code=201,
        request_max_body_size=BODY_BYTES,
    )
    async def bring_custom_endpoint(request: AnyRequest) -> Response[CustomEndpointView]:
        """Bring an endpoint, under a name that I have not given yet."""
        brought = brought_by(await request.body())
        return await kept(desk_of(request), request, brought)

    @put(ONE, opt=taking(KEYED, body=CustomEndpointRequest), request_max_body_size=BODY_BYTES)
    async def put_custom_endpoint(
        request: AnyRequest, name: FromPath[str]
    ) -> Response[CustomEndpointView]:
        """Put an endpoint in place of the one of its name, whole, or where there is none."""
        brought = brought_by(await request.body(), name)
        return await kept(desk_of(request), request, brought)

    @delete(ONE, opt=KEYED, status_code=204)
    async def forget_custom_endpoint(request: AnyRequest, name: FromPath[str]) -> None:
        """Forget an endpoint of my own, and its key."""
        if not await forget_own(desk_of(request), caller_of(request).person.id, name):
            raise missing()

    return [bring_custom_endpoint, put_custom_endpoint, forget_custom_endpoint]


async def kept(
    desk: OwnDesk, request: AnyRequest, brought: Brought
) -> Response[CustomEndpointView]:
    """Keep an endpoint, and say where it is to be found."""
    standing, is_new = await keep_own(desk, caller_of(request).person.id, brought)
    location = f"{ALL}/{standing.own.slug}"
    headers = {"location": location} if is_new else {}
    return Response(view(standing), status_code=201 if is_new else 200, headers=headers)


def brought_by(body: bytes, name: str = "") -> Brought:
    """Read the key beside an endpoint; what is raised repeats nothing of the body."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise bad_request("The body must be JSON, in UTF-8.") from None
    beside = read_beside(text)
    return Brought(
        text=text,
        name=name,
        api_key=beside.api_key,
        expires_at=read_expiry(beside.expires_at),
    )


def read_beside(text: str) -> KeyBeside:
    """Read what stands beside an endpoint; of text that is no JSON somebody else tells more."""
    try:
        return msgspec.json.decode(text, type=KeyBeside, dec_hook=take_secret)
    except msgspec.ValidationError:
        message = 'The body must be an object; in it, "apiKey" and "expiresAt" are text or null.'
        raise bad_request(message) from None
    except (msgspec.DecodeError, RecursionError):
        return KeyBeside()


def view(standing: OwnStanding) -> CustomEndpointView:
    """Tell how an endpoint stands; instants in ISO 8601."""
    own, key = standing.own, standing.key
    return CustomEndpointView(
        slug=own.slug,
        name=standing.name,
        is_served=standing.hidden is None,
        reason=REASONS[standing.hidden],
        endpoint=Raw(own.body),
        headers=standing.header_names,
        state=key.state,
        ending=key.ending,
        expires_at=moment(key.expires_at),
        last_used_at=moment(key.last_used_at),
        created_at=told(own.created_at),
        changed_at=told(own.changed_at),
        remarks=standing.remarks,
    )


def missing() -> Exception:
    """Say that I have no such endpoint."""
    return not_found("You have no endpoint of your own by this name.")
