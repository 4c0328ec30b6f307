"""The budgets, limits and groups of the file, as calls are held to them."""

from collections.abc import Iterator
from datetime import UTC, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo

from msgspec import UnsetType

from endpoints_server.config.naming import slug_of
from endpoints_server.config.schema.rules import BudgetRule, LimitRule
from endpoints_server.config.schema.server import Server
from endpoints_server.domain.money.usd import NANO_PER_USD
from endpoints_server.domain.rules.budget import Action, AtEnd, Budget
from endpoints_server.domain.rules.limit import Limit
from endpoints_server.domain.rules.period import Every, Period
from endpoints_server.domain.rules.rulebook import Group, Rules
from endpoints_server.domain.rules.target import Each, Level, Scope, Target

EVERYBODY = Target()


def rules_of(server: Server) -> Rules:
    """Compile the rules of everybody, and of each group."""
    groups = server.groups.items()
    return Rules(
        groups=tuple(Group(name=name, members=tuple(group.members)) for name, group in groups),
        budgets=tuple(budgets_of(server)),
        limits=tuple(limits_of(server)),
    )


def budgets_of(server: Server) -> Iterator[Budget]:
    """Compile every budget."""
    for name, rule in server.budgets.items():
        yield budget_of(name, rule, EVERYBODY)
    for group_name, group in server.groups.items():
        for name, rule in group.budgets.items():
            yield budget_of(name, rule, Target(Level.GROUP, group_name))


def limits_of(server: Server) -> Iterator[Limit]:
    """Compile every limit."""
    for name, rule in server.limits.items():
        yield limit_of(name, rule, EVERYBODY)
    for group_name, group in server.groups.items():
        for name, rule in group.limits.items():
            yield limit_of(name, rule, Target(Level.GROUP, group_name))


def budget_of(name: str, rule: BudgetRule, target: Target) -> Budget:
    """Compile a budget."""
    rolling = 0 if isinstance(rule.rolling_seconds, UnsetType) else rule.rolling_seconds
    return Budget(
        name=name,
        nano_usd=nano_usd_of(rule.usd),
        scope=scope_of(rule, target),
        period=Period(every=Every(rule.per), rolling_seconds=rolling),
        action=Action(rule.action),
        at_end=AtEnd(rule.when_spent),
        thresholds=tuple(rule.thresholds),
        is_shadow=rule.shadow,
        has_own_keys=rule.include_own_keys,
    )


def limit_of(name: str, rule: LimitRule, target: Target) -> Limit:
    """Compile a limit."""
    return Limit(
        name=name,
        scope=scope_of(rule, target),
        requests=known(rule.requests_per_minute),
        tokens=known(rule.tokens_per_minute),
        concurrent=known(rule.concurrent),
        is_shadow=rule.shadow,
    )


def scope_of(rule: BudgetRule | LimitRule, target: Target) -> Scope:
    """Compile whose calls a rule counts."""
    return Scope(
        target=target,
        each=None if isinstance(rule.each, UnsetType) else Each(rule.each),
        endpoint=slug_of(rule.endpoint) if rule.endpoint else "",
        model=rule.model,
    )


def zone_of(name: str) -> tzinfo:
    """Give the zone that days begin in; a check has seen that this machine knows it."""
    return UTC if name == "UTC" else ZoneInfo(name)


def nano_usd_of(usd: Decimal) -> int:
    """Give USD in nano-USD."""
    return round(usd.scaleb(NANO_PER_USD))


def known(count: int | UnsetType) -> int | None:
    """Take what is given."""
    return None if isinstance(count, UnsetType) else count
