"""Calls go through a proxy, and none comes through."""

from endpoints_server.desk.doctor.case import Case, Finding, Weight
from endpoints_server.domain.fault import Kind

NO_ANSWER = frozenset({Kind.UNREACHABLE, Kind.UPSTREAM_BROKEN, Kind.UPSTREAM_SLOW})
WANTS_SIGN_IN = 407


def proxied(case: Case) -> Finding | None:
    """Tell which proxy it is, and that it may be at fault."""
    reach, called = case.reach, case.called
    if reach is None or not reach.proxy or called is None:
        return None
    is_denied = case.status == WANTS_SIGN_IN
    if not is_denied and (case.status or called.fault not in NO_ANSWER):
        return None
    return Finding(
        rule="proxy_fails",
        weight=Weight.UNREACHABLE,
        symptom="the proxy answered 407" if is_denied else called.message,
        cause=f"calls to {reach.host} go through the proxy {reach.proxy}, which the environment "
        + ("names, and it wants user and password" if is_denied else "names; no answer comes back"),
        change="look at `https_proxy`, `http_proxy` and `all_proxy`, and at the proxy; name the "
        "host in `no_proxy` where it is reached without one",
    )
