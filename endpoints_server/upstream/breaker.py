"""Which endpoints and keys are asked no more for a while, and which told us to wait."""

from collections.abc import Callable, Iterator

from endpoints_server.domain.fault import Fault, Kind
from endpoints_server.domain.routing.breaker import Breaker, BreakerRules, State

FAILURES = frozenset(
    {Kind.UPSTREAM_BROKEN, Kind.UNREACHABLE, Kind.UPSTREAM_SLOW, Kind.UPSTREAM_DENIED}
)
MOST_COOLING = 10_000


class Breakers:
    """The breaker of each place, an endpoint with one of its keys, and the limits of each route.

    A place nobody complains of has none. Instants are seconds that never go back. `tell` hears of a
    place that is passed over from now on, and when it is asked again.
    """

    def __init__(self, tell: Callable[[str, State], None] = lambda *_: None) -> None:
        self._tell = tell
        self._breakers: dict[str, Breaker] = {}
        self._cooling: dict[str, float] = {}

    @property
    def is_calm(self) -> bool:
        """Whether nothing failed lately."""
        return not self._breakers

    def is_out(self, place: str, route_id: str, now: float) -> bool:
        """Say whether calls go elsewhere."""
        breaker = self._breakers.get(place)
        if breaker is not None and breaker.is_out(now):
            return True
        return now < self._cooling.get(route_id, 0.0)

    def wait_seconds(self, place: str, route_id: str, now: float) -> float:
        """Say how long it is until a route is asked again."""
        breaker = self._breakers.get(place)
        opens_at = breaker.open_until if breaker is not None else None
        return max(0.0, (opens_at or now) - now, self._cooling.get(route_id, 0.0) - now)

    def begin(self, place: str, now: float, patience_seconds: float) -> bool:
        """Note that a call goes out; True where the place was out, and this call is the probe."""
        breaker = self._breakers.get(place)
        return breaker is not None and breaker.begin(now, patience_seconds)

    def give_back(self, place: str) -> None:
        """Note that a call ended without telling anything of its upstream."""
        breaker = self._breakers.get(place)
        if breaker is not None:
            breaker.give_back()

    def note(
        self, place: str, route_id: str, fault: Fault | None, now: float, rules: BreakerRules
    ) -> None:
        """Note what came of a call: an upstream that refuses it has answered too."""
        told = None if fault is None else fault.retry_after_seconds
        if fault is not None and fault.rule.has_next and told:
            self._cool(route_id, now, min(told, rules.max_cooldown_seconds))
        is_limit = fault is not None and fault.kind is Kind.UPSTREAM_LIMITED
        if fault is not None and (fault.kind in FAILURES or (is_limit and not told)):
            breaker = self._breakers.get(place)
            if breaker is None:
                breaker = self._breakers[place] = Breaker(now)
            was = breaker.state(now)
            breaker.fail(now, rules)
            if was is State.CLOSED and breaker.state(now) is State.OPEN:
                self._tell(place, State.OPEN)
        elif is_limit:
            self.give_back(place)
        else:
            self._succeed(place, now, rules)

    def states(self, now: float) -> Iterator[tuple[str, State]]:
        """Tell how every breaker stands that is not calm."""
        for place, breaker in list(self._breakers.items()):
            yield place, breaker.state(now)

    def _succeed(self, place: str, now: float, rules: BreakerRules) -> None:
        breaker = self._breakers.get(place)
        if breaker is None:
            return
        if breaker.state(now) is not State.CLOSED:
            self._tell(place, State.CLOSED)
        breaker.succeed(now, rules)
        if breaker.is_calm:
            del self._breakers[place]

    def _cool(self, route_id: str, now: float, seconds: float) -> None:
        if len(self._cooling) >= MOST_COOLING:
            self._cooling = {each: until for each, until in self._cooling.items() if until > now}
        self._cooling[route_id] = now + seconds
