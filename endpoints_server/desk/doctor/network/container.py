"""localhost, said in a container, is the container."""

from endpoints_server.desk.doctor.case import Case, Finding, Weight
from endpoints_server.desk.doctor.network.refused import is_refused, usual_words
from endpoints_server.desk.doctor.rehost import rehost
from endpoints_server.upstream.observed.reach import OWN_HOSTS, Meeting


def container(case: Case) -> Finding | None:
    """Tell how the host's own programs are named from inside a container."""
    reach = case.reach
    if reach is None or not case.is_contained or reach.host not in OWN_HOSTS:
        return None
    if any(each.meeting is Meeting.CONNECTED for each in reach.tried):
        return None
    met = "is refused" if is_refused(case) else "does not come about"
    return Finding(
        rule="localhost_in_a_container",
        weight=Weight.UNREACHABLE,
        symptom=f"the connection to {reach.place} {met}, in a container",
        cause="localhost is the container itself, where nothing listens on that port."
        + usual_words(reach.port),
        change="name the host: host.docker.internal (on Linux with "
        "`extra_hosts: ['host.docker.internal:host-gateway']`), or its address; "
        "the program there must listen on more than 127.0.0.1",
        paste=f"baseURL: {rehost(case.endpoint.address, 'host.docker.internal')}",
    )
