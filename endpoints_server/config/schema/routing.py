"""How calls find their way: aliases, further keys, retries, and what is asked no more."""

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType, field

from endpoints_server.config.schema.block import Block, Natural, NonEmpty, Positive, Seconds

Weight = Annotated[float, Meta(ge=0.001, le=1_000_000)]
Percent = Annotated[float, Meta(gt=0, le=100)]
Share = Annotated[float, Meta(ge=0)]


class TargetRule(Block, frozen=True, kw_only=True):
    """One model that an alias leads to."""

    model: Annotated[NonEmpty, Meta(description="The model, as its endpoint knows it.")]
    endpoint: Annotated[
        str, Meta(description="The endpoint that has it; not needed where one alone does.")
    ] = ""
    weight: Annotated[
        Weight | UnsetType, Meta(description="Its share among those of the same order.")
    ] = UNSET
    order: Annotated[
        Positive | UnsetType, Meta(description="Those of a lower order are asked first.")
    ] = UNSET


TargetItem = NonEmpty | TargetRule
AliasRule = NonEmpty | TargetRule | Annotated[list[TargetItem], Meta(min_length=1)]


class KeyRule(Block, frozen=True, kw_only=True):
    """A further key of an endpoint."""

    api_key: Annotated[NonEmpty, Meta(description="The key, or the variable that holds it.")]
    weight: Annotated[
        Weight, Meta(description="Its share of the calls; that of `apiKey` is 1.")
    ] = 1.0
    order: Annotated[
        Positive, Meta(description="Those of a lower order are used first; `apiKey` has 1.")
    ] = 1


class RetryRule(Block, frozen=True, kw_only=True):
    """How a call is tried again, before the first byte of an answer has gone out."""

    attempts: Annotated[Positive, Meta(description="Most attempts of one call, all in all.")] = 3
    per_target: Annotated[
        Natural, Meta(description="How often one target is asked again before the next.")
    ] = 0
    per_try_seconds: Annotated[
        Seconds | UnsetType,
        Meta(description="How long one may be silent at first while another is left."),
    ] = UNSET
    backoff_seconds: Annotated[
        Seconds, Meta(description="Longest pause before the first repeat; it doubles each time.")
    ] = 0.5
    max_backoff_seconds: Annotated[
        Seconds, Meta(description="Longest pause before any repeat.")
    ] = 8.0
    budget_percent: Annotated[
        Share, Meta(description="Most further attempts, in per cent of all calls.")
    ] = 20.0
    min_per_second: Annotated[
        Share, Meta(description="Further attempts a second that are allowed in any case.")
    ] = 1.0


class BreakerRule(Block, frozen=True, kw_only=True):
    """When an endpoint or one of its keys is asked no more, and for how long."""

    consecutive_failures: Annotated[
        Positive, Meta(description="So many failures in a row open it.")
    ] = 5
    failure_percent: Annotated[
        Percent, Meta(description="So large a part of failures opens it.")
    ] = 50.0
    min_calls: Annotated[
        Positive, Meta(description="Calls there must be before a part counts.")
    ] = 20
    window_seconds: Annotated[Seconds, Meta(description="The time that parts are taken of.")] = 30.0
    cooldown_seconds: Annotated[
        Seconds, Meta(description="How long it stays open at first; twice as long each time.")
    ] = 10.0
    max_cooldown_seconds: Annotated[
        Seconds, Meta(description="How long it, or a limit that was told, holds at most.")
    ] = 300.0
    panic: Annotated[bool, Meta(description="Where all are open, ask one all the same.")] = True


class Routed(Block, frozen=True, kw_only=True):
    """What differs for one endpoint on the way to it."""

    api_keys: Annotated[
        list[NonEmpty | KeyRule], Meta(description="Further keys, which share its calls.")
    ] = field(default_factory=list)
    organisation: Annotated[
        str, Meta(description="Whose keys these are: what one of them sealed, all can open.")
    ] = ""
    max_concurrent: Annotated[
        Positive | UnsetType, Meta(description="Most calls to it at once, of each process.")
    ] = UNSET
    max_queue: Annotated[
        Natural, Meta(description="Calls that wait for a place; others are turned away.")
    ] = 0
    queue_seconds: Annotated[Seconds, Meta(description="How long one waits for a place.")] = 1.0
