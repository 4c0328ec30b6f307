"""Connections are neither made nor refused."""

from endpoints_server.desk.doctor.case import Case, Finding, Weight


def silent(case: Case) -> Finding | None:
    """Tell where packets get lost."""
    reach = case.reach
    if reach is None or reach.is_connected or reach.proxy:
        return None
    meetings = {each.meeting.value for each in reach.tried if each.is_meant}
    return Finding(
        rule="no_connection",
        weight=Weight.UNREACHABLE,
        symptom=f"no connection to {reach.place} comes about ({', '.join(sorted(meetings))})",
        cause="a firewall drops what is sent there, the host is off, or there is no way to it "
        "from this network",
        change="look at the host and the firewalls between; where calls must go through a proxy, "
        "set `https_proxy`",
    )
