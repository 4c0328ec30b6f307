"""A named entry of the configuration: an address, a wire, models and a credential."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from itertools import chain
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from msgspec import Struct
from msgspec.structs import replace

from endpoints_server.domain.command import Command
from endpoints_server.domain.dialect import Dialect
from endpoints_server.domain.header import HeaderTemplate
from endpoints_server.domain.money.price import Price
from endpoints_server.domain.secret import Secret
from endpoints_server.domain.title import TitleRules

API_VERSION = "api-version"
"""The one usual part of an address's query that is no secret."""


OF = "@"
"""Stands in a place between a slug, in which it cannot stand, and whose endpoint it is."""


class Model(Struct, frozen=True, kw_only=True):
    """Something one can ask for by name; a `price` that is None means nobody knows one.

    `wire`, `address`, `headers` and `dialect` are those of the endpoint unless they stand here, as
    they do where one endpoint speaks several ways.
    """

    name: str
    description: str = ""
    price: Price | None = None
    context_tokens: int | None = None
    output_tokens: int | None = None
    wire: str = ""
    address: str = ""
    headers: tuple[HeaderTemplate, ...] | None = None
    dialect: Dialect | None = None


class Discovery(Struct, frozen=True, kw_only=True):
    """That an endpoint is asked which models it has, and how.

    `has_user_query` tells it who wants to know; `is_tagged` asks as Ollama is asked first. `known`
    is what the file says models cost and hold, by name or by a pattern that begins or ends in `*`.
    """

    has_user_query: bool = False
    is_tagged: bool = False
    known: Mapping[str, Model] = {}


class Credential(Struct, frozen=True, kw_only=True):
    """The secret we present upstream: the house's own, or one each person brings.

    Where there is a `command`, the secret is what it gives when it is run, call by call.
    """

    owner: Literal["house", "user"] = "house"
    secret: Secret = Secret("")
    command: Command | None = None


class Timeouts(Struct, frozen=True, kw_only=True):
    """Deadlines of one call, in seconds."""

    connect_seconds: float = 5.0
    first_token_seconds: float = 60.0
    between_tokens_seconds: float = 60.0
    total_seconds: float = 600.0

    def within(self, limit_seconds: float) -> "Timeouts":
        """Shorten them to what is left of a call."""
        return replace(
            self,
            first_token_seconds=min(self.first_token_seconds, limit_seconds),
            total_seconds=min(self.total_seconds, limit_seconds),
        )


class AbandonRule(StrEnum):
    """What becomes of an answer whose caller has left.

    It is cut off, and charged for what was told of its usage, or for what it will have come to by
    our estimate; or it is read to its end, which tells exactly.
    """

    CANCEL = "cancel"
    ESTIMATE = "cancel-and-estimate"
    DRAIN = "drain"


class Abandonment(Struct, frozen=True, kw_only=True):
    """The rule for answers whose caller has left, and how much of one is read on at most."""

    rule: AbandonRule = AbandonRule.ESTIMATE
    drain_seconds: float = 60.0
    drain_bytes: int = 4 * 1024 * 1024


class SpareKey(Struct, frozen=True, kw_only=True):
    """A further key of the house's for an endpoint, which takes its part of the calls.

    Keys of a lower `order` are used first; the endpoint's own has order and weight one.
    """

    credential: Credential
    order: int = 1
    weight: float = 1.0


class Cap(Struct, frozen=True, kw_only=True):
    """How many calls an endpoint gets at once, and how many more wait for a place, how long."""

    calls: int
    waiting: int = 0
    wait_seconds: float = 1.0


class Screen(Struct, frozen=True, kw_only=True):
    """What lists tell screens of an endpoint; no call depends on it.

    `label` and `icon_url` are as configured; `brand` is the known provider whose icon and name fit;
    `stream_rate_ms` is the pace a screen shows an answer at; `parameters` is `customParams` as
    completed, in the file's own spelling.
    """

    label: str = ""
    icon_url: str = ""
    brand: str = ""
    stream_rate_ms: float | None = None
    parameters: Mapping[str, object] = {}


class Endpoint(Struct, frozen=True, kw_only=True):
    """Where calls can go; `address` is the base URL as configured, `wire` the name of its Wire.

    `has_bearer` sends the key as `Authorization: Bearer` too, over all other headers.
    `is_personal` says that a person chose the address: nothing of the house's ever goes there, and
    such an endpoint cannot be made with a house credential or with configured headers. One with an
    `owner` is that person's alone, and has its address here; else the address comes with each key.
    `spare_keys` share its calls with `credential`; `cap` is None where any number may run at once.
    What is sealed for one key can be opened by every other of the same `organisation`.
    `discovery` is None where `models` are all there are. What its list then says is in `models`,
    as of `listed_at` (seconds since 1970, None for never); `unlisted` are those it can be asked for
    though the list lacks them.
    """

    name: str
    slug: str
    wire: str
    address: str
    credential: Credential
    models: tuple[Model, ...]
    headers: tuple[HeaderTemplate, ...] = ()
    dialect: Dialect = Dialect()
    screen: Screen = Screen()
    timeouts: Timeouts = Timeouts()
    titles: TitleRules = TitleRules()
    has_bearer: bool = False
    is_direct: bool = False
    max_connections: int = 1000
    abandonment: Abandonment = Abandonment()
    is_personal: bool = False
    owner: str = ""
    discovery: Discovery | None = None
    listed_at: int | None = None
    unlisted: tuple[Model, ...] = ()
    spare_keys: tuple[SpareKey, ...] = ()
    cap: Cap | None = None
    organisation: str = ""

    def __post_init__(self) -> None:
        if self.is_personal and self._has_parts_of_the_house():
            raise ValueError("nothing of the house's goes to an address that a person chose")
        if self.owner and not self.is_personal:
            raise ValueError("what belongs to a person has an address that the person chose")

    @property
    def place(self) -> str:
        """What tells it from every other, those that people bring among them."""
        return place_of(self.slug, self.owner)

    @property
    def needs_address(self) -> bool:
        """Whether its address comes with the key of each person."""
        return self.is_personal and not self.owner

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """What is configured here and must not come back in an upstream's words."""
        return tuple(filter(None, (self.credential.secret, *self._unshown())))

    def _has_parts_of_the_house(self) -> bool:
        if self.credential.owner == "house" or not all(each.is_own for each in self.headers):
            return True
        return any(model.headers or model.address for model in self.models)

    def _unshown(self) -> Iterator[Secret]:
        yield from (spare.credential.secret for spare in self.spare_keys)
        yield from address_secrets(self.address)
        for template in self.headers:
            yield from template.secrets
        for model in self.models:
            yield from address_secrets(model.address)
            for template in model.headers or ():
                yield from template.secrets

    def model(self, name: str) -> Model | None:
        """Find one of its models by exact name, listed or not."""
        offered = chain(self.models, self.unlisted)
        return next((model for model in offered if model.name == name), None)


def place_of(slug: str, owner: str) -> str:
    """Name the place of an endpoint, which is its slug unless somebody owns it."""
    return f"{slug}{OF}{owner}" if owner else slug


def address_secrets(address: str) -> Iterator[Secret]:
    """Give the user, the password and the query's values that stand in an address."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return  # no address, so nothing in it can be used
    yield from (Secret(unquote(text)) for text in (parts.username, parts.password) if text)
    yield from (Secret(value) for name, value in parse_qsl(parts.query) if name != API_VERSION)
