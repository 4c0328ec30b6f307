"""What is known of the ways upstream at this moment, in this process."""

from msgspec import Struct, field

from endpoints_server.domain.routing.retries import Retries, RetryBudget
from endpoints_server.upstream.breaker import Breakers
from endpoints_server.upstream.crowd import Crowd

MOST_BUDGETS = 10_000
"""Callers choose the names of models where an endpoint lists none."""


class Health(Struct, frozen=True):
    """Breakers, crowds, and what may still be spent on retries, by the name that was asked for."""

    breakers: Breakers = field(default_factory=Breakers)
    crowd: Crowd = field(default_factory=Crowd)
    budgets: dict[str, RetryBudget] = field(default_factory=dict)

    def budget(self, name: str, rules: Retries, now: float) -> RetryBudget:
        """Give the retry budget of an alias or a model; of the many, the least asked is dropped."""
        found = self.budgets.pop(name, None) or RetryBudget(rules, now)
        self.budgets[name] = found  # at the end: the first is the one that nobody asked for longest
        if len(self.budgets) > MOST_BUDGETS:
            del self.budgets[next(iter(self.budgets))]
        return found
