"""Nothing listens where the endpoint is said to be."""

from endpoints_server.config.models_json.vendors import names, read_vendor
from endpoints_server.config.parameters.vendor import host_of
from endpoints_server.desk.doctor.case import Case, Finding, Weight
from endpoints_server.upstream.lists.address import origin
from endpoints_server.upstream.observed.reach import OWN_HOSTS, Meeting


def refused(case: Case) -> Finding | None:
    """Tell what usually listens on the port, and what else keeps people out."""
    reach = case.reach
    if reach is None or reach.is_connected or not is_refused(case):
        return None
    return Finding(
        rule="connection_refused",
        weight=Weight.UNREACHABLE,
        symptom=f"the connection to {reach.place} is refused",
        cause=f"nothing listens on {reach.place}, or a firewall refuses it."
        + usual_words(reach.port),
        change="start the program, or correct the port in `baseURL`"
        + ("" if reach.host in OWN_HOSTS else "; it may listen on 127.0.0.1 of its machine alone"),
    )


def is_refused(case: Case) -> bool:
    """Say whether every address that is meant refuses connections."""
    tried = case.reach.tried if case.reach else ()
    meant = [each.meeting for each in tried if each.is_meant]
    return Meeting.REFUSED in meant and Meeting.SILENT not in meant


def usual_words(port: int) -> str:
    """Say which programs usually listen on a port; empty where none is known."""
    usual = programs_on(port)
    return f" {' or '.join(usual)} usually listens on that port." if usual else ""


def programs_on(port: int) -> list[str]:
    """Name the programs whose usual port this is, as the facts of vendors have it."""
    vendors = [read_vendor(name) for name in sorted(names())]
    addresses = {vendor.name: str(vendor.entry.get("baseURL", "")) for vendor in vendors}
    return [
        name
        for name, address in addresses.items()
        if host_of(address) == "localhost" and origin(address).endswith(f":{port}")
    ]
