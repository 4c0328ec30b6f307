"""A web page answers, and no API."""

from urllib.parse import urlsplit

from endpoints_server.desk.doctor.answers.path import mend_of
from endpoints_server.desk.doctor.case import Case, Finding, Weight
from endpoints_server.upstream.observed.exchanges import Exchanged

OPENINGS = (b"<!doctype html", b"<html", b"<head", b"<!--")


def page(case: Case) -> Finding | None:
    """Tell that the address is one for browsers."""
    exchange = case.exchange
    if exchange is None or exchange.status in (401, 403, 429):
        return None
    if not is_page(exchange) or exchange.status >= 500:
        return None
    cause, change, paste = mend_of(case)
    return Finding(
        rule="web_page",
        weight=Weight.MEND,
        symptom=f"{urlsplit(exchange.url).path} answered {exchange.status}, and not with JSON",
        cause=f"this is a web page, not an API endpoint: {cause}",
        change=change,
        paste=paste,
    )


def is_page(exchange: Exchanged) -> bool:
    """Say whether an answer is written for browsers."""
    return exchange.head.lstrip().lower().startswith(OPENINGS)
