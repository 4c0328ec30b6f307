"""One list as it is kept: what it said last, since when it fails, and when it is due again.

A list is fresh for about two minutes. Whoever reads a stale one gets it at once, and it is asked
for again behind them, once at a time. One that cannot be had stays as it was; it is tried sooner at
first, and ever more seldom while it goes on failing.
"""

from asyncio import Task

from msgspec import Struct, field

from endpoints_server.domain.endpoint import Endpoint
from endpoints_server.domain.fault import Fault
from endpoints_server.upstream.lists.read import ListedModel

Question = tuple[object, ...]

FRESH_SECONDS = 120.0
FAILING_SECONDS = 30.0
MOST_FAILING_SECONDS = 600.0
JITTER = 0.2
"""Half of this much earlier or later, so that lists asked for together do not stay together."""


class Kept(Struct, kw_only=True, eq=False):
    """A list of an endpoint; instants are the timer's seconds, `listed_at` seconds since 1970.

    `models` is None while there never was a list; `is_settled` once it was tried, whatever came of
    it. `laid` has by slug each endpoint of the file and the same with the list in it. `revision`
    names the person's key that it is asked for with.
    """

    endpoint: Endpoint
    began_at: float
    revision: int = 0
    models: tuple[ListedModel, ...] | None = None
    laid: dict[str, tuple[Endpoint, Endpoint]] = field(default_factory=dict)
    listed_at: int = 0
    had_at: float | None = None
    due_at: float = 0.0
    fault: Fault | None = None
    failures: int = 0
    is_settled: bool = False
    task: Task[None] | None = None

    def is_due(self, now: float) -> bool:
        """Say whether to ask, unless somebody does already."""
        return self.task is None and now >= self.due_at

    def take(self, now: float, lot: float) -> None:
        """Note that a list came; `lot` is drawn between 0 and 1."""
        self.had_at, self.fault, self.failures = now, None, 0
        self.due_at = now + jittered(FRESH_SECONDS, lot)

    def fail(self, now: float, fault: Fault, lot: float) -> None:
        """Note that there is no list to be had at the moment."""
        self.fault = fault
        wait_seconds = FAILING_SECONDS * 2 ** min(self.failures, 10)
        self.failures += 1
        self.due_at = now + jittered(min(wait_seconds, MOST_FAILING_SECONDS), lot)

    def age(self, now: float) -> float:
        """Give the seconds since there was a list, or since one is wanted."""
        return now - (self.began_at if self.had_at is None else self.had_at)


class ListState(Struct, frozen=True, kw_only=True):
    """How the list of an endpoint stands, for people who look after it.

    `message` says why it cannot be had, empty where it can; `count` is of the models it said last.
    """

    endpoint: str
    count: int
    age_seconds: float
    message: str


def state_of(kept: Kept, endpoint: Endpoint, now: float) -> ListState:
    """Tell how the list of an endpoint stands."""
    return ListState(
        endpoint=endpoint.slug,
        count=len(kept.models or ()),
        age_seconds=kept.age(now),
        message=kept.fault.message if kept.fault else "",
    )


def question(endpoint: Endpoint) -> Question:
    """Give all that a list depends on: where it is the same, one list does for both.

    The order of headers is nothing.
    """
    discovery = endpoint.discovery
    return (
        endpoint.wire,
        endpoint.address,
        endpoint.is_direct,
        endpoint.is_personal,
        endpoint.credential,
        frozenset(endpoint.headers),
        discovery and (discovery.has_user_query, discovery.is_tagged),
    )


def jittered(seconds: float, lot: float) -> float:
    """Shift a time a little."""
    return seconds * (1 + JITTER * (lot - 0.5))
