"""A page as HTML: the templates, what they may call, and the headers every page carries."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Response
from litestar.datastructures import Cookie

from endpoints_server import __version__
from endpoints_server.domain.money.currency import Currency
from endpoints_server.domain.money.currency import show as show_amount
from endpoints_server.domain.money.usd import usd
from endpoints_server.web.console.navigation import PAGES
from endpoints_server.web.console.session.browser import SignedIn
from endpoints_server.web.console.session.token import form_token
from endpoints_server.web.console.static import asset_url

HTML = "text/html"
POLICY = "; ".join(
    [
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
HEADERS = {
    "content-security-policy": POLICY,
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
    "vary": "accept, cookie",
}
SECOND = 1_000_000
NOT_KNOWN = "–"
MINUS = "\N{MINUS SIGN}"
APART = "\N{NARROW NO-BREAK SPACE}"
UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def show(
    template: str, signed_in: SignedIn | None, status: int = 200, **context: object
) -> Response[bytes]:
    """Render a template as an answer; forms in it carry the token of who is signed in."""
    body = TEMPLATES.get_template(template).render(
        signed_in=signed_in,
        form_token=form_token(signed_in.token) if signed_in else "",
        **context,
    )
    return Response(body.encode(), status_code=status, media_type=HTML, headers=HEADERS)


def see_other(path: str, cookie: Cookie | None = None) -> Response[bytes]:
    """Send a browser on to a page after a form."""
    headers = {**HEADERS, "location": path}
    cookies = [cookie] if cookie else []
    return Response(b"", status_code=303, media_type=HTML, headers=headers, cookies=cookies)


def moment(instant: int | None) -> str:
    """Write an instant (microseconds since 1970) as a machine reads it, to the second."""
    if instant is None:
        return ""
    return datetime.fromtimestamp(instant // SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def clock(instant: int | None) -> str:
    """Write an instant as a person reads it, in UTC."""
    return moment(instant).replace("T", " ").removesuffix("Z") or NOT_KNOWN


def number(count: int) -> str:
    """Write a count with its thousands apart."""
    return f"{count:,}".replace(",", APART)


def seconds(duration: int | None) -> str:
    """Write a duration (microseconds) in seconds."""
    return NOT_KNOWN if duration is None else f"{duration / SECOND:.2f} s"


def dollars(amount: int | str | None) -> str:
    """Write an amount as a person reads it: whole nano-USD, or a decimal of USD."""
    if amount is None:
        return NOT_KNOWN
    exact = Decimal(usd(amount) if isinstance(amount, int) else amount)
    return f"{MINUS if exact < 0 else ''}${readable(abs(exact))}"


def converted(nano_usd: int | None, currency: Currency | None) -> str:
    """Write an amount in the currency shown beside USD; nothing where there is none."""
    if nano_usd is None or currency is None:
        return ""
    shown = show_amount(nano_usd, currency)
    exact = Decimal(shown.amount)
    return f"{MINUS if exact < 0 else ''}{readable(abs(exact))} {shown.currency}"


def readable(amount: Decimal) -> str:
    """Write an amount to the cent; less than a whole to four digits, for calls cost little."""
    if not amount:
        return "0"
    places = max(2, 3 - amount.adjusted()) if amount < 1 else 2
    whole, _, rest = f"{amount:,.{places}f}".partition(".")
    return f"{whole.replace(',', APART)}.{rest.rstrip('0').ljust(2, '0')}"


def span(per: str) -> str:
    """Write a span of seconds in the largest unit that fits; other spans have names."""
    seconds_told = per.removesuffix(" seconds")
    if not seconds_told.isdecimal():
        return per
    length, unit = next(each for each in UNITS if int(seconds_told) % each[0] == 0)
    count = int(seconds_told) // length
    return f"last {unit}" if count == 1 else f"last {count} {unit}s"


def host(address: str) -> str:
    """Give where an address points, without a name or password that may stand in it."""
    try:
        found = urlsplit(address)
        port = f":{found.port}" if found.port else ""
    except ValueError:
        return NOT_KNOWN
    return f"{found.hostname}{port}" if found.hostname else NOT_KNOWN


def make_templates() -> Environment:
    """Set the templates up: everything put into them is escaped, a misspelt name is an error."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters = (moment, clock, number, seconds, dollars, converted, span, host)
    environment.filters.update({made.__name__: made for made in filters})
    environment.globals.update(pages=PAGES, asset_url=asset_url, version=__version__)
    return environment


TEMPLATES = make_templates()
