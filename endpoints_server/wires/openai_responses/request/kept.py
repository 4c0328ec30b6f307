"""What a request leaves to the memory of an upstream, and why another cannot answer it then."""

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Raw

from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.wires.body import Fields
from endpoints_server.wires.decode import is_null

KEPT: Mapping[str, str] = MappingProxyType(
    {
        "previous_response_id": "earlier turns",
        "conversation": "earlier turns",
        "prompt": "a prompt",
    }
)
"""The fields that point to what an upstream of this wire keeps, and to what."""

REFERENCE = "item_reference"
"""The kind of an item that does."""
REASONING = "rs_"
"""How the id of a reasoning item begins."""


def refuse_kept(fields: Fields) -> None:
    """Refuse a request that points to what only another upstream knows; raises Failed."""
    for name, what in KEPT.items():
        if not is_null(fields.get(name, Raw())):
            raise unknown_here(name, what)


def unknown_here(where: str, what: str) -> Failed:
    """Say that something is kept where this request does not go."""
    message = (
        f"`{where}` points to {what} that the endpoint of this model does not keep. "
        "Send all of it in `input`."
    )
    return Failed(Fault(kind=Kind.UNTRANSLATABLE, status=400, message=message, param=where))
