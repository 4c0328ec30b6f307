"""Whether an address that a person chose may be called."""

from endpoints_server.domain.address.allowed import AllowedAddresses
from endpoints_server.domain.address.host import IP, ip_of, unwrapped
from endpoints_server.domain.address.nature import Nature, nature_of
from endpoints_server.domain.address.read import Address, HostPort
from endpoints_server.domain.fault import Failed, Fault, Kind

INTERNAL_ENDINGS = (".localhost", ".internal", ".local")
INTERNAL_NAMES = frozenset(
    {
        *("localhost", "localhost.localdomain", "rag_api", "rag-api", "api", "backend", "internal"),
        *("redis", "mongodb", "mongo", "postgres", "postgresql", "mysql", "database", "db"),
        *("elasticsearch", "kibana", "grafana", "prometheus", "rabbitmq", "kafka", "zookeeper"),
        *("consul", "vault", "etcd", "minio", "metadata"),
    }
)
"""The names that LibreChat refuses before any look-up."""


def judge(address: Address, allowed: AllowedAddresses) -> None:
    """Refuse, before any look-up, an address whose host shows that it is not public.

    Raises Failed (forbidden, `address_refused`).
    """
    if address.place in allowed:
        return
    ip = ip_of(address.place.host)
    nature = nature_of_name(address.place.host) if ip is None else nature_of(ip)
    if nature is not None:
        raise Failed(refusal(address, f"is {nature}", nature))


def judge_ip(address: Address, ip: IP, allowed: AllowedAddresses) -> None:
    """Refuse an IP that an address leads to. Raises Failed (forbidden, `address_refused`)."""
    reached = HostPort(str(unwrapped(ip)), address.place.port)
    if address.place in allowed or reached in allowed:
        return
    nature = nature_of(ip)
    if nature is not None:
        raise Failed(refusal(address, f"leads to {nature}", nature))


def nature_of_name(host: str) -> Nature | None:
    """Classify a host name by itself."""
    is_internal = host in INTERNAL_NAMES or host.endswith(INTERNAL_ENDINGS)
    return Nature.INTERNAL_NAME if is_internal else None


def refusal(address: Address, reason: str, nature: Nature) -> Fault:
    """Tell a person which host is refused, and who can allow it."""
    return Fault(
        kind=Kind.FORBIDDEN,
        code="address_refused",
        message=f"This server does not connect to '{address.written_host}', which {reason}. An "
        f"administrator can allow it by adding '{address.place}' to endpoints.allowedAddresses.",
        detail=nature.name.lower(),
    )
