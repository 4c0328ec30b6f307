"""One scale of how much to think, and what of it a model has."""

from collections.abc import Mapping
from types import MappingProxyType

from msgspec.structs import replace

from endpoints_server.domain.dialect import Dialect, ThinkingRules
from endpoints_server.domain.talk.prompt import Reasoning

LEVELS = ("off", "minimal", "low", "medium", "high", "xhigh", "max")
EXTRAORDINARY = frozenset({"xhigh", "max"})
"""Levels that a model has only where that is said."""

USUAL = "medium"
BUDGETS: Mapping[str, int] = MappingProxyType(
    {
        "minimal": 1024,
        "low": 2048,
        "medium": 8192,
        "high": 16384,
        "xhigh": 24576,
        "max": 32000,
    }
)
"""Tokens that stand for each level where a number is needed."""


def level_of(wish: Reasoning) -> str:
    """Name the level that a wish comes to; a wish for some thinking is one for the usual amount."""
    return wish.effort or level_for(wish.budget_tokens) or USUAL


def level_for(budget_tokens: int | None) -> str:
    """Name the level that comes near a budget; empty for none."""
    if budget_tokens is None:
        return ""
    if budget_tokens <= 0:
        return "off"
    reached = (name for name in ("low", "medium") if budget_tokens <= BUDGETS[name])
    return next(reached, "high")


def is_judged(rules: ThinkingRules) -> bool:
    """Say whether it is known which levels a model has."""
    return rules.is_able is not None or bool(rules.levels)


def has_level(rules: ThinkingRules, level: str) -> bool:
    """Say whether a model has a level: unless it is denied, or extraordinary and not affirmed."""
    if rules.is_able is False:
        return level == "off"
    if level in EXTRAORDINARY:
        return rules.levels.get(level) is not None
    return rules.levels.get(level, level) is not None


def fit_level(level: str, rules: ThinkingRules) -> str:
    """Give a level that the model has: the one asked for, the next higher, or else the next lower.

    Of a model that nothing is known of, it is the one asked for.
    """
    if not is_judged(rules) or level not in LEVELS:
        return level
    place = LEVELS.index(level)
    nearest = (*LEVELS[place:], *reversed(LEVELS[:place]))
    return next((each for each in nearest if has_level(rules, each)), "off")


def with_level(dialect: Dialect, wish: Reasoning | None) -> Dialect:
    """Lay the defaults of the level that is asked for over the others.

    Silence is the level off where the model is known to think, and no level where nothing is known.
    """
    rules = dialect.thinking
    if wish is None and not rules.is_able:
        return dialect
    level = fit_level(level_of(wish), rules) if wish else "off"
    return replace(dialect, defaults={**dialect.defaults, **dialect.level_defaults.get(level, {})})


def has_off(rules: ThinkingRules) -> bool:
    """Say whether thinking can be switched off."""
    return has_level(rules, "off")
