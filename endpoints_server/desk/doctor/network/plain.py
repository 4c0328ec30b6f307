"""Plain HTTP was spoken to a port that wants TLS."""

from endpoints_server.desk.doctor.case import Case, Finding, Weight
from endpoints_server.desk.doctor.words import says_any
from endpoints_server.domain.fault import Kind

TLS_PORTS = frozenset({443, 8443})
SAID = ("to https port", "to an https server", "tls handshake", "https request")


def plain(case: Case) -> Finding | None:
    """Tell that `baseURL` is to say https."""
    reach, exchange, called = case.reach, case.exchange, case.called
    if reach is None or exchange is None or reach.is_tls:
        return None
    has_said = exchange.status == 400 and says_any(exchange, *SAID)
    is_broken = called is not None and called.fault == Kind.UPSTREAM_BROKEN
    is_cut = exchange.status == 0 and is_broken and reach.port in TLS_PORTS
    if not has_said and not is_cut:
        return None
    return Finding(
        rule="http_to_a_tls_port",
        weight=Weight.MEND,
        symptom=f"{reach.place} takes no plain HTTP",
        cause="`baseURL` says http, and the port speaks TLS",
        change="say https",
        paste=f"baseURL: {case.endpoint.address.replace('http://', 'https://', 1)}",
    )
