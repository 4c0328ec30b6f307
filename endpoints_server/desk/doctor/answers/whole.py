"""A whole answer came where a stream was asked for."""

from endpoints_server.desk.doctor.case import Case, Finding, Weight
from endpoints_server.desk.doctor.words import decode


def whole(case: Case) -> Finding | None:
    """Note that the server does not stream: callers get their stream all the same, at its end."""
    exchange, called = case.exchange, case.called
    if exchange is None or called is None or exchange.status != 200 or called.fault:
        return None
    asked = decode(exchange.request)
    is_asked = ":stream" in exchange.url or (
        isinstance(asked, dict) and asked.get("stream") is True
    )
    if not is_asked or not exchange.head.lstrip().startswith(b"{"):
        return None
    return Finding(
        rule="no_stream",
        weight=Weight.NOTE,
        symptom="a stream was asked for, and one JSON object came",
        cause="the server does not stream",
        change="nothing has to be: callers get the answer as a stream of one piece. "
        "To ask for whole answers from the beginning:",
        paste="addParams:\n  stream: false",
    )
