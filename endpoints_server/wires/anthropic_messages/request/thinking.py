"""How much to think: an effort or a budget, fitted to the ceiling and to the conversation."""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from endpoints_server.domain.dialect import Dialect, ThinkingRules
from endpoints_server.domain.talk.crossing import Lose
from endpoints_server.domain.talk.effort import BUDGETS, fit_level, has_off, is_judged, level_of
from endpoints_server.domain.talk.prompt import (
    Message,
    Prompt,
    Reasoning,
    Role,
    Sampling,
    Thinking,
    ToolCall,
)
from endpoints_server.wires.anthropic_messages.schema import Object
from endpoints_server.wires.anthropic_messages.write_content import seal_of
from endpoints_server.wires.family import Family, family_for

ROOM_FOR_ANSWER = 4096
SMALLEST_BUDGET = 1024
LOWEST_TOP_P = 0.95


class Thought(Struct, frozen=True, kw_only=True):
    """What was decided: the body's `thinking` and its effort, if any, and the ceiling that fits."""

    ceiling_tokens: int
    thinking: Object | None = None
    effort: str = ""

    @property
    def is_on(self) -> bool:
        """Say whether the model will think."""
        return self.thinking is not None and self.thinking["type"] != "disabled"


def plan_thinking(prompt: Prompt, dialect: Dialect, lose: Lose) -> Thought:
    """Decide on thinking; where the API would refuse it, it is off and named as lost.

    It is refused beside a forced tool, and, on a budget, where the assistant's last turn is still
    open and does not begin with signed thinking. Of a model that is known to think, silence
    switches it off.
    """
    family, rules = family_for(prompt.model, dialect), dialect.thinking
    ceiling = prompt.ceiling_tokens or family.ceiling_tokens
    asked = fit_wish(prompt.reasoning, rules, lose)
    if asked is None:
        is_off = bool(rules.is_able) and prompt.reasoning is None and has_off(rules)
        return Thought(ceiling_tokens=ceiling, thinking={"type": "disabled"} if is_off else None)
    if asked.effort == "off":
        return Thought(ceiling_tokens=ceiling, thinking={"type": "disabled"})
    choice = prompt.tool_choice
    is_forced = bool(prompt.tools) and choice is not None and choice.mode in ("required", "tool")
    if is_forced or not (asked.is_adaptive or may_go_on(prompt.messages, rules)):
        lose("reasoning")
        return Thought(ceiling_tokens=ceiling)
    effort = rules.levels.get(asked.effort) or (
        "low" if asked.effort == "minimal" else asked.effort
    )
    shown: Object = {"display": "summarized"} if rules.is_able else {}
    if asked.is_adaptive or is_effort_enough(asked, family):
        adaptive: Object = {"type": "adaptive", **shown}
        return Thought(ceiling_tokens=ceiling, thinking=adaptive, effort=effort)
    wanted = prompt.ceiling_tokens or dialect.ceiling_tokens
    thought = on_budget(asked, wanted, family, lose)
    return with_more(thought, shown) if thought.thinking and shown else thought


def fit_wish(asked: Reasoning | None, rules: ThinkingRules, lose: Lose) -> Reasoning | None:
    """Bring a wish to a level that the model has; nothing is left where it has none at all."""
    if asked is None or not is_judged(rules):
        return asked
    wanted = level_of(asked)
    level = fit_level(wanted, rules)
    if rules.is_able is False:
        if wanted != "off":
            lose("reasoning")
        return None
    if level == wanted or (asked.is_adaptive and not asked.effort):
        return asked
    lose("reasoning.effort")
    return Reasoning(effort=level)


def with_more(thought: Thought, fields: Object) -> Thought:
    """Say more about thinking that was decided on; a budget says how much, and no effort does."""
    return replace(thought, thinking={**(thought.thinking or {}), **fields}, effort="")


def is_effort_enough(asked: Reasoning, family: Family) -> bool:
    """Say whether an effort needs no budget, as the family finds its own."""
    return asked.budget_tokens is None and family.thinking in ("either", "adaptive")


def on_budget(asked: Reasoning, ceiling: int | None, family: Family, lose: Lose) -> Thought:
    """Fit a budget below the ceiling; a ceiling that nobody asked for is raised above it.

    Of a ceiling that it would fill, a budget leaves a tenth for the answer, an effort a quarter.
    """
    budget = asked.budget_tokens or BUDGETS.get(asked.effort, BUDGETS["medium"])
    fitted = max(budget, SMALLEST_BUDGET)
    if ceiling and (fitted >= ceiling or not asked.budget_tokens):
        share = ceiling * 9 // 10 if asked.budget_tokens else ceiling * 3 // 4
        fitted = min(fitted, share)
    if fitted < SMALLEST_BUDGET:
        lose("reasoning")
        return Thought(ceiling_tokens=ceiling or family.ceiling_tokens)
    if asked.budget_tokens not in (None, fitted):
        lose("reasoning.budget_tokens")
    return Thought(
        ceiling_tokens=ceiling or max(fitted + ROOM_FOR_ANSWER, family.ceiling_tokens),
        thinking={"type": "enabled", "budget_tokens": fitted},
        effort=asked.effort if asked.budget_tokens else "",
    )


def may_go_on(messages: Sequence[Message], rules: ThinkingRules) -> bool:
    """Say whether an assistant's turn that goes on begins with thinking that we can show."""
    spoken = [message for message in messages if message.role is Role.ASSISTANT]
    if not spoken:
        return True
    last = spoken[-1]
    is_open = last is messages[-1] or any(isinstance(part, ToolCall) for part in last.parts)
    first = last.parts[0] if last.parts else None
    if not is_open:
        return True
    may_be_shown = isinstance(first, Thinking) and (rules.may_be_unsealed or seal_of(first.seal))
    return bool(may_be_shown)


def fit_sampling(sampling: Sampling, thought: Thought, lose: Lose) -> Object:
    """Write how tokens are drawn, within what the API allows beside thinking."""
    fitted = sampling
    if sampling.temperature is not None and sampling.temperature > 1:
        lose("temperature")
        fitted = replace(fitted, temperature=1.0)
    if thought.is_on:
        fitted = beside_thinking(fitted, lose)
    written: Object = {
        "temperature": fitted.temperature,
        "top_p": fitted.top_p,
        "top_k": fitted.top_k,
    }
    return {name: value for name, value in written.items() if value is not None}


def beside_thinking(sampling: Sampling, lose: Lose) -> Sampling:
    """Take out what the API refuses while the model thinks."""
    if sampling.temperature not in (None, 1):
        lose("temperature")
        sampling = replace(sampling, temperature=None)
    if sampling.top_k is not None:
        lose("top_k")
        sampling = replace(sampling, top_k=None)
    if sampling.top_p is not None and sampling.top_p < LOWEST_TOP_P:
        lose("top_p")
        sampling = replace(sampling, top_p=None)
    return sampling
