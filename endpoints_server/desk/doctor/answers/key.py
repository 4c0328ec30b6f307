"""The upstream does not accept the key."""

from endpoints_server.config.models_json.vendors import Vendor, index, vendor_at
from endpoints_server.config.parameters.vendor import host_of
from endpoints_server.desk.doctor.answers.page import is_page
from endpoints_server.desk.doctor.case import Case, Finding, Weight
from endpoints_server.desk.doctor.placeholder import is_placeholder
from endpoints_server.desk.doctor.rehost import rehost
from endpoints_server.desk.doctor.words import answered, says_any
from endpoints_server.upstream.observed.exchanges import Exchanged

DENIED = frozenset({401, 403})
KEY_HEADERS = frozenset({"authorization", "x-api-key", "api-key", "x-goog-api-key"})
PLACES = ("country", "territory", "user location", "your location")
REGIONAL = frozenset({"qwen", "kimi", "zai", "minimax", "mimo"})
"""Vendors whose keys are good in one of their regions alone."""


def key(case: Case) -> Finding | None:
    """Tell why a key may be refused: none sent, words of an example, another region, or wrong."""
    exchange = case.exchange
    if exchange is None or not is_denied(exchange):
        return None
    vendor = vendor_at(case.endpoint.address)
    cause, change, paste = why(case, exchange, vendor)
    return Finding(
        rule="key_refused",
        weight=Weight.REFUSED,
        symptom=answered(exchange),
        cause=cause,
        change=change,
        paste=paste,
    )


def is_denied(exchange: Exchanged) -> bool:
    """Say whether it is the key that was refused; some vendors do so under 400."""
    words = ("api key not valid", "api_key_invalid", "invalid api key", "incorrect api key")
    return exchange.status in DENIED or (exchange.status == 400 and says_any(exchange, *words))


def why(case: Case, exchange: Exchanged, vendor: Vendor | None) -> tuple[str, str, str]:
    """Give the cause, the change, and what to paste."""
    variable = next(iter(vendor.variables), "") if vendor else ""
    paste = f"apiKey: '${{{variable}}}'" if variable else ""
    secret = case.endpoint.credential.secret.reveal()
    if is_page(exchange):
        return (
            "a firewall or a web server before the API refuses the call, and may never have looked "
            "at the key",
            "see what the page says; the network this call comes from may be shut out",
            "",
        )
    if says_any(exchange, *PLACES):
        return (
            "the provider does not serve the place that this call comes from",
            "call from a network that it serves",
            "",
        )
    if not is_key_sent(case, exchange):
        return "no key was sent: there is no Authorization header", "give a key", paste
    if is_placeholder(secret):
        return (
            "`apiKey` looks like the text of an example, not a key",
            "put the key in its place",
            paste,
        )
    others = other_hosts(case, vendor)
    if others:
        return (
            "the key is wrong or not active, or of another region: keys of this vendor are good in "
            "one region alone",
            f"look where the key was made; the other addresses are at {', '.join(others)}",
            f"baseURL: {rehost(case.endpoint.address, others[0])}",
        )
    return (
        "the key is wrong, not active, or may not use this model",
        "look the key up where it was made, and see that nothing was lost in copying it",
        "",
    )


def is_key_sent(case: Case, exchange: Exchanged) -> bool:
    """Say whether anything went along that may be a key, wherever it stands."""
    endpoint = case.endpoint
    is_elsewhere = any(template.secrets or template.command for template in endpoint.headers)
    return bool(exchange.header_names & KEY_HEADERS) or is_elsewhere or "key=" in exchange.url


def other_hosts(case: Case, vendor: Vendor | None) -> list[str]:
    """Give the hosts of a vendor's other regions."""
    if vendor is None or vendor.id not in REGIONAL:
        return []
    here = host_of(case.endpoint.address)
    return [host for host, name in index()["hosts"].items() if name == vendor.id and host != here]
