"""The upstream sends callers elsewhere."""

from urllib.parse import SplitResult, urljoin, urlsplit

from endpoints_server.desk.doctor.case import Case, Finding, Weight
from endpoints_server.upstream.lists.address import joined, origin
from endpoints_server.upstream.observed.exchanges import Exchanged


def moved(case: Case) -> Finding | None:
    """Tell where a redirect leads, for none is followed."""
    exchange = case.exchange
    if exchange is None or exchange.status not in range(300, 400):
        return None
    target = target_of(exchange)
    place = f"{origin(target.geturl())}{target.path}" if target else ""
    paste = paste_of(case, exchange, target) if target else ""
    return Finding(
        rule="redirect",
        weight=Weight.MEND,
        symptom=f"answered {exchange.status}, a redirect" + (f" to {place}" if place else ""),
        cause="keys are not sent on to where a redirect leads, so none is followed",
        change="name the address that it leads to"
        if paste
        else "see what is there: a page to sign in at, or the API under another address",
        paste=paste,
    )


def target_of(exchange: Exchanged) -> SplitResult | None:
    """Give where a redirect leads; None where that is no address."""
    location = exchange.headers.get("location")
    if not location:
        return None
    try:
        target = urlsplit(urljoin(exchange.url, location))
        is_address = bool(target.hostname) and target.port != 0  # reading the port checks it
    except ValueError:
        return None
    return target if is_address and target.scheme in ("http", "https") else None


def paste_of(case: Case, exchange: Exchanged, target: SplitResult) -> str:
    """Write the address that leads there, where it is the operation that was called elsewhere."""
    called, base = urlsplit(exchange.url).path, urlsplit(case.endpoint.address)
    operation = "" if case.endpoint.is_direct else called.removeprefix(base.path.rstrip("/"))
    there = origin(target.geturl())
    if operation and target.path.endswith(operation):
        return f"baseURL: {joined(there, target.path.removesuffix(operation), base.query)}"
    if target.path.rstrip("/") == called.rstrip("/"):
        return f"baseURL: {joined(there, target.path, base.query)}\ndirectEndpoint: true"
    return ""
