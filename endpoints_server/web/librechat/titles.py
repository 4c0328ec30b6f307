"""The title of a conversation, as LibreChat's page asks for it."""

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Struct

from endpoints_server.calls.titles.titling import Titling
from endpoints_server.store.titles import Talk
from endpoints_server.web.guards import KEYED, AnyRequest
from endpoints_server.web.me.caller import caller_of

PATIENCE_SECONDS = 20.0


class Told(Struct, frozen=True):
    """A title."""

    title: str


class Missing(Struct, frozen=True):
    """Why there is none."""

    message: str


def librechat_title_handlers(titling: Titling) -> list[HTTPRouteHandler]:
    """Make the handlers."""

    @get("/api/convos/gen_title/{conversation_id:path}", opt=KEYED)
    async def tell_title(
        request: AnyRequest, conversation_id: FromPath[str]
    ) -> Response[Told] | Response[Missing]:
        """Tell a title of one's own, waiting for one that is being made."""
        talk = Talk(caller_of(request).person.id, conversation_id.removeprefix("/"))
        title = await titling.find(talk, PATIENCE_SECONDS)
        if title:
            return Response(Told(title))
        return Response(Missing("This conversation has no title."), status_code=404)

    return [tell_title]
