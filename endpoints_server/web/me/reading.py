"""What comes in a request, read strictly."""

import re
from typing import TypeVar
from urllib.parse import unquote

import msgspec

from endpoints_server.config.checks.nearest import did_you_mean
from endpoints_server.web.guards import AnyRequest
from endpoints_server.web.me.caller import bad_request

BODY_BYTES = 64 * 1024
UNKNOWN = re.compile(r"unknown field `(.*)`", re.DOTALL)
"""How the decoder names a field that should not be there."""
T = TypeVar("T", bound=msgspec.Struct)


async def read_body(request: AnyRequest, kind: type[T]) -> T:
    """Decode a body; raises Failed(bad_request) for any field it should not have."""
    try:
        return msgspec.json.decode(await request.body() or b"{}", type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise bad_request(f"The body cannot be read: {told(error, kind)}") from error


def read_query(request: AnyRequest, kind: type[T]) -> T:
    """Decode what stands behind the question mark, as strictly."""
    try:
        return msgspec.convert(dict(request.query_params), kind, strict=False)
    except msgspec.ValidationError as error:
        found = UNKNOWN.search(str(error))
        param = found[1] if found else ""
        raise bad_request(f"The query cannot be read: {told(error, kind)}", param) from error


def name_in(request: AnyRequest, beginning: str) -> str:
    """Give the name that ends a path, as it was written: `%2F` is a slash of the name itself."""
    raw: bytes = request.scope["raw_path"]
    return unquote(raw.decode("latin-1").partition(beginning)[2].strip("/"))


def told(error: Exception, kind: type[msgspec.Struct]) -> str:
    """Say what is wrong, and of an unknown field which known one somebody may have meant."""
    found = UNKNOWN.search(str(error))
    hint = did_you_mean(found[1], kind.__struct_encode_fields__) if found else ""
    return f"{error}; {hint}" if hint else str(error)
