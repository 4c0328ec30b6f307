"""What is known of a call once it may be attempted, and what an attempt finds out."""

from asyncio import Task
from collections.abc import Mapping, Sequence

from msgspec import Struct

from endpoints_server.calls.admitted import Admission, Hold
from endpoints_server.calls.delivery import Delivery
from endpoints_server.domain.catalog import Catalog
from endpoints_server.domain.fault import Fault
from endpoints_server.domain.header import Conversation
from endpoints_server.domain.money.entry import Entry
from endpoints_server.domain.money.price import Price
from endpoints_server.domain.people.caller import Caller
from endpoints_server.domain.route import Route
from endpoints_server.domain.rules.window import Claim
from endpoints_server.domain.secret import Secret
from endpoints_server.domain.wire import Carriage, Operation, Seen, Wire


class Inbound(Struct, frozen=True, kw_only=True):
    """A request as it came in, before its body is read.

    `headers` have lower-case names; `endpoint_name` is what the path or `x-es-endpoint` says.
    `model` is empty and `is_stream` None where the body says so, not the path.
    `started_at` is microseconds since 1970, `started` the timer's seconds.
    """

    wire: Wire
    operation: Operation
    headers: Mapping[str, str]
    endpoint_name: str
    query: str
    request_id: str
    started_at: int
    started: float
    model: str = ""
    is_stream: bool | None = None

    @property
    def carriage(self) -> Wire | Carriage:
        """What carries the operation where caller and endpoint speak the same wire."""
        return self.wire.carriage(self.operation)


class Trail(Struct, frozen=True, kw_only=True):
    """What is left of a plan: the routes not tried yet, best first.

    `name` is what retries are counted under, `deadline` the timer's seconds at which all is over.
    `is_panic` says that every route was out, and one of them is asked all the same; `has_issuers`
    that what one route seals not every other can open.
    """

    name: str
    routes: tuple[Route, ...]
    deadline: float
    is_panic: bool = False
    has_issuers: bool = False


class Call(Struct, frozen=True, kw_only=True):
    """A call that may be attempted: who makes it, what it asks, where it goes.

    `own_secret` is a provider key that the caller sent along, to be used instead of the house's.
    `is_title` marks one that we make ourselves, for the title of the conversation.
    `counted_here` is the field in which we tell how many tokens a prompt has, its endpoint not
    being asked; empty for all calls but such.
    `trail` is None where the route is the only one, and is tried once.
    """

    inbound: Inbound
    catalog: Catalog
    caller: Caller
    route: Route
    wire_out: Wire
    body: bytes
    conversation: Conversation
    is_stream: bool
    has_stream_usage: bool
    own_secret: Secret | None = None
    is_title: bool = False
    counted_here: str = ""
    trail: Trail | None = None

    @property
    def is_relayed(self) -> bool:
        """Whether caller and endpoint speak the same wire."""
        return self.inbound.wire is self.wire_out

    @property
    def price(self) -> Price | None:
        """What the model costs at the hour at which the call began; None where nobody knows."""
        price = self.route.model.price
        return None if price is None else price.at(self.inbound.started_at)

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """The values that must not come back in an upstream's words."""
        own = (self.own_secret,) if self.own_secret else ()
        return self.route.endpoint.secrets + own


class Attempt(Struct, kw_only=True):
    """What one try of one route finds out as it goes; `entry` is set once it is settled.

    `number` counts the attempts of a call from one; `carried` is what an earlier one was counted
    under and still is, `fallbacks` how many routes were left behind. Times are the timer's seconds.
    `going_on` reads the answer on though the caller has left.
    """

    call: Call
    seen: Seen
    losses: tuple[str, ...] = ()
    sent: float | None = None
    first_byte: float | None = None
    admission: Admission | None = None
    entry: Entry | None = None
    going_on: Task[None] | None = None
    number: int = 1
    carried: Sequence[Claim] = ()
    fallbacks: int = 0

    @property
    def hold(self) -> Hold | None:
        """What is held for it, if anything is."""
        return None if self.admission is None else self.admission.hold


class Journey(Struct):
    """How far a call has come.

    `delivery` is the way its answer takes, `straight` the one that leads to the caller without
    anybody listening. `earlier` are the entries of attempts that others followed.
    """

    straight: Delivery
    delivery: Delivery
    attempt: Attempt | None = None
    fault: Fault | None = None
    earlier: tuple[Entry, ...] = ()
