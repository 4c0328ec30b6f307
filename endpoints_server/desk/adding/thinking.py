"""How an example asks its model to think, in the words of the wire that it speaks."""

from collections.abc import Callable, Mapping

from endpoints_server.samples.draft import Draft

Fields = Mapping[str, object]

USUAL_LEVEL = "medium"
OPENROUTER = {"level": "effort", "budget": "max_tokens", "exclude": "exclude"}
GOOGLE = "generationConfig.thinkingConfig."
GOOGLE_LAYER = "extra_body.google.thinking_config"
"""Where Google's own words stand in what its API takes of OpenAI's wire."""


def thinking_fields(draft: Draft) -> Fields:
    """Give the fields that ask for what the example asks for; dotted paths reach inside."""
    write = FORMS.get(draft.thinking_mode)
    return with_values(write(draft)) if write else {}


def with_values(fields: Fields) -> Fields:
    """Leave out what an example does not say."""
    return {name: value for name, value in fields.items() if value is not None}


def is_on(draft: Draft) -> bool:
    """Say whether an example switches thinking on."""
    return draft.thinking.get("state") != "off"


def switched(draft: Draft) -> str:
    """Write a switch as a word."""
    return "enabled" if is_on(draft) else "disabled"


def level_of(draft: Draft) -> object:
    """Give the level; one that is only switched has the usual, or none."""
    return draft.thinking.get("level") or (USUAL_LEVEL if is_on(draft) else "none")


def effort(draft: Draft) -> Fields:
    """Write OpenAI's effort."""
    if draft.wire != "openai-responses":
        return {"reasoning_effort": level_of(draft)}
    summary = draft.thinking.get("summary")
    return {"reasoning.effort": level_of(draft), "reasoning.summary": summary}


def openrouter(draft: Draft) -> Fields:
    """Write OpenRouter's object."""
    said = {name: draft.thinking.get(key) for key, name in OPENROUTER.items()}
    return {"reasoning": with_values(said) or {"enabled": is_on(draft)}}


def together(draft: Draft) -> Fields:
    """Write Together's switch."""
    return {"reasoning.enabled": is_on(draft), "reasoning_effort": draft.thinking.get("level")}


def qwen(draft: Draft) -> Fields:
    """Write Qwen's switch and budget."""
    return {"enable_thinking": is_on(draft), "thinking_budget": draft.thinking.get("budget")}


def typed(draft: Draft) -> Fields:
    """Write the switch of several vendors on OpenAI's wire, and how much beside it."""
    clear = draft.thinking.get("clear_thinking")
    return {
        "thinking": with_values({"type": switched(draft), "clear_thinking": clear}),
        "reasoning_effort": draft.thinking.get("level"),
    }


def template(draft: Draft) -> Fields:
    """Write the argument of a chat template."""
    field = draft.thinking.get("field", "chat_template_kwargs")
    name = draft.thinking.get("name", "enable_thinking")
    return {f"{field}.{name}": is_on(draft)}


def venice(draft: Draft) -> Fields:
    """Write Venice's switch."""
    return {"venice_parameters.disable_thinking": not is_on(draft)}


def budget(draft: Draft) -> Fields:
    """Write a budget on the Messages API."""
    tokens = draft.thinking.get("budget")
    said = {"type": switched(draft), "budget_tokens": tokens if is_on(draft) else None}
    display = draft.thinking.get("display")
    return {"thinking": with_values({**said, "display": display}), **output_effort(draft)}


def adaptive(draft: Draft) -> Fields:
    """Write that a model finds its own amount on the Messages API, and how much that is."""
    said = {"type": "adaptive", "display": draft.thinking.get("display")}
    return {"thinking": with_values(said), **output_effort(draft)}


def output_effort(draft: Draft) -> Fields:
    """Write an effort on the Messages API."""
    return {"output_config.effort": draft.thinking.get("level")}


def google(draft: Draft) -> Fields:
    """Write Google's level or budget, on its own wire or on its layer for OpenAI's."""
    thinking = draft.thinking
    thoughts = thinking.get("include_thoughts")
    if draft.wire == "google":
        return {
            GOOGLE + "thinkingLevel": thinking.get("level"),
            GOOGLE + "thinkingBudget": thinking.get("budget"),
            GOOGLE + "includeThoughts": thoughts,
        }
    said = {
        "thinking_level": thinking.get("level"),
        "thinking_budget": thinking.get("budget"),
        "include_thoughts": thoughts,
    }
    return {GOOGLE_LAYER: with_values(said)}


FORMS: Mapping[str, Callable[[Draft], Fields]] = {
    "openai-effort": effort,
    "openrouter": openrouter,
    "enable_thinking": qwen,
    "thinking-type": typed,
    "zai": typed,
    "together": together,
    "chat-template": template,
    "venice": venice,
    "anthropic-budget": budget,
    "anthropic-adaptive": adaptive,
    "anthropic-effort": output_effort,
    "google-level": google,
    "google-budget": google,
}
