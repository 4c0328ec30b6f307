"""What comes in a request, read strictly."""

from typing import TypeVar

import msgspec

from endpoints_server.web.guards import AnyRequest
from endpoints_server.web.me.caller import bad_request

BODY_BYTES = 64 * 1024
T = TypeVar("T")


async def read_body(request: AnyRequest, kind: type[T]) -> T:
    """Decode a body; raises Failed(bad_request) for any field it should not have."""
    try:
        return msgspec.json.decode(await request.body() or b"{}", type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise bad_request(f"The body cannot be read: {error}") from error


def read_query(request: AnyRequest, kind: type[T]) -> T:
    """Decode what stands behind the question mark, as strictly."""
    try:
        return msgspec.convert(dict(request.query_params), kind, strict=False)
    except msgspec.ValidationError as error:
        raise bad_request(f"The query cannot be read: {error}") from error
