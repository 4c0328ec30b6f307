"""What a person sends who brings an endpoint, as OpenAPI tells it; `read` is what reads it."""

from typing import Annotated, Any

from msgspec import NODEFAULT, Meta, Struct, defstruct, field
from msgspec.structs import FieldInfo, fields

from endpoints_server.config.own.check import BESIDE, LEFT_OUT
from endpoints_server.config.schema.endpoint import CustomEndpoint
from endpoints_server.domain.secret import Secret

KEY = Annotated[
    Secret | None, Meta(description="The provider key; the one that is stored stays without it.")
]
HEADERS = Annotated[
    dict[str, str],
    Meta(description="Headers sent upstream as they are; kept with the key, sent with it."),
]
END = Annotated[
    str | None, Meta(description="When the key ends: a time in ISO 8601, `never` or null.")
]


def request_of(kind: type[Struct]) -> type[Struct]:
    """Make the shape: an entry of the file, less what only the file may say, and a key."""
    others = LEFT_OUT.keys() | BESIDE | {"headers"}
    own = [each for each in fields(kind) if each.encode_name not in others]
    beside: list[Any] = [
        ("api_key", KEY, field(name="apiKey", default=None)),
        ("headers", HEADERS, field(default_factory=dict)),
        ("expires_at", END, field(name="expiresAt", default=None)),
    ]
    told = [(each.name, each.type, named(each)) for each in own]
    return defstruct(
        "CustomEndpointRequest",
        [*told, *beside],
        namespace={"__doc__": "An endpoint of one's own, in the words of `endpoints.custom`."},
        kw_only=True,
        frozen=True,
        forbid_unknown_fields=True,
    )


def named(info: FieldInfo) -> Any:
    """Give a field its name and its default again."""
    if info.default_factory is not NODEFAULT:
        return field(name=info.encode_name, default_factory=info.default_factory)
    return field(name=info.encode_name, default=info.default)


CustomEndpointRequest = request_of(CustomEndpoint)
