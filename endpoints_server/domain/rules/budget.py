"""How much may be spent, by whom, in what span, and what happens when it is."""

from datetime import tzinfo
from enum import StrEnum
from hashlib import sha256

from msgspec import Struct

from endpoints_server.domain.money.account import Account, Past
from endpoints_server.domain.rules.period import Period, Window, window_at
from endpoints_server.domain.rules.target import Circumstances, Each, Level, Scope, share_of

USUAL_THRESHOLDS = (80, 100)
MOST_NANO_USD = 10**18
"""A thousand million USD; sums of it still fit a column."""
LONGEST_BYTES = 2600
"""Of the name of an account: PostgreSQL indexes rows of at most 2704 bytes, with all they hold."""
KEPT_LENGTH = 256
"""Characters that are kept of a longer one."""


class Action(StrEnum):
    """What a budget does to a call that it has no room for."""

    REFUSE = "refuse"
    WARN = "warn"


class AtEnd(StrEnum):
    """What becomes of a stream under way when nothing is left."""

    FINISH = "finish"
    CUT = "cut"


class Budget(Struct, frozen=True, kw_only=True):
    """An amount within a span; `thresholds` are percentages that are told of once each.

    In shadow nothing is refused, and only the log says what would have been. What people pay with
    provider keys of their own counts where `has_own_keys`.
    """

    name: str
    nano_usd: int
    scope: Scope = Scope()
    period: Period = Period()
    action: Action = Action.REFUSE
    at_end: AtEnd = AtEnd.FINISH
    thresholds: tuple[int, ...] = USUAL_THRESHOLDS
    is_shadow: bool = False
    has_own_keys: bool = False

    @property
    def is_binding(self) -> bool:
        """Whether it refuses anything."""
        return self.action is Action.REFUSE and not self.is_shadow

    @property
    def is_of_one(self) -> bool:
        """Whether nobody shares an account of it with anybody else."""
        is_target = self.scope.target.level in (Level.USER, Level.KEY)
        return is_target or self.scope.each in (Each.USER, Each.KEY)


class Draw(Struct, frozen=True, kw_only=True):
    """A budget as one call draws from it: the account, and the span that it stands for."""

    budget: Budget
    account: Account
    window: Window


def draw_of(budget: Budget, call: Circumstances, now: int, zone: tzinfo) -> Draw:
    """Find the account of a budget that a call is paid from."""
    window = window_at(budget.period, now, zone)
    return Draw(
        budget=budget,
        window=window,
        account=Account(
            name=account_name(budget, share_of(budget.scope, call)),
            cap_nano_usd=budget.nano_usd,
            starts_at=window.starts_at,
            since=window.since,
            is_binding=budget.is_binding,
            expires_at=window.expires_at,
        ),
    )


def past_of(
    budget: Budget, call: Circumstances, since: int, members: tuple[str, ...], endpoint_name: str
) -> Past:
    """Say which calls before now a budget would have paid for; `members` are its group's."""
    scope, target = budget.scope, budget.scope.target
    people: tuple[str, ...] | None = members if target.level is Level.GROUP else None
    key_id = target.name if target.level is Level.KEY else ""
    if target.level is Level.USER:
        people = (target.name,)
    elif scope.each is Each.USER:
        people = (call.person_id,)
    if scope.each is Each.KEY:
        key_id = call.key_id
    is_endpoint = bool(scope.endpoint) or scope.each in (Each.ENDPOINT, Each.MODEL)
    return Past(
        since=since,
        person_ids=people,
        key_id=key_id,
        endpoint=endpoint_name if is_endpoint else "",
        model=call.model if scope.model or scope.each is Each.MODEL else "",
        is_house=not budget.has_own_keys,
    )


def account_name(budget: Budget, share: str) -> str:
    """Name the account of one share of a budget; no two budgets, targets or spans share one."""
    target = budget.scope.target
    period = budget.period
    span = f"{period.rolling_seconds}s" if period.rolling_seconds else period.every.value
    return within("|".join(("budget", target.level.value, target.name, budget.name, span, share)))


def within(name: str) -> str:
    """Shorten a name that a database could not look up, to how it begins and a digest of it all."""
    encoded = name.encode()
    if len(encoded) <= LONGEST_BYTES:
        return name
    return f"{name[:KEPT_LENGTH]}|{sha256(encoded).hexdigest()}"
