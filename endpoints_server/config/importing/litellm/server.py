"""What LiteLLM's settings are under `server`, and what is said of those that are nothing there."""

from typing import Any

from endpoints_server.config.importing.litellm.gather import Gathered, Placed
from endpoints_server.config.importing.litellm.parameters import deadlines_of
from endpoints_server.config.importing.litellm.rules import budget_of
from endpoints_server.config.importing.litellm.told import WITHOUT_COUNTERPART, tell_rest
from endpoints_server.config.importing.litellm.values import Values
from endpoints_server.config.importing.litellm.ways import HOMES, LIBRARY, ROUTER, ways_of
from endpoints_server.config.naming import slug_of
from endpoints_server.config.text.document import Path

GENERAL: Path = ("general_settings",)
MEBIBYTE = 1024 * 1024
LARGEST = 10**12 // MEBIBYTE
USUAL_ATTEMPTS = 3
SIZES = {"max_request_size_mb": "requestBytes", "max_response_size_mb": "replyBytes"}


def server_of(values: Values, gathered: Gathered) -> dict[str, Any]:
    """Write the `server` block."""
    ways = ways_of(values, gathered)
    several = any("weight" in target for led in ways.aliases.values() for target in led)
    parts = {
        "timeouts": timeouts_of(values),
        "bounds": bounds_of(values),
        "endpoints": {each.name: each.settings for each in gathered.upstreams if each.settings},
        "aliases": ways.aliases,
        "retries": retries_of(values, ways.most_groups, targets_in(ways.aliases), several=several),
        "breaker": breaker_of(values),
        "budgets": budgets_of(values, gathered),
        "limits": limits_of(values, gathered),
    }
    tell_rest(values, WITHOUT_COUNTERPART)
    return {key: part for key, part in parts.items() if part}


def targets_in(aliases: dict[str, list[dict[str, Any]]]) -> int:
    """Count the targets of the longest alias."""
    return max(map(len, aliases.values()), default=1)


def timeouts_of(values: Values) -> dict[str, Any]:
    """Give the deadlines of all calls; those of the router win."""
    library = deadlines_of(values, LIBRARY, {"request_timeout": "total"})
    return library | deadlines_of(values, ROUTER)


def bounds_of(values: Values) -> dict[str, int]:
    """Give the largest sizes of requests and answers."""
    found: dict[str, int] = {}
    for theirs, ours in SIZES.items():
        size = values.number((*GENERAL, theirs))
        if size is not None and 0 < size <= LARGEST:
            found[ours] = max(1, int(size * MEBIBYTE))
        elif size is not None:
            message = f"`{theirs}` must be more than 0 and at most {LARGEST}; it is left out"
            values.report.warn((*GENERAL, theirs), message)
    return found


def first_of(values: Values, key: str) -> int | None:
    """Give a whole number, the router's before the library's; zero is one too."""
    for home in HOMES:
        number = values.number((*home, key))
        if number is not None and number <= 1000:
            return int(number)
        if number is not None:
            values.report.warn((*home, key), f"`{key}` must be at most 1000; it is left out")
    return None


def retries_of(values: Values, groups: int, targets: int, *, several: bool) -> dict[str, int]:
    """Say how a call is tried again: so often in each group (docs/proxy/reliability)."""
    repeats = first_of(values, "num_retries")
    if repeats is None:
        return {"attempts": targets} if targets > USUAL_ATTEMPTS else {}
    attempts = {"attempts": (repeats + 1) * groups}
    return attempts if several or not repeats else attempts | {"perTarget": repeats}


def breaker_of(values: Values) -> dict[str, int | float]:
    """Say when an endpoint is asked no more, and for how long."""
    failures = first_of(values, "allowed_fails")
    for home in HOMES:
        if values.at((*home, "allowed_fails")) is not None:
            message = (
                "`allowed_fails` are those of a minute; here as many in a row open the breaker"
            )
            values.report.note((*home, "allowed_fails"), message)
    found: dict[str, int | float] = {}
    if failures is not None:
        found["consecutiveFailures"] = failures + 1
    pauses = [deadlines_of(values, home, {"cooldown_time": "cooldownSeconds"}) for home in HOMES]
    pause = next(filter(None, pauses), {})
    longest = max(pause.values(), default=0)
    return found | pause | ({"maxCooldownSeconds": longest} if longest > 300 else {})


def budgets_of(values: Values, gathered: Gathered) -> dict[str, Any]:
    """Write the budget of everybody, and one for each deployment that has its own."""
    shared = budget_of(values, LIBRARY)
    budgets = {"everybody": shared} if shared else {}
    for placed in gathered.placed:
        if placed.deployment.rules.budget:
            name = rule_name(placed.endpoint, placed.deployment.model, budgets)
            budgets[name] = placed.deployment.rules.budget | scope(placed)
    return budgets


def limits_of(values: Values, gathered: Gathered) -> dict[str, Any]:
    """Write the limit of all calls, and one for each deployment that has its own."""
    together = values.whole((*GENERAL, "global_max_parallel_requests"))
    limits: dict[str, Any] = {"everybody": {"concurrent": together}} if together else {}
    for placed in gathered.placed:
        deployment = placed.deployment
        if deployment.rules.limit:
            name = rule_name(placed.endpoint, deployment.model, limits)
            limits[name] = deployment.rules.limit | scope(placed)
            message = "its `rpm`, `tpm` and the like are limits here: a call over them gets a 429"
            values.report.note((*deployment.place, "litellm_params"), message)
    return limits


def scope(placed: Placed) -> dict[str, str]:
    """Say which calls a rule counts."""
    model = placed.deployment.model
    return {"endpoint": placed.endpoint} | ({} if placed.deployment.is_open else {"model": model})


def rule_name(endpoint: str, model: str, taken: dict[str, Any]) -> str:
    """Name a rule after what it counts."""
    name = free = slug_of(f"{endpoint} {model}")
    number = 2
    while free in taken:
        free, number = f"{name}-{number}", number + 1
    return free
