"""Budgets and limits as somebody asks for them, by whichever way."""

from decimal import Decimal
from typing import Annotated

from msgspec import Meta, Struct

from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.domain.money.usd import ONE_USD, usd
from endpoints_server.domain.rules.budget import (
    MOST_NANO_USD,
    USUAL_THRESHOLDS,
    Action,
    AtEnd,
    Budget,
)
from endpoints_server.domain.rules.limit import Limit
from endpoints_server.domain.rules.period import Every, Period
from endpoints_server.domain.rules.target import Each, Level, Scope, Target

MOST_USD = MOST_NANO_USD // ONE_USD
MOST_COUNT = 10**12
MOST_SECONDS = 10**9
MOST_PERCENT = 1000
Count = Annotated[int, Meta(gt=0, le=MOST_COUNT)]
Percent = Annotated[int, Meta(gt=0, le=MOST_PERCENT)]


class Whose(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom a rule concerns: a user, a group or a key by its id, or everybody where none is named.

    `endpoint` is a name or a slug.
    """

    user: str = ""
    group: str = ""
    key_id: str = ""
    each: Each | None = None
    endpoint: str = ""
    model: str = ""


class BudgetDraft(Whose, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A budget somebody wants; `usd` is an amount of USD."""

    usd: Decimal
    per: Every = Every.NEVER
    rolling_seconds: Annotated[int, Meta(ge=0, le=MOST_SECONDS)] = 0
    action: Action = Action.REFUSE
    when_spent: AtEnd = AtEnd.FINISH
    thresholds: tuple[Percent, ...] = USUAL_THRESHOLDS
    shadow: bool = False
    include_own_keys: bool = False


class LimitDraft(Whose, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A limit somebody wants."""

    requests_per_minute: Count | None = None
    tokens_per_minute: Count | None = None
    concurrent: Count | None = None
    shadow: bool = False


def budget_of(name: str, draft: BudgetDraft) -> Budget:
    """Make the budget; raises Failed(bad_request) for an amount or a span that is none."""
    if draft.rolling_seconds and draft.per is not Every.NEVER:
        raise refused("A budget is per day, week or month, or of the last seconds, not both.")
    return Budget(
        name=name,
        nano_usd=nano_usd_of(draft.usd),
        scope=scope_of(draft),
        period=Period(every=draft.per, rolling_seconds=draft.rolling_seconds),
        action=draft.action,
        at_end=draft.when_spent,
        thresholds=draft.thresholds,
        is_shadow=draft.shadow,
        has_own_keys=draft.include_own_keys,
    )


def limit_of(name: str, draft: LimitDraft) -> Limit:
    """Make the limit; raises Failed(bad_request) for one that limits nothing."""
    counts = (draft.requests_per_minute, draft.tokens_per_minute, draft.concurrent)
    if counts == (None, None, None):
        raise refused("A limit names requests a minute, tokens a minute, or calls at once.")
    return Limit(
        name=name,
        scope=scope_of(draft),
        requests=draft.requests_per_minute,
        tokens=draft.tokens_per_minute,
        concurrent=draft.concurrent,
        is_shadow=draft.shadow,
    )


def scope_of(whose: Whose) -> Scope:
    """Say whose calls a rule counts; raises Failed(bad_request) for several at once."""
    named = [
        Target(level, name)
        for level, name in (
            (Level.USER, whose.user),
            (Level.GROUP, whose.group),
            (Level.KEY, whose.key_id),
        )
        if name
    ]
    if len(named) > 1:
        raise refused("A rule concerns a user, a group or a key, not several of them.")
    return Scope(
        target=named[0] if named else Target(),
        each=whose.each,
        endpoint=whose.endpoint,
        model=whose.model,
    )


def nano_usd_of(amount: Decimal) -> int:
    """Read an amount of USD; raises Failed(bad_request) for one that nobody can count with."""
    if not amount.is_finite() or not 0 <= amount <= MOST_USD:
        raise refused("An amount is between zero and a thousand million USD.")
    nano_usd: int = round(amount * ONE_USD)
    if amount and not nano_usd:
        raise refused(f"An amount is zero, or at least {usd(1)} USD.")
    return nano_usd


def signed_nano_usd_of(amount: Decimal) -> int:
    """Read an amount that may be taken away; raises Failed(bad_request) as above."""
    nano_usd = nano_usd_of(amount.copy_abs())
    return -nano_usd if amount.is_signed() else nano_usd


def refused(message: str) -> Failed:
    """Say what is wrong with what was asked for."""
    return Failed(Fault(kind=Kind.BAD_REQUEST, message=message))
