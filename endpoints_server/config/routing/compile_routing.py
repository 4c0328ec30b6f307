"""Aliases, retries, breakers and further keys, as calls are routed by them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct, UnsetType

from endpoints_server.config.routing.resolve import (
    Astray,
    Lead,
    Offer,
    is_ordered_by_hand,
    items_of,
    resolve,
)
from endpoints_server.config.schema.routing import (
    AliasRule,
    BreakerRule,
    KeyRule,
    RetryRule,
    Routed,
    TargetItem,
    TargetRule,
)
from endpoints_server.domain.endpoint import Cap, Credential, Model, SpareKey
from endpoints_server.domain.routing.alias import Alias, Target
from endpoints_server.domain.routing.breaker import BreakerRules
from endpoints_server.domain.routing.retries import Retries

FindModel = Callable[[str, str], Model]
"""Gives what the file knows of a model, by the endpoint's slug and the model's name."""


class Placed(Struct, frozen=True, kw_only=True):
    """A model that an alias leads to, perhaps through others, each of which has an order."""

    lead: Lead
    orders: tuple[int, ...]
    weight: float


def aliases_of(
    rules: Mapping[str, AliasRule], offers: Sequence[Offer], find: FindModel, step: int
) -> dict[str, Alias]:
    """Compile aliases in which no check found an error; each model stands once in each.

    Orders are `step` apart, as many as the keys of an endpoint have.
    """
    return {
        name: Alias(
            name=name, targets=each_once(targets_of(follow(name, rules, offers), find, step))
        )
        for name in rules
    }


def each_once(targets: Sequence[Target]) -> tuple[Target, ...]:
    """Keep each model where it is asked first."""
    best: dict[tuple[str, str], Target] = {}
    for target in targets:
        place = (target.endpoint, target.model.name)
        known = best.get(place)
        if known is None or target.order < known.order:
            best[place] = target
    return tuple(best.values())


def follow(name: str, rules: Mapping[str, AliasRule], offers: Sequence[Offer]) -> list[Placed]:
    """Follow an alias to its models; those of an alias within it share what that one weighs."""
    items = items_of(rules[name])
    is_by_hand = is_ordered_by_hand(items)
    placed: list[Placed] = []
    for position, item in enumerate(items, start=1):
        order, weight = standing_of(item, 1 if is_by_hand else position)
        match resolve(item, offers, rules, name):
            case Lead(alias="") as lead:
                placed.append(Placed(lead=lead, orders=(order,), weight=weight))
            case Lead(alias=within):
                placed += laid_within(follow(within, rules, offers), order, weight)
            case Astray():  # which a check has told of
                continue
    return placed


def laid_within(placed: Sequence[Placed], order: int, weight: float) -> Iterator[Placed]:
    """Lay the models of one alias into another, in the place that it has there."""
    for each in placed:
        total = sum(other.weight for other in placed if other.orders == each.orders)
        share = weight * each.weight / total
        yield Placed(lead=each.lead, orders=(order, *each.orders), weight=share)


def standing_of(item: TargetItem, usual_order: int) -> tuple[int, float]:
    """Give the order and the weight of a target."""
    if not isinstance(item, TargetRule):
        return usual_order, 1.0
    order = usual_order if isinstance(item.order, UnsetType) else item.order
    return order, 1.0 if isinstance(item.weight, UnsetType) else item.weight


def targets_of(placed: Sequence[Placed], find: FindModel, step: int) -> tuple[Target, ...]:
    """Give each model its rank; one that needs no alias within comes with the first of those."""
    deepest = max(len(each.orders) for each in placed)
    padded = [(*each.orders, *[1] * (deepest - len(each.orders))) for each in placed]
    ranks = {orders: 1 + rank * step for rank, orders in enumerate(sorted(set(padded)))}
    return tuple(
        Target(
            endpoint=each.lead.slug,
            model=find(each.lead.slug, each.lead.model),
            order=ranks[orders],
            weight=each.weight,
        )
        for each, orders in zip(placed, padded, strict=True)
    )


def retries_of(rule: RetryRule) -> Retries:
    """Compile the rules for retries."""
    return Retries(
        attempts=rule.attempts,
        per_target=rule.per_target,
        per_try_seconds=None
        if isinstance(rule.per_try_seconds, UnsetType)
        else rule.per_try_seconds,
        backoff_seconds=rule.backoff_seconds,
        max_backoff_seconds=rule.max_backoff_seconds,
        budget_percent=rule.budget_percent,
        min_per_second=rule.min_per_second,
    )


def breaker_of(rule: BreakerRule) -> BreakerRules:
    """Compile the rules for breakers."""
    return BreakerRules(
        consecutive_failures=rule.consecutive_failures,
        failure_percent=rule.failure_percent,
        min_calls=rule.min_calls,
        window_seconds=rule.window_seconds,
        cooldown_seconds=rule.cooldown_seconds,
        max_cooldown_seconds=rule.max_cooldown_seconds,
        has_panic=rule.panic,
    )


def spare_keys_of(rule: Routed, credential: Callable[[str], Credential]) -> Iterator[SpareKey]:
    """Compile the further keys of an endpoint."""
    for item in rule.api_keys:
        key = item if isinstance(item, KeyRule) else KeyRule(api_key=item)
        yield SpareKey(credential=credential(key.api_key), order=key.order, weight=key.weight)


def orders_of(rules: Iterable[Routed]) -> int:
    """Give the highest order that a key of any endpoint has."""
    keys = (key for rule in rules for key in rule.api_keys if isinstance(key, KeyRule))
    return max((key.order for key in keys), default=1)


def cap_of(rule: Routed) -> Cap | None:
    """Compile how many calls an endpoint gets at once."""
    if isinstance(rule.max_concurrent, UnsetType):
        return None
    return Cap(calls=rule.max_concurrent, waiting=rule.max_queue, wait_seconds=rule.queue_seconds)
