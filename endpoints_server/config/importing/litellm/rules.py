"""Budgets and limits of a deployment (docs/proxy/provider_budget_routing, docs/proxy/configs)."""

import re
from decimal import Decimal
from typing import Any

from msgspec import Struct

from endpoints_server.config.importing.litellm.values import Values, plain
from endpoints_server.config.text.document import Path

DURATION = re.compile(r"([0-9]{1,6})(s|m|h|d|w|mo)")
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
CALENDAR = {"1d": "day", "7d": "week", "1w": "week", "30d": "month", "1mo": "month"}
LIMITS = {"requests": "requestsPerMinute", "tokens": "tokensPerMinute", "concurrent": "concurrent"}


class Rules(Struct, frozen=True, kw_only=True):
    """How often a deployment may be called, and what it may cost."""

    requests: int | None = None
    tokens: int | None = None
    concurrent: int | None = None
    budget: dict[str, Any] = {}

    @property
    def limit(self) -> dict[str, int]:
        """What it may do in a minute and at once, in the keys of `server.limits`."""
        said = {ours: getattr(self, name) for name, ours in LIMITS.items()}
        return {key: value for key, value in said.items() if value}


def rules_of(values: Values, params: Path) -> Rules:
    """Read the rules of a deployment."""
    return Rules(
        requests=values.whole((*params, "rpm")),
        tokens=values.whole((*params, "tpm")),
        concurrent=values.whole((*params, "max_parallel_requests")),
        budget=budget_of(values, params),
    )


def budget_of(values: Values, home: Path) -> dict[str, Any]:
    """Read an amount and the span of time that it is for."""
    amount = values.number((*home, "max_budget"))
    if amount is None:
        return {}
    if not Decimal("0.000001") <= amount <= 10**9:
        values.report.warn((*home, "max_budget"), "`max_budget` is left out: no budget is so small")
        return {}
    return {"usd": plain(amount)} | span_of(values, (*home, "budget_duration"))


def span_of(values: Values, path: Path) -> dict[str, Any]:
    """Read a span of time; the usual ones are those of the calendar here."""
    written = values.text(path)
    if not written:
        return {"per": "never"}
    if written in CALENDAR:
        return {"per": CALENDAR[written]}
    found = DURATION.fullmatch(written)
    seconds = int(found.group(1)) * SECONDS.get(found.group(2), 0) if found else 0
    if 0 < seconds <= 10**9:
        return {"rollingSeconds": seconds}
    values.report.warn(path, "`budget_duration` cannot be said here: the budget is for ever")
    return {"per": "never"}
