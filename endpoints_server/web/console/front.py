"""The front door: a page for a browser, a word for a program."""

import msgspec
from litestar import HttpMethod, Response

from endpoints_server import __version__
from endpoints_server.web.console.overview import show_overview
from endpoints_server.web.console.sign_in import ask_for_key
from endpoints_server.web.console.visit import Page, Visit
from endpoints_server.web.guards import PUBLIC

GREETING = msgspec.json.encode({"name": "endpoints-server", "version": __version__})
HEADERS = {"vary": "accept, cookie"}


def front_pages() -> list[Page]:
    """Make the page."""
    return [Page(method=HttpMethod.GET, path="/", access=PUBLIC, answer=show_front)]


async def show_front(visit: Visit) -> Response[bytes]:
    """Answer without a redirect and without a key, whoever asks."""
    if "text/html" not in visit.request.headers.get("accept", "").lower():
        return Response(GREETING, media_type="application/json", headers=HEADERS)
    return await show_overview(visit) if visit.signed_in else ask_for_key()
