"""How much to think: the one effort scale as a level or a budget, and back."""

from endpoints_server.domain.dialect import ThinkingRules
from endpoints_server.domain.talk.crossing import Lose
from endpoints_server.domain.talk.effort import fit_level
from endpoints_server.domain.talk.prompt import Reasoning
from endpoints_server.wires.google_generative.decode import Fields, optional
from endpoints_server.wires.google_generative.request.family import Family
from endpoints_server.wires.google_generative.schema import Object

WHERE = "generationConfig.thinkingConfig"
OWN_BUDGET = -1
"""The budget by which a model finds its own."""

OFF: Object = {"thinkingBudget": 0}
EFFORTS = ("minimal", "low", "medium", "high", "xhigh", "max")


def read_thinking(fields: Fields) -> Reasoning | None:
    """Read a `thinkingConfig`, and take from it what was understood."""
    budget = optional(fields, "thinkingBudget", int, WHERE)
    is_shown = optional(fields, "includeThoughts", bool, WHERE)
    level = (optional(fields, "thinkingLevel", str, WHERE) or "").lower()
    if level in EFFORTS:
        return Reasoning(effort=level, budget_tokens=budget if budget and budget > 0 else None)
    if budget == 0:
        return Reasoning(effort="off")
    if budget is not None and budget > 0:
        return Reasoning(budget_tokens=budget)
    return Reasoning(is_adaptive=True) if budget is not None or is_shown else None


def write_thinking(
    asked: Reasoning | None, family: Family, rules: ThinkingRules, lose: Lose
) -> Object:
    """Write a `thinkingConfig` as the model's family takes it; nothing where nothing was asked.

    Of a model that is said to think, silence asks for no thoughts.
    """
    if rules.is_able is False or (family.thinking == "none" and not rules.is_able):
        if asked is not None and asked.effort != "off":
            lose("reasoning")
        return {}
    if asked is None:
        return least(family, rules) if rules.is_able else {}
    if asked.effort == "off":
        written = least(family, rules)
        if written != OFF:
            lose("reasoning.off")
        return written
    if asked.budget_tokens is not None:
        return {"includeThoughts": True, "thinkingBudget": asked.budget_tokens}
    effort = fit_level(asked.effort, rules)
    if effort != asked.effort:
        lose("reasoning.effort")
    if word := rules.levels.get(effort):
        return {"includeThoughts": True, "thinkingLevel": word.upper()}
    return {"includeThoughts": True, **amount(effort, family, lose)}


def least(family: Family, rules: ThinkingRules) -> Object:
    """Write the wish not to think; what cannot do without thinks as little as it may, unshown."""
    if family.thinking == "level":
        level = fit_level(family.levels[0], rules)
        return {"thinkingLevel": (rules.levels.get(level) or level).upper()}
    return {"thinkingBudget": family.least_budget} if family.least_budget else OFF


def amount(effort: str, family: Family, lose: Lose) -> Object:
    """Write an effort as the family's nearest level that is no less, or as a budget."""
    if not effort:
        return {} if family.thinking == "level" else {"thinkingBudget": OWN_BUDGET}
    if family.thinking == "budget":
        return {"thinkingBudget": family.budgets[effort]}
    if family.thinking != "level":
        lose("reasoning.effort")
        return {"thinkingBudget": OWN_BUDGET}
    enough = EFFORTS[EFFORTS.index(effort) :]
    level = next((level for level in family.levels if level in enough), family.levels[-1])
    if level != effort:
        lose("reasoning.effort")
    return {"thinkingLevel": level.upper()}
