"""The upstream is out of order, or does not answer to the end."""

from endpoints_server.desk.doctor.case import Called, Case, Finding, Weight
from endpoints_server.desk.doctor.words import answered, objects_in
from endpoints_server.domain.fault import Kind

NETWORK = frozenset({Kind.UNREACHABLE, Kind.UPSTREAM_BROKEN, Kind.NO_ROUTE})


def failing(case: Case) -> Finding | None:
    """Tell whether it failed, was too slow, or broke off."""
    exchange, called = case.exchange, case.called
    if exchange is not None and exchange.status >= 500:
        return Finding(
            rule="upstream_fails",
            weight=Weight.UNREACHABLE,
            symptom=answered(exchange),
            cause="the upstream, or a proxy before it, is out of order",
            change="look at its log or its status page, and ask again later",
        )
    if called is None or not called.fault:
        return None
    if called.fault == Kind.UPSTREAM_SLOW:
        return slow_call(called) if case.model else slow_list(called)
    if called.fault not in NETWORK:
        return None
    if exchange is not None and any(told.get("error") for told in objects_in(exchange.head)):
        return Finding(
            rule="error_in_answer",
            weight=Weight.UNREACHABLE,
            symptom=called.message,
            cause="the upstream tells of an error in an answer that it began as a good one",
            change="see what its words say, and ask again later",
        )
    return Finding(
        rule="broken_off",
        weight=Weight.UNREACHABLE,
        symptom=called.message,
        cause="the upstream closed the connection or sent what is no answer",
        change="look at the upstream's log; a proxy before it may cut long answers",
    )


def slow_call(called: Called) -> Finding:
    """Tell what waits longer for an answer."""
    return Finding(
        rule="upstream_slow",
        weight=Weight.UNREACHABLE,
        symptom=called.message,
        cause="the model is being loaded or is overloaded, or the upstream hangs",
        change="ask again; where it takes long, allow more time in `server.timeouts`: "
        "`firstToken`, `betweenTokens`, `total`, in seconds",
    )


def slow_list(called: Called) -> Finding:
    """Tell how to do without a list, for none is waited for longer."""
    return Finding(
        rule="list_slow",
        weight=Weight.UNREACHABLE,
        symptom=called.message,
        cause="the upstream hangs, or takes longer over its list than anybody waits for it",
        change="ask again; where it stays so, turn the list off: the models under `default` are "
        "served all the same",
        paste="models:\n  fetch: false",
    )
