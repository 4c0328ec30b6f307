"""The name of the host leads nowhere."""

from endpoints_server.desk.doctor.case import Case, Finding, Weight


def unresolved(case: Case) -> Finding | None:
    """Tell which name it is."""
    reach = case.reach
    if reach is None or reach.proxy or reach.tried:
        return None
    return Finding(
        rule="name_not_found",
        weight=Weight.UNREACHABLE,
        symptom=f"the name {reach.host} has no address",
        cause="the name is misspelt, or this machine's DNS does not know it",
        change="correct the host in `baseURL`, or look at the machine's DNS and its network",
    )
