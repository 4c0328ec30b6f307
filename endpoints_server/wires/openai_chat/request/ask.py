"""How a model is asked to think: what the caller wished for, in the one form its endpoint has."""

from collections.abc import Mapping
from types import MappingProxyType

import msgspec
from msgspec import Raw

from endpoints_server.domain.dialect import Dialect, ThinkingRules
from endpoints_server.domain.parameter import CEILINGS
from endpoints_server.domain.talk.crossing import Lose
from endpoints_server.domain.talk.effort import (
    BUDGETS,
    fit_level,
    has_off,
    is_judged,
    level_of,
    with_level,
)
from endpoints_server.domain.talk.prompt import Reasoning
from endpoints_server.wires.body import (
    DECODE_ERRORS,
    Fields,
    close_fields,
    decode_value,
    inner_fields,
    raw,
)
from endpoints_server.wires.openai_chat.request.schema import AskedReasoning
from endpoints_server.wires.openai_chat.request.wish import Wish, read_reasoning

Object = dict[str, object]

GENERIC = ("reasoning_effort", "reasoning", "thinking")
LIBRECHAT = frozenset({None, "effort", "object", "none", "gateway"})
OBJECTS = frozenset({"object", "openrouter", "gateway"})
EFFORT_ALONE = frozenset({None, "effort"})
SWITCHES = frozenset({"deepseek", "zai", "together", "qwen"})
TEMPLATES: Mapping[str | None, str] = MappingProxyType(
    {
        "chat-template": "chat_template_kwargs",
        "qwen-chat-template": "chat_template_kwargs",
        "baseten": "chat_template_args",
    }
)
QWEN: Mapping[str, object] = MappingProxyType(
    {"enable_thinking": {"$var": "thinking.enabled"}, "preserve_thinking": True}
)
"""What Qwen's own chat template takes."""
ROOM_FOR_ANSWER = 1024

wish_decoder = msgspec.json.Decoder(Wish)


def is_asked_anew(rules: ThinkingRules) -> bool:
    """Say whether a wish to think is put into another form, whatever form it came in."""
    if is_judged(rules) or rules.has_effort is not None or rules.budget_name:
        return True
    return rules.form not in LIBRECHAT


def ask(fields: Fields, dialect: Dialect, lose: Lose) -> None:
    """Put the wish to think into the form of the endpoint, at a level that the model has.

    A caller who speaks the endpoint's own form is left to it: what is written here goes beneath.
    """
    rules = dialect.thinking
    try:
        wish = take_wish(fields, rules, lose)
    except DECODE_ERRORS:
        return  # not for us to judge
    if wish is None and not (rules.is_able and has_off(rules)):
        return
    asked = level_of(wish) if wish else "off"
    level = fit_level(asked, rules)
    if rules.is_able is False or rules.form == "none":
        if asked != "off":
            lose("reasoning")
        return
    if level != asked:
        lose("reasoning.effort")
    written = in_form(level, wish, rules)
    if level != "off":
        name_lost(written, rules, lose)
        written |= budget(fields, wish, level, dialect, lose)
    lay_under(fields, written, dialect)


def leveled(fields: Fields, dialect: Dialect) -> Dialect:
    """Give a dialect with the defaults of the level that is asked for laid over the others."""
    if not dialect.level_defaults:
        return dialect
    try:
        wish = take_wish(dict(fields), dialect.thinking, unnoted)
    except DECODE_ERRORS:
        return dialect
    return with_level(dialect, wish)


def unnoted(_name: str) -> None:
    """Note nothing, as nothing is lost by looking."""


def take_wish(fields: Fields, rules: ThinkingRules, lose: Lose) -> Reasoning | None:
    """Take what says how much to think out of a request; what else it says stays or is lost."""
    said = {name: fields[name] for name in GENERIC if name in fields}
    if not said:
        return None
    wish = read_reasoning(wish_decoder.decode(close_fields(said)))
    if wish is None:
        return None
    rest = inner_fields(fields, "reasoning") or {}
    for name in said:
        del fields[name]
    for name in AskedReasoning.__struct_fields__:
        rest.pop(name, None)
    if rest and rules.form in OBJECTS:
        fields["reasoning"] = Raw(close_fields(rest))
    elif rest:
        for name in rest:
            lose(f"reasoning.{name}")
    return wish


def in_form(level: str, wish: Reasoning | None, rules: ThinkingRules) -> Object:
    """Write a level in the form of the endpoint."""
    is_on, word, effort = level != "off", word_for(level, rules), effort_field(level, wish, rules)
    if rules.form in TEMPLATES:
        filled = template_form(TEMPLATES[rules.form], level, wish, rules)
        return filled | effort if rules.form == "baseten" else filled
    if rules.form in SWITCHES:
        return switch_form(rules.form, is_on=is_on) | (effort if is_on else {})
    match rules.form:
        case "object" | "openrouter" | "gateway":
            return {"reasoning": object_form(word, wish)}
        case "string-thinking":
            return {"thinking": word}
        case "ant-ling" if is_on:
            return {"reasoning": {"effort": word}} if level in rules.levels else {}
        case _:  # the effort alone; off is said where the caller said it, too
            return effort or ({"reasoning_effort": word} if wish and not is_on else {})


def effort_field(level: str, wish: Reasoning | None, rules: ThinkingRules) -> Object:
    """Write the plain effort, unless the endpoint takes none or the amount is the model's to say.

    Switched off is only said where the model has a word for it.
    """
    is_free = wish is not None and wish.is_adaptive and not wish.effort
    if rules.has_effort is False or is_free or (level == "off" and not rules.levels.get("off")):
        return {}
    return {"reasoning_effort": word_for(level, rules)}


def word_for(level: str, rules: ThinkingRules) -> str:
    """Give the model's own word for a level."""
    return rules.levels.get(level) or ("none" if level == "off" else level)


def object_form(word: str, wish: Reasoning | None) -> Object:
    """Write the object that takes an effort, a budget, or the bare wish."""
    if wish is None or wish.effort:
        return {"effort": word}
    if wish.budget_tokens is not None:
        return {"max_tokens": wish.budget_tokens}
    return {"enabled": True}


def switch_form(form: str | None, *, is_on: bool) -> Object:
    """Write the switch that stands beside an effort."""
    match form:
        case "qwen":
            return {"enable_thinking": is_on}
        case "together":
            return {"reasoning": {"enabled": is_on}}
        case "zai" if is_on:
            return {"thinking": {"type": "enabled", "clear_thinking": False}}
        case _:  # DeepSeek's, which is also how the others are switched off
            return {"thinking": {"type": "enabled" if is_on else "disabled"}}


def template_form(name: str, level: str, wish: Reasoning | None, rules: ThinkingRules) -> Object:
    """Fill the variables of what goes to a chat template; nothing where that would be empty."""
    filled: Object = {}
    template = QWEN if rules.form == "qwen-chat-template" else rules.template
    for key, value in template.items():
        if not isinstance(value, Mapping):
            filled[key] = value
        elif level != "off" or not value.get("omitWhenOff"):
            found = variable(str(value.get("$var")), level, wish, rules)
            if found is not None:
                filled[key] = found
    return {name: filled} if filled else {}


def variable(name: str, level: str, wish: Reasoning | None, rules: ThinkingRules) -> object:
    """Give what a variable of a template stands for; None where it stands for nothing."""
    is_on = level != "off"
    match name:
        case "thinking.enabled":
            return is_on
        case "thinking.effort":
            return word_for(level, rules) if is_on else rules.levels.get("off")
        case "thinking.budget":
            return budget_of(wish, level) if is_on else None
        case _:  # a variable that nobody defined
            return None


def budget_of(wish: Reasoning | None, level: str) -> int:
    """Give the budget that was wished for, or else that of the level."""
    asked = wish.budget_tokens if wish else None
    return BUDGETS[level] if asked is None else asked


def budget(
    fields: Fields, wish: Reasoning | None, level: str, dialect: Dialect, lose: Lose
) -> Object:
    """Write the budget beside, where there is a field for it and room below the ceiling."""
    name = dialect.thinking.budget_name
    if not name:
        has_budget = wish is not None and wish.budget_tokens is not None
        if has_budget and dialect.thinking.form not in OBJECTS:
            lose("reasoning.budget")
        return {}
    tokens, ceiling = budget_of(wish, level), ceiling_of(fields, dialect)
    if ceiling is not None:
        tokens = min(tokens, ceiling - ROOM_FOR_ANSWER)
    return {name: tokens} if tokens > 0 else {}


def ceiling_of(fields: Fields, dialect: Dialect) -> int | None:
    """Give the ceiling that the request will go out with."""
    values = [decode_value(fields[name]) for name in CEILINGS if name in fields]
    asked = next((value for value in values if isinstance(value, int)), None)
    return dialect.ceiling_tokens if asked is None else asked


def name_lost(written: Object, rules: ThinkingRules, lose: Lose) -> None:
    """Name an effort that the endpoint does not take."""
    if rules.has_effort is False and "reasoning_effort" not in written:
        is_all = rules.form in EFFORT_ALONE
        if is_all or rules.form in SWITCHES or rules.form == "baseten":
            lose("reasoning_effort" if is_all else "reasoning.effort")


def lay_under(fields: Fields, written: Mapping[str, object], dialect: Dialect) -> None:
    """Lay fields under a request: what stands there stays, and what is dropped is not put back."""
    for name, value in written.items():
        if name in dialect.drop:
            continue
        there = inner_fields(fields, name)
        if isinstance(value, Mapping) and there is not None:
            below = {key: raw(each) for key, each in value.items()}
            fields[name] = Raw(close_fields(below | there))
        else:
            fields.setdefault(name, raw(value))
