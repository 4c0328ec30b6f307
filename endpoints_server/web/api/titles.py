"""The titles of conversations: asked for, or made at once."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from endpoints_server.calls.call import Call
from endpoints_server.calls.exchange import Exchange
from endpoints_server.calls.open_call import open_call
from endpoints_server.calls.receipt import of_attempt
from endpoints_server.calls.titles.titling import Titling
from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.domain.people.caller import Caller
from endpoints_server.domain.wire import Entrance, Operation
from endpoints_server.store.titles import Talk
from endpoints_server.web.api.wires import UNDER_ENDPOINT, read_inbound
from endpoints_server.web.guards import ITSELF, KEYED, AnyRequest

TITLES = "/v1/titles"
ONE_TITLE = TITLES + "/{conversation_id:path}"
PATIENCE_SECONDS = 20.0
BODY_BYTES = 8 * 1024 * 1024
LONGEST_ID = 512
NO_TITLE = Fault(
    kind=Kind.BAD_REQUEST,
    status=404,
    code="not_found",
    message="You have no conversation with this id that has a title.",
)


class TitleView(Struct, frozen=True, kw_only=True):
    """A title as it is told."""

    title: str
    conversation_id: str | UnsetType = UNSET


class Named(Struct, frozen=True):
    """The conversation that a body names beside its messages."""

    conversation_id: str = ""


def title_handlers(exchange: Exchange, titling: Titling) -> list[HTTPRouteHandler]:
    """Make the handlers, which answer under an endpoint too."""

    @get([ONE_TITLE, UNDER_ENDPOINT + ONE_TITLE], opt=KEYED)
    async def show_title(request: AnyRequest, conversation_id: FromPath[str]) -> TitleView:
        """Tell a title of one's own, waiting for one that is being made."""
        caller: Caller = request.scope["state"]["caller"]
        talk = Talk(caller.person.id, conversation_id.removeprefix("/"))
        title = await titling.find(talk, PATIENCE_SECONDS)
        if not title:
            raise Failed(NO_TITLE)
        return TitleView(title=title, conversation_id=talk.conversation_id)

    @post(
        [TITLES, UNDER_ENDPOINT + TITLES],
        opt=ITSELF,
        status_code=200,
        request_max_body_size=BODY_BYTES,
    )
    async def make_title(request: AnyRequest) -> Response[TitleView]:
        """Make a title of messages, by the rules of their model's endpoint."""
        call = await open_title_call(exchange, request)
        made = await titling.make_now(call)
        receipt = {name.decode(): value.decode() for name, value in of_attempt(made.attempt)}
        told = TitleView(title=made.text, conversation_id=call.conversation.id or UNSET)
        return Response(told, headers=receipt)

    return [show_title, make_title]


async def open_title_call(exchange: Exchange, request: AnyRequest) -> Call:
    """Open a call as if it were the conversation's own; raises Failed like one.

    What is asked for says where it would go, who asks, and which conversation it belongs to.
    """
    scope: Any = request.scope
    inbound = read_inbound(exchange, exchange.wires["openai_chat"], Entrance(Operation.CHAT), scope)

    async def read_body(limit_bytes: int) -> bytes:  # noqa: ARG001 - the framework has bounded it
        return await request.body()

    call = await open_call(exchange, inbound, read_body)
    named = named_in(call.body)
    if call.conversation.id or not named:
        return call
    return replace(call, conversation=replace(call.conversation, id=named))


def named_in(body: bytes) -> str:
    """Read the conversation that stands beside the messages; what is no short text is left out."""
    try:
        named = msgspec.json.decode(body, type=Named).conversation_id
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    return named if len(named) <= LONGEST_ID else ""
