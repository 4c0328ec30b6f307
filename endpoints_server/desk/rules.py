"""Budgets, limits and groups: those of the file beside those that people set, and what is left."""

import re
from collections.abc import Iterable, Sequence
from typing import Literal, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from endpoints_server.desk.people import missing
from endpoints_server.desk.rule_drafts import refused
from endpoints_server.domain.catalog import Catalog
from endpoints_server.domain.money.balance import BEGINNING
from endpoints_server.domain.money.usd import usd
from endpoints_server.domain.rules.budget import Budget, Draw, draw_of, past_of
from endpoints_server.domain.rules.limit import Limit
from endpoints_server.domain.rules.period import MICROSECOND
from endpoints_server.domain.rules.rulebook import Group, Rulebook, Rules, rulebook_of
from endpoints_server.domain.rules.target import Circumstances, Each, Level, Scope
from endpoints_server.store.ports import Store
from endpoints_server.store.rules import Rule, place_of

T = TypeVar("T")
NAME = re.compile(r"\w([\w .@/-]{0,62}[\w.@/-])?")
LONGEST_MODEL = 256
Source = Literal["file", "store"]


class BudgetView(Struct, frozen=True, kw_only=True):
    """A budget as people read it; `left_usd` is None where each has a share of its own.

    `of` names whom it concerns, such as `all` or `group research`.
    """

    name: str
    of: str
    each: str | None
    endpoint: str
    model: str
    limit_usd: str
    left_usd: str | None
    per: str
    resets_at: str | None
    action: str
    when_spent: str
    is_shadow: bool
    source: Source = "store"
    thresholds: tuple[int, ...] = ()
    include_own_keys: bool = False


class LimitView(Struct, frozen=True, kw_only=True):
    """A limit as people read it."""

    name: str
    of: str
    each: str | None
    endpoint: str
    model: str
    requests_per_minute: int | None
    tokens_per_minute: int | None
    concurrent: int | None
    is_shadow: bool
    source: Source = "store"


class GroupView(Struct, frozen=True, kw_only=True):
    """A group as people read it."""

    name: str
    members: tuple[str, ...]
    source: Source = "store"


async def list_budgets(store: Store, catalog: Catalog, now: int) -> list[BudgetView]:
    """Give all budgets, the file's first, with what is left of those that all share."""
    found = sourced(catalog.rules.budgets, store.rules.current().budgets)
    draws = [draw_of(budget, nobody(budget.scope), now, catalog.zone) for budget, _ in found]
    shared = [draw for draw in draws if draw.budget.scope.each is None]
    lefts = await remainders(store, catalog, shared, nobody(Scope()))
    return [
        budget_view(draw, None if budget.scope.each else lefts[draw.account.row], source)
        for draw, (budget, source) in zip(draws, found, strict=True)
    ]


async def list_own_budgets(
    store: Store, catalog: Catalog, person_id: str, key_id: str, now: int
) -> list[BudgetView]:
    """Give the budgets that somebody's calls are paid from, with what is left of their share."""
    book = book_of(store, catalog)
    me = Circumstances(person_id=person_id, key_id=key_id, endpoint="", model="")
    mine = (budget for target in book.targets_of(me) for budget in book.budgets.get(target, ()))
    draws = [
        draw_of(budget, me, now, catalog.zone)
        for budget in mine
        if budget.scope.each in (None, Each.USER, Each.KEY)
    ]
    lefts = await remainders(store, catalog, draws, me)
    return [
        budget_view(draw, lefts[draw.account.row], source_of(catalog, draw.budget))
        for draw in draws
    ]


def list_limits(store: Store, catalog: Catalog) -> list[LimitView]:
    """Give all limits, the file's first."""
    found = sourced(catalog.rules.limits, store.rules.current().limits)
    return [limit_view(limit, source) for limit, source in found]


def list_groups(store: Store, catalog: Catalog) -> list[GroupView]:
    """Give all groups, the file's first."""
    found = sourced(catalog.rules.groups, store.rules.current().groups)
    return [
        GroupView(name=group.name, members=group.members, source=source) for group, source in found
    ]


async def put_rule(store: Store, catalog: Catalog, rule: Rule) -> None:
    """Set a rule in place of the one of its kind, target and name.

    Raises Failed(bad_request) for a name that is none, for whom or what nobody knows, and where the
    file has a rule by that name, which would hide it.
    """
    if not NAME.fullmatch(rule.name):
        raise refused(
            "A name has 1 to 64 letters, digits, '.', '_', '@', '/' or '-', and blanks within."
        )
    require_unwritten(catalog.rules, rule)
    match rule:
        case Group():
            for member in rule.members:
                await require_person(store, member)
            await store.rules.put_rule(rule)
        case Budget() | Limit():
            await require_scope(store, catalog, rule.scope)
            await store.rules.put_rule(replace(rule, scope=by_slug(catalog, rule.scope)))


async def delete_rule(store: Store, catalog: Catalog, rule: Rule) -> None:
    """Forget a rule, also one that the file's hides by now.

    Raises Failed(bad_request) where it is the file's, and with 404 where there is none.
    """
    if not await store.rules.delete_rule(rule):
        require_unwritten(catalog.rules, rule)
        raise missing(f"There is no {place_of(rule)[0]} '{rule.name}' of such.")


def require_unwritten(rules: Rules, rule: Rule) -> None:
    """Refuse to set what the file says."""
    written: tuple[Rule, ...] = (*rules.groups, *rules.budgets, *rules.limits)
    if place_of(rule) in {place_of(each) for each in written}:
        raise refused(f"'{rule.name}' stands in the configuration file; change it there.")


async def require_scope(store: Store, catalog: Catalog, scope: Scope) -> None:
    """Refuse a rule for whom or what nobody knows."""
    target = scope.target
    match target.level:
        case Level.USER:
            await require_person(store, target.name)
        case Level.KEY:
            if await store.keys.find_key(target.name) is None:
                raise refused(f"There is no key with the id '{target.name}'.")
        case Level.GROUP:
            known = {group.name for group in (*catalog.rules.groups, *store.rules.current().groups)}
            if target.name not in known:
                raise refused(f"There is no group '{target.name}'.")
        case Level.ALL:
            pass
    if scope.endpoint and scope.endpoint.lower() not in catalog.by_name:
        raise refused(f"There is no endpoint '{scope.endpoint}'.")
    if len(scope.model) > LONGEST_MODEL or not scope.model.isprintable():
        raise refused(f"A model's name has at most {LONGEST_MODEL} printable letters.")


def by_slug(catalog: Catalog, scope: Scope) -> Scope:
    """Name the endpoint of a scope as calls do, however it was spelt."""
    if not scope.endpoint:
        return scope
    return replace(scope, endpoint=catalog.by_name[scope.endpoint.lower()].slug)


async def require_person(store: Store, person_id: str) -> None:
    """Refuse somebody nobody knows."""
    if await store.people.find_person(person_id) is None:
        raise refused(f"There is no user '{person_id}'.")


def book_of(store: Store, catalog: Catalog) -> Rulebook:
    """Put the rules of the file and of the store together."""
    return rulebook_of((catalog.rules, store.rules.current()), catalog.zone)


def source_of(catalog: Catalog, budget: Budget) -> Source:
    """Name where a budget in force stands."""
    return "file" if budget in catalog.rules.budgets else "store"


def sourced(file: Iterable[T], stored: Iterable[T]) -> list[tuple[T, Source]]:
    """Name where each rule stands."""
    found: list[tuple[T, Source]] = [(rule, "file") for rule in file]
    return [*found, *((rule, "store") for rule in stored)]


async def remainders(
    store: Store, catalog: Catalog, draws: Sequence[Draw], whose: Circumstances
) -> dict[tuple[str, int], int]:
    """Find what is left of accounts; one that nobody drew from yet is begun with its past."""
    book = book_of(store, catalog)
    for draw in draws:
        account, scope = draw.account, draw.budget.scope
        if account.expires_at is None:
            continue
        endpoint = catalog.by_name.get(scope.endpoint)
        members = book.members_of(scope.target.name)
        name = endpoint.name if endpoint else ""
        await store.accounts.open(
            account, past_of(draw.budget, whose, account.since, members, name)
        )
    found = await store.accounts.list_remainders([draw.account for draw in draws])
    return {each.account.row: each.left_nano_usd for each in found}


def nobody(scope: Scope) -> Circumstances:
    """Stand for the call of nobody in particular."""
    return Circumstances(person_id="", key_id="", endpoint=scope.endpoint, model=scope.model)


def budget_view(draw: Draw, left_nano_usd: int | None, source: Source = "store") -> BudgetView:
    """Write a budget for people."""
    budget, scope, ends_at = draw.budget, draw.budget.scope, draw.window.ends_at
    rolling = budget.period.rolling_seconds
    return BudgetView(
        name=budget.name,
        of=str(scope.target),
        each=scope.each,
        endpoint=scope.endpoint,
        model=scope.model,
        limit_usd=usd(budget.nano_usd),
        left_usd=None if left_nano_usd is None else usd(left_nano_usd),
        per=f"{rolling} seconds" if rolling else budget.period.every,
        resets_at=None if ends_at is None else (BEGINNING + ends_at * MICROSECOND).isoformat(),
        action=budget.action,
        when_spent=budget.at_end,
        is_shadow=budget.is_shadow,
        source=source,
        thresholds=budget.thresholds,
        include_own_keys=budget.has_own_keys,
    )


def limit_view(limit: Limit, source: Source) -> LimitView:
    """Write a limit for people."""
    return LimitView(
        name=limit.name,
        of=str(limit.scope.target),
        each=limit.scope.each,
        endpoint=limit.scope.endpoint,
        model=limit.scope.model,
        requests_per_minute=limit.requests,
        tokens_per_minute=limit.tokens,
        concurrent=limit.concurrent,
        is_shadow=limit.is_shadow,
        source=source,
    )
