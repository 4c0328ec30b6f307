"""What is known of the ways upstream does not grow with the names that callers think of."""

from endpoints_server.domain.routing.retries import Retries
from endpoints_server.upstream.health import MOST_BUDGETS, Health

RULES = Retries(min_per_second=0.1, budget_percent=0.0)


def test_retry_budgets_of_names_that_nobody_asks_for_are_dropped() -> None:
    health = Health()
    busy = health.budget("busy", RULES, 0.0)
    assert busy.take(RULES, 0.0)
    for number in range(2 * MOST_BUDGETS):
        health.budget(f"made-up-{number}", RULES, 0.0)
        if number % 1000 == 0:
            assert health.budget("busy", RULES, 0.0) is busy
    assert len(health.budgets) == MOST_BUDGETS
    assert not health.budget("busy", RULES, 0.0).take(RULES, 0.0)
