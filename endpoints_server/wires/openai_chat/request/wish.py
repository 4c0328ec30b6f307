"""How much to think, as requests on this wire say it in one way or another."""

from msgspec import Struct

from endpoints_server.domain.talk.prompt import Reasoning
from endpoints_server.wires.openai_chat.request.schema import AskedReasoning

EFFORTS = frozenset({"minimal", "low", "medium", "high", "xhigh", "max"})


class Wish(Struct, frozen=True):
    """The fields that say how much to think, each in a form of its own."""

    reasoning_effort: str | None = None
    reasoning: AskedReasoning | None = None
    thinking: object = None


def read_reasoning(wish: Wish) -> Reasoning | None:
    """Read how much to think; OpenRouter's object says more than the plain effort."""
    said = wish.reasoning or read_thinking(wish.thinking)
    if said.enabled is False or wish.thinking is False:
        return Reasoning(effort="off")
    effort = effort_of(said.effort) or effort_of(wish.reasoning_effort)
    if effort or said.max_tokens is not None:
        return Reasoning(effort=effort, budget_tokens=said.max_tokens)
    return Reasoning(is_adaptive=True) if said.enabled or wish.thinking is True else None


def read_thinking(asked: object) -> AskedReasoning:
    """Read the `thinking` object that Anthropic's clients send on this wire too."""
    match asked:
        case {"type": "disabled"}:
            return AskedReasoning(enabled=False)
        case {"type": "enabled", "budget_tokens": int(budget)}:
            return AskedReasoning(max_tokens=budget)
        case {"type": "adaptive"}:
            return AskedReasoning(enabled=True)
        case _:  # a truth value, or a form of some vendor's
            return AskedReasoning()


def effort_of(word: str | None) -> str:
    """Understand an effort; empty for words that are not known here."""
    if word == "none":
        return "off"
    return word if word in EFFORTS else ""
