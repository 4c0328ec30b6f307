"""A browser's request to a page: checked first, then answered by the page."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from litestar import HttpMethod, Response, route
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct

from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.web.console.console import Console
from endpoints_server.web.console.render import see_other, show
from endpoints_server.web.console.session.browser import SignedIn, find_signed_in
from endpoints_server.web.console.session.token import is_form_token
from endpoints_server.web.guards import SIGNED_IN, AnyRequest

FORM = "application/x-www-form-urlencoded"
FORM_BYTES = 16 * 1024
FORM_FIELDS = 20
OURS = ("same-origin", "none")
SIGN_IN = "/console/sign-in"


class Visit(Struct, frozen=True, kw_only=True):
    """One request to one page; `signed_in` is there on every page that is for the signed in."""

    console: Console
    request: AnyRequest
    signed_in: SignedIn | None
    form: Mapping[str, str]


class Page(Struct, frozen=True, kw_only=True):
    """What answers one method at one path, and whom it answers."""

    method: HttpMethod
    path: str
    access: dict[str, Any]
    answer: Callable[[Visit], Awaitable[Response[bytes]]]


def page_handler(console: Console, page: Page) -> HTTPRouteHandler:
    """Make the handler of a page."""

    @route(
        page.path,
        http_method=page.method,
        opt=page.access,
        include_in_schema=False,
        request_max_body_size=FORM_BYTES,
    )
    async def answer(request: AnyRequest) -> Response[bytes]:
        return await answer_page(console, page, request)

    return answer


async def answer_page(console: Console, page: Page, request: AnyRequest) -> Response[bytes]:
    """Let a page answer, or say as a page why it does not."""
    signed_in = None
    try:
        signed_in = await find_signed_in(console, request)
        if page.method is HttpMethod.POST:
            require_our_own_site(console, request)
        if signed_in is None and page.access is SIGNED_IN:
            return see_other(SIGN_IN)
        form = await read_form(request) if page.method is HttpMethod.POST else {}
        if signed_in is not None and page.access is SIGNED_IN and page.method is HttpMethod.POST:
            require_form_token(form, signed_in)
        visit = Visit(console=console, request=request, signed_in=signed_in, form=form)
        return await page.answer(visit)
    except Failed as failed:
        fault = failed.fault
        return show("refused.html", signed_in, fault.http_status, message=fault.message)


def require_our_own_site(console: Console, request: AnyRequest) -> None:
    """Refuse a form that another site sent; raises Failed(forbidden).

    Browsers say where a form comes from in `Sec-Fetch-Site`; over plain http some say it only in
    `Origin`, where `null` says nothing, for our pages keep their address to themselves.
    """
    site = request.headers.get("sec-fetch-site", "")
    origin = request.headers.get("origin", "null")
    hosts = {request.headers.get("host", ""), urlsplit(console.public_url).netloc}
    is_ours = site in OURS if site else origin == "null" or urlsplit(origin).netloc in hosts
    if not is_ours:
        raise refused("This form was sent from another site.")


async def read_form(request: AnyRequest) -> dict[str, str]:
    """Read the fields of a form; raises Failed(bad_request) for anything else."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != FORM:
        raise Failed(Fault(kind=Kind.BAD_REQUEST, status=415, message="This is not a form."))
    body = await request.body()
    try:
        return dict(parse_qsl(body.decode("ascii"), max_num_fields=FORM_FIELDS))
    except ValueError:
        # the parser's own words could quote a field
        message = "The form cannot be read."
        raise Failed(Fault(kind=Kind.BAD_REQUEST, message=message)) from None


def require_form_token(form: Mapping[str, str], signed_in: SignedIn) -> None:
    """Refuse a form that this browser was not given; raises Failed(forbidden)."""
    if not is_form_token(form.get("form_token", ""), signed_in.token):
        raise refused("This form is from an earlier session. Open the page again and resend it.")


def refused(message: str) -> Failed:
    """Say why a form is not taken."""
    return Failed(Fault(kind=Kind.FORBIDDEN, code="forbidden", message=message))
