"""Budgets, limits and groups: what people may spend, how often they may call, and who they are."""

from decimal import Decimal
from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType, field

from endpoints_server.config.schema.block import Block, NonEmpty, Positive, WholeSeconds
from endpoints_server.domain.rules.budget import USUAL_THRESHOLDS

Share = Annotated[
    Literal["user", "key", "endpoint", "model"] | UnsetType,
    Meta(description="What each has a share of its own; all have one together where absent."),
]
Shadow = Annotated[bool, Meta(description="Refuse nothing, and only log what would have been.")]
OnlyEndpoint = Annotated[str, Meta(description="Count only calls to this endpoint.")]
OnlyModel = Annotated[str, Meta(description="Count only calls of this model.")]
Percent = Annotated[int, Meta(gt=0, le=1000)]


class BudgetRule(Block, frozen=True, kw_only=True):
    """How much may be spent within a span of time."""

    usd: Annotated[Decimal, Meta(description="The amount, in USD.")]
    per: Annotated[
        Literal["day", "week", "month", "never"],
        Meta(description="After what it begins anew, by the calendar of `timeZone`."),
    ] = "never"
    rolling_seconds: Annotated[
        WholeSeconds | UnsetType,
        Meta(description="Count the last so many seconds instead of `per`."),
    ] = UNSET
    each: Share = UNSET
    endpoint: OnlyEndpoint = ""
    model: OnlyModel = ""
    action: Annotated[
        Literal["refuse", "warn"], Meta(description="What happens to a call it has no room for.")
    ] = "refuse"
    when_spent: Annotated[
        Literal["finish", "cut"], Meta(description="What becomes of a stream when all is spent.")
    ] = "finish"
    thresholds: Annotated[
        list[Percent], Meta(description="Percentages at which the log says so.")
    ] = field(default_factory=lambda: list(USUAL_THRESHOLDS))
    shadow: Shadow = False
    include_own_keys: Annotated[
        bool, Meta(description="Count what people pay with provider keys of their own.")
    ] = False


class LimitRule(Block, frozen=True, kw_only=True):
    """How many calls and tokens a minute, and how many calls at once."""

    requests_per_minute: Annotated[
        Positive | UnsetType, Meta(description="Most calls of any minute.")
    ] = UNSET
    tokens_per_minute: Annotated[
        Positive | UnsetType, Meta(description="Most tokens of any minute, both ways.")
    ] = UNSET
    concurrent: Annotated[Positive | UnsetType, Meta(description="Most calls at once.")] = UNSET
    each: Share = UNSET
    endpoint: OnlyEndpoint = ""
    model: OnlyModel = ""
    shadow: Shadow = False


class GroupRule(Block, frozen=True, kw_only=True):
    """People who share budgets and limits."""

    members: Annotated[list[NonEmpty], Meta(description="The ids of its people.")] = field(
        default_factory=list
    )
    budgets: Annotated[
        dict[str, BudgetRule], Meta(description="What it may spend, by names of your own.")
    ] = field(default_factory=dict)
    limits: Annotated[
        dict[str, LimitRule], Meta(description="How often it may call, by names of your own.")
    ] = field(default_factory=dict)
