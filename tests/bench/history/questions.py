"""What dashboards ask, and how long the answers take."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

from msgspec import Struct

from endpoints_server.store.ports import By, Store
from tests.bench.history.fill import DAY, NOW

PAGE = 100
SPANS = {"all": None, "30 days": NOW - 30 * DAY, "24 hours": NOW - DAY}
Question = Callable[[Store], Awaitable[Any]]


class Answered(Struct, frozen=True, kw_only=True):
    """How long one question took each time, in milliseconds."""

    name: str
    took: list[float]

    def percentile(self, share: float) -> float:
        """Give the time within which a share of the answers came."""
        ranked = sorted(self.took)
        return ranked[min(len(ranked) - 1, int(share * len(ranked)))]


def questions() -> dict[str, Question]:
    """Give every question by its name."""
    return {
        f"usage by {by.value}, {span}, {who}": usage(by, since, person_id)
        for by in By
        for span, since in SPANS.items()
        for who, person_id in (("everybody", None), ("one person", "person-7"))
    } | {
        "the last 100 calls": lambda store: store.ledger.list_entries(limit=PAGE),
        "100 calls from half a year ago": lambda store: store.ledger.list_entries(
            until=NOW - 182 * DAY, limit=PAGE
        ),
        "the last 100 calls of one person": lambda store: store.ledger.list_entries(
            person_id="person-7", limit=PAGE
        ),
        "the next 100 calls of one person": next_page,
        "one call by its id": lambda store: store.ledger.find_entries("r1000001234"),
        "the tallies of a day": lambda store: store.history.list_tallies(NOW // DAY - 3),
    }


def usage(by: By, since: int | None, person_id: str | None) -> Question:
    """Ask for sums."""

    async def ask(store: Store) -> Any:
        return await store.ledger.sums(by, since, person_id)

    return ask


async def next_page(store: Store) -> Any:
    """Ask for the page after the first."""
    first = await store.ledger.list_entries(person_id="person-7", limit=1)
    return await store.ledger.list_entries(person_id="person-7", after=first[-1].place, limit=PAGE)


async def ask_all(store: Store, rounds: int) -> list[Answered]:
    """Ask every question in turn, several times over."""
    asked = questions()
    took: dict[str, list[float]] = {name: [] for name in asked}
    for _ in range(rounds):
        for name, ask in asked.items():
            begun_at = time.perf_counter()
            await ask(store)
            took[name].append((time.perf_counter() - begun_at) * 1000)
    return [Answered(name=name, took=times) for name, times in took.items()]
