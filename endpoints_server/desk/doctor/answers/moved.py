"""The upstream sends callers elsewhere."""

from endpoints_server.desk.doctor.case import Case, Finding, Weight
from endpoints_server.upstream.lists.address import origin


def moved(case: Case) -> Finding | None:
    """Tell where a redirect leads, for none is followed."""
    exchange = case.exchange
    if exchange is None or exchange.status not in range(300, 400):
        return None
    address = case.endpoint.address
    here, there = origin(address), origin(exchange.headers.get("location", ""))
    is_elsewhere = there.startswith("http") and there != here
    return Finding(
        rule="redirect",
        weight=Weight.MEND,
        symptom=f"answered {exchange.status}, a redirect"
        + (f" to {there}" if is_elsewhere else ""),
        cause="keys are not sent on to where a redirect leads, so none is followed",
        change="name the address that it leads to",
        paste=f"baseURL: {address.replace(here, there, 1)}" if is_elsewhere else "",
    )
