"""The program listens on the other of this machine's two addresses."""

from endpoints_server.desk.doctor.case import Case, Finding, Weight
from endpoints_server.desk.doctor.network.refused import is_refused
from endpoints_server.desk.doctor.rehost import rehost
from endpoints_server.upstream.observed.reach import Meeting, bracketed


def loopback(case: Case) -> Finding | None:
    """Tell which of 127.0.0.1 and ::1 works, where the one that is named does not."""
    reach = case.reach
    if reach is None or reach.is_connected:
        return None
    other = next(
        (
            each.ip
            for each in reach.tried
            if each.meeting is Meeting.CONNECTED and not each.is_meant
        ),
        "",
    )
    if not other:
        return None
    met = "is refused" if is_refused(case) else "does not answer"
    return Finding(
        rule="other_loopback_address",
        weight=Weight.UNREACHABLE,
        symptom=f"{reach.place} {met}, {bracketed(other)}:{reach.port} works",
        cause=f"the program listens on {'IPv6' if ':' in other else 'IPv4'} alone",
        change="name the address that works",
        paste=f"baseURL: {rehost(case.endpoint.address, other)}",
    )
