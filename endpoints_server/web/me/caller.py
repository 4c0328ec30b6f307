"""Who asks, as the guard found."""

from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.domain.people.caller import Caller
from endpoints_server.web.guards import AnyRequest


def caller_of(request: AnyRequest) -> Caller:
    """Give the caller of a route that wants a key."""
    caller: Caller = request.scope["state"]["caller"]
    return caller


def not_found(message: str) -> Failed:
    """Say that there is no such thing, or none of the caller's own; the two are not told apart."""
    return Failed(Fault(kind=Kind.BAD_REQUEST, status=404, code="not_found", message=message))


def bad_request(message: str, param: str = "") -> Failed:
    """Say what is wrong with a request."""
    return Failed(Fault(kind=Kind.BAD_REQUEST, message=message, param=param))
