"""The limits that count somebody's calls, and what is left of them at this moment."""

from collections.abc import Iterator

from msgspec import Struct

from endpoints_server.desk.rules import book_of
from endpoints_server.domain.catalog import Catalog
from endpoints_server.domain.rules.limit import Limit, share_name
from endpoints_server.domain.rules.target import Circumstances, Each
from endpoints_server.domain.rules.window import Claim, Measure, Room
from endpoints_server.store.limits import Limits
from endpoints_server.store.ports import Store

SECOND = 1_000_000
"""Microseconds in a second."""
Owned = tuple[Limit, Claim]


class OwnLimit(Struct, frozen=True, kw_only=True):
    """One ceiling of a limit: how much it allows, and what is left; `of` names whom it concerns.

    `measure` is `requests` or `tokens`, of any minute, or `concurrent`. `free_after_seconds` is how
    long it takes until more is left; zero where nothing was counted, or that cannot be known.
    """

    name: str
    of: str
    each: str | None
    endpoint: str
    model: str
    measure: Measure
    limit: int
    left: int
    free_after_seconds: float
    is_shadow: bool


async def list_own_limits(
    store: Store, limits: Limits, catalog: Catalog, me: Circumstances, now: int
) -> list[OwnLimit]:
    """Give the limits that count somebody's calls, with what is left of their share.

    Those that give each endpoint or model a share of its own are left out.
    """
    owned = list(claims_of(store, catalog, me))
    if not owned:
        return []
    claims = [claim for _, claim in owned]
    verdict = await limits.take(claims, now)
    return [view(limit, room) for (limit, _), room in zip(owned, verdict.rooms, strict=True)]


def claims_of(store: Store, catalog: Catalog, me: Circumstances) -> Iterator[Owned]:
    """Ask nothing of each ceiling, which tells how it stands."""
    book = book_of(store, catalog)
    for target in book.targets_of(me):
        for limit in book.limits.get(target, ()):
            if limit.scope.each not in (None, Each.USER, Each.KEY):
                continue
            for measure, most in (
                (Measure.REQUESTS, limit.requests),
                (Measure.TOKENS, limit.tokens),
                (Measure.CONCURRENT, limit.concurrent),
            ):
                if most is not None:
                    name = share_name(limit, me)
                    yield (
                        limit,
                        Claim(name=name, measure=measure, amount=0, limit=most, is_binding=False),
                    )


def view(limit: Limit, room: Room) -> OwnLimit:
    """Write a ceiling for people."""
    scope = limit.scope
    return OwnLimit(
        name=limit.name,
        of=str(scope.target),
        each=scope.each,
        endpoint=scope.endpoint,
        model=scope.model,
        measure=room.claim.measure,
        limit=room.claim.limit,
        left=max(0, room.left),
        free_after_seconds=round(room.free_after / SECOND, 3),
        is_shadow=limit.is_shadow,
    )
