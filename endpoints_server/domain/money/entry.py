"""A settled attempt, as the ledger keeps it."""

from enum import StrEnum

from msgspec import Struct

from endpoints_server.domain.money.price import Rates
from endpoints_server.domain.money.usage import Usage

Place = tuple[int, str]
"""Where an entry stands in the order of the ledger: when it began (microseconds), and its id."""


class Outcome(StrEnum):
    """How an attempt ended: answered to the end, failed, or the caller left first."""

    DELIVERED = "delivered"
    FAILED = "failed"
    LEFT = "left"


class UsageStatus(StrEnum):
    """Where the token counts come from."""

    REPORTED = "reported"
    ESTIMATED = "estimated"
    NONE = "none"


class CostStatus(StrEnum):
    """How far the cost can be trusted."""

    EXACT = "exact"
    ESTIMATED = "estimated"
    UNPRICED = "unpriced"


class Entry(Struct, frozen=True, kw_only=True):
    """One attempt of one call, written once and never changed.

    Instants are microseconds since 1970, durations microseconds, money nano-USD. `cost_nano_usd`
    is None where nobody knows a price. `rates` are those the cost was computed with.
    `reported_cost_nano_usd` is what the upstream says it charges, kept beside ours. `accounts` are
    the rows of accounts that the cost was taken from, each by its name and its beginning;
    `is_charged` says that the person's balance is among them. `abandoned` is the rule that was
    followed for a caller who left before the end.
    """

    id: str
    request_id: str
    attempt: int = 1
    operation: str = "chat"
    started_at: int
    took: int = 0
    first_byte_took: int | None = None
    person_id: str = ""
    key_id: str = ""
    conversation_id: str = ""
    endpoint: str
    model: str
    answered_model: str = ""
    wire_in: str
    wire_out: str
    is_stream: bool = False
    credential: str = "house"
    outcome: Outcome
    status: int
    fault: str = ""
    stop: str = ""
    usage: Usage = Usage()
    usage_status: UsageStatus = UsageStatus.NONE
    rates: Rates | None = None
    price_source: str = ""
    cost_nano_usd: int | None = None
    cost_status: CostStatus = CostStatus.UNPRICED
    reported_cost_nano_usd: int | None = None
    is_charged: bool = False
    accounts: tuple[tuple[str, int], ...] = ()
    abandoned: str = ""
    losses: tuple[str, ...] = ()
    config: str = ""

    @property
    def place(self) -> Place:
        """Where it stands in the order of the ledger."""
        return self.started_at, self.id
