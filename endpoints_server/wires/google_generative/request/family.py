"""What is known of a model by its name: how it thinks, and what it insists on."""

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

from msgspec import Struct

GENERATION = re.compile(r"(?:^|/)(gemini|gemma)-(\d+)(?:\.(\d+))?")
LATEST = re.compile(r"(?:^|/)gemini-(?:pro|flash|flash-lite)-latest")
PRO = re.compile(r"-pro\b")
LITE = re.compile(r"-flash-lite\b")

BUDGETS: Mapping[str, int] = MappingProxyType(
    {"minimal": 128, "low": 2048, "medium": 8192, "high": 24576, "xhigh": 24576, "max": 24576}
)
LITE_BUDGETS = MappingProxyType({**BUDGETS, "minimal": 512})
PRO_BUDGETS = MappingProxyType({**BUDGETS, "high": 32768, "xhigh": 32768, "max": 32768})
ALL_LEVELS = ("minimal", "low", "medium", "high")


class Family(Struct, frozen=True, kw_only=True):
    """A family of models.

    `thinking` is asked for by a level, by a budget in tokens, not at all, or nobody knows. `levels`
    and `budgets` say which there are; `least_budget` is the least that may be asked for. A family
    with `has_signed_calls` refuses a call that comes back without its signature, and one with
    `has_rich_results` reads pictures in what a function gave.
    """

    thinking: Literal["level", "budget", "none", "unknown"] = "unknown"
    levels: tuple[str, ...] = ALL_LEVELS
    budgets: Mapping[str, int] = BUDGETS
    least_budget: int = 0
    has_signed_calls: bool = False
    has_rich_results: bool = False


UNKNOWN = Family()
OLDER = Family(thinking="none")
BUDGET = Family(thinking="budget")
BUDGET_LITE = Family(thinking="budget", budgets=LITE_BUDGETS)
BUDGET_PRO = Family(thinking="budget", budgets=PRO_BUDGETS, least_budget=128)
LEVEL = Family(thinking="level", has_signed_calls=True, has_rich_results=True)
LEVEL_PRO = Family(
    thinking="level",
    levels=("low", "medium", "high"),
    has_signed_calls=True,
    has_rich_results=True,
)
LEVEL_FIRST_PRO = Family(
    thinking="level", levels=("low", "high"), has_signed_calls=True, has_rich_results=True
)
OPEN_WEIGHTS = Family(thinking="level")


@lru_cache(maxsize=1024)
def family_of(model: str) -> Family:
    """Place a model by its name."""
    if LATEST.search(model):
        return LEVEL_PRO if PRO.search(model) else LEVEL
    found = GENERATION.search(model)
    if found is None:
        return UNKNOWN
    generation = (int(found[2]), int(found[3] or 0))
    if found[1] == "gemma":
        return OPEN_WEIGHTS if generation >= (4, 0) else OLDER
    if generation >= (3, 0):
        return leveled(model, generation)
    return budgeted(model) if generation >= (2, 5) else OLDER


def leveled(model: str, generation: tuple[int, int]) -> Family:
    """Place a model that thinks by levels."""
    if not PRO.search(model):
        return LEVEL
    return LEVEL_FIRST_PRO if generation == (3, 0) else LEVEL_PRO


def budgeted(model: str) -> Family:
    """Place a model that thinks on a budget."""
    if PRO.search(model):
        return BUDGET_PRO
    return BUDGET_LITE if LITE.search(model) else BUDGET
