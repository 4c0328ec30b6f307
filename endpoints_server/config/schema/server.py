"""`server`: what is ours alone; LibreChat does not read it."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType, field

from endpoints_server.config.schema.block import Block, Positive, Seconds
from endpoints_server.config.schema.routing import AliasRule, BreakerRule, RetryRule, Routed
from endpoints_server.config.schema.rules import BudgetRule, GroupRule, LimitRule
from endpoints_server.domain.money.tally import LONGEST_DAYS, SHORTEST_DAYS

Days = Annotated[int, Meta(ge=SHORTEST_DAYS, le=LONGEST_DAYS)]
OptionalSeconds = Seconds | UnsetType
OptionalCount = Positive | UnsetType


class Deadlines(Block, frozen=True, kw_only=True):
    """How long a call may take, in seconds."""

    connect: Annotated[OptionalSeconds, Meta(description="Until the connection stands.")] = UNSET
    first_token: Annotated[
        OptionalSeconds, Meta(description="Until the first piece of the answer.")
    ] = UNSET
    between_tokens: Annotated[
        OptionalSeconds, Meta(description="Between two pieces of the answer.")
    ] = UNSET
    total: Annotated[OptionalSeconds, Meta(description="Until the answer is complete.")] = UNSET


class Sizes(Block, frozen=True, kw_only=True):
    """How large things may be, in bytes."""

    request_bytes: Annotated[OptionalCount, Meta(description="The largest request.")] = UNSET
    reply_bytes: Annotated[OptionalCount, Meta(description="The largest whole reply.")] = UNSET
    event_bytes: Annotated[OptionalCount, Meta(description="The largest event of a stream.")] = (
        UNSET
    )


class Override(Routed, frozen=True, kw_only=True):
    """What differs for one endpoint."""

    timeouts: Annotated[Deadlines, Meta(description="Its deadlines, in seconds.")] = Deadlines()
    max_connections: Annotated[
        OptionalCount, Meta(description="Most connections open to it at once.")
    ] = UNSET
    abandoned: Annotated[
        Literal["cancel-and-estimate", "cancel", "drain"],
        Meta(description="What becomes of an answer whose caller has left."),
    ] = "cancel-and-estimate"
    drain_seconds: Annotated[
        Seconds, Meta(description="How long such an answer is read on at most, with `drain`.")
    ] = 60.0
    drain_bytes: Annotated[
        Positive, Meta(description="How much of it is read on at most, with `drain`.")
    ] = 4 * 1024 * 1024


class LedgerUpkeep(Block, frozen=True, kw_only=True):
    """How long the record of calls is kept."""

    keep_days: Annotated[
        Days | UnsetType, Meta(description="After how many days entries are deleted.")
    ] = UNSET


class Server(Block, frozen=True, kw_only=True):
    """How this server behaves."""

    timeouts: Annotated[Deadlines, Meta(description="Deadlines of a call, in seconds.")] = (
        Deadlines()
    )
    bounds: Annotated[Sizes, Meta(description="Sizes past which something is refused.")] = Sizes()
    endpoints: Annotated[
        dict[str, Override], Meta(description="What differs for one endpoint, by its name.")
    ] = field(default_factory=dict)
    allow_commands: Annotated[
        bool, Meta(description="Let `!command` in keys and headers run a program at each call.")
    ] = False
    allow_own_endpoints: Annotated[
        bool,
        Meta(description="Let people bring endpoints of their own, with addresses they choose."),
    ] = True
    models_json: Annotated[
        str, Meta(description="A `models.json` of pi that is served too, beside this file.")
    ] = ""
    time_zone: Annotated[
        str, Meta(description="Where days, weeks and months of budgets begin.")
    ] = "UTC"
    hold_tokens: Annotated[
        Positive,
        Meta(description="Tokens of an answer that are held at first, and more as they come."),
    ] = 1024
    aliases: Annotated[
        dict[str, AliasRule], Meta(description="Further names for models, and where each leads.")
    ] = field(default_factory=dict)
    affinity: Annotated[
        Literal["conversation", "none"],
        Meta(description="Whether a conversation stays with the target it began on."),
    ] = "conversation"
    retries: Annotated[RetryRule, Meta(description="How a call is tried again.")] = RetryRule()
    breaker: Annotated[
        BreakerRule, Meta(description="When an endpoint is asked no more for a while.")
    ] = BreakerRule()
    budgets: Annotated[
        dict[str, BudgetRule], Meta(description="What everybody may spend, by names of your own.")
    ] = field(default_factory=dict)
    limits: Annotated[
        dict[str, LimitRule], Meta(description="How often all may call, by names of your own.")
    ] = field(default_factory=dict)
    ledger: Annotated[LedgerUpkeep, Meta(description="How long entries are kept.")] = LedgerUpkeep()
    groups: Annotated[
        dict[str, GroupRule], Meta(description="People with budgets and limits of their own.")
    ] = field(default_factory=dict)
