"""A named entry of the configuration: an address, a wire, models and a credential."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from endpoints_server.domain.header import HeaderTemplate
from endpoints_server.domain.money.price import Price
from endpoints_server.domain.secret import Secret


class Model(Struct, frozen=True, kw_only=True):
    """Something one can ask for by name; a `price` that is None means nobody knows one."""

    name: str
    description: str = ""
    price: Price | None = None
    context_tokens: int | None = None
    output_tokens: int | None = None


class Credential(Struct, frozen=True, kw_only=True):
    """The secret we present upstream: the house's own, or one each person brings."""

    owner: Literal["house", "user"] = "house"
    secret: Secret = Secret("")


class Timeouts(Struct, frozen=True, kw_only=True):
    """Deadlines of one call, in seconds."""

    connect_seconds: float = 5.0
    first_token_seconds: float = 60.0
    between_tokens_seconds: float = 60.0
    total_seconds: float = 600.0


class Dialect(Struct, frozen=True, kw_only=True):
    """How an endpoint deviates within its wire, as data.

    `add` and `drop` name top-level fields of the request or dotted paths into it; what is added
    wins over what the caller sent, what is dropped is gone after that. `ceiling_name` is the field
    that a translated request puts the token ceiling in.
    """

    add: Mapping[str, object] = {}
    drop: tuple[str, ...] = ()
    ceiling_name: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    has_stream_usage: bool = True
    has_developer_role: bool = False
    reasoning_key: Literal["reasoning_content", "reasoning"] = "reasoning_content"


class Endpoint(Struct, frozen=True, kw_only=True):
    """Where calls can go; `address` is the base URL as configured, `wire` the name of its Wire."""

    name: str
    slug: str
    wire: str
    address: str
    credential: Credential
    models: tuple[Model, ...]
    headers: tuple[HeaderTemplate, ...] = ()
    dialect: Dialect = Dialect()
    timeouts: Timeouts = Timeouts()
    is_direct: bool = False
    max_connections: int = 1000

    def model(self, name: str) -> Model | None:
        """Find one of its models by exact name."""
        return next((model for model in self.models if model.name == name), None)
