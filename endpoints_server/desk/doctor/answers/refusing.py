"""A call did not come to an answer, for a reason that no other rule knows."""

from endpoints_server.desk.doctor.case import Case, Finding, Weight
from endpoints_server.desk.doctor.words import answered
from endpoints_server.domain.fault import Kind

OF_THE_UPSTREAM = frozenset({Kind.UPSTREAM_REFUSED, Kind.UPSTREAM_DENIED, Kind.UPSTREAM_LIMITED})


def refusing(case: Case) -> Finding | None:
    """Tell it in the words of whoever refused."""
    exchange, called = case.exchange, case.called
    if called is None or not called.fault:
        return None
    is_theirs = called.fault in OF_THE_UPSTREAM and exchange is not None
    return Finding(
        rule="refused",
        weight=Weight.REFUSED,
        symptom=answered(exchange) if is_theirs and exchange else called.message,
        cause="the upstream refuses the call" if is_theirs else "the call was not let through here",
        change="see what the words say",
    )
