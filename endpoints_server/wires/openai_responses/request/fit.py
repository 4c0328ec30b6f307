"""How much is thought and what tools are offered like, as the endpoint and the model take it."""

import msgspec
from msgspec import Raw

from endpoints_server.domain.dialect import Dialect, ThinkingRules
from endpoints_server.domain.effort import fit_level, has_off, is_judged
from endpoints_server.domain.talk.crossing import Lose
from endpoints_server.wires.body import (
    DECODE_ERRORS,
    Fields,
    close_fields,
    decode_value,
    inner_fields,
    raw,
)
from endpoints_server.wires.openai_responses.schema import Object

OFF, SPOKEN_OFF = "off", "none"
STRICT = b'"strict"'
BYTES_PER_TOKEN, MARGIN_TOKENS, LEAST_CEILING = 4, 4096, 1024

tools_decoder = msgspec.json.Decoder(list[Object])


def fit_thinking(fields: Fields, rules: ThinkingRules, lose: Lose) -> None:
    """Put the effort into the model's own word for a level that it has.

    Of a model that is known to think, silence asks for none where that can be said; one that does
    not think is asked for nothing.
    """
    if not is_judged(rules):
        return
    wish = inner_fields(fields, "reasoning") or {}
    asked = level_in(wish)
    if rules.is_able is False:
        if wish and asked != OFF:
            lose("reasoning")
        for name in ("reasoning", "include"):
            fields.pop(name, None)
        return
    if not asked and (wish or not (rules.is_able and has_off(rules))):
        return
    level = fit_level(asked or OFF, rules)
    if level != (asked or OFF):
        lose("reasoning.effort")
    if level == OFF and not has_off(rules):
        del fields["reasoning"]
        return
    word = rules.levels.get(level) or (SPOKEN_OFF if level == OFF else level)
    fields["reasoning"] = Raw(close_fields({**wish, "effort": raw(word)}))


def level_in(wish: Fields) -> str:
    """Read the level that is asked for; empty where there is none, or something else."""
    effort = decode_value(wish["effort"], "reasoning") if "effort" in wish else None
    if effort == SPOKEN_OFF:
        return OFF
    return effort if isinstance(effort, str) else ""


def fit_tools(fields: Fields, dialect: Dialect, lose: Lose) -> None:
    """Say nothing of holding to schemas where the endpoint does not take that."""
    written = bytes(fields.get("tools", b""))
    if dialect.tools.has_strict is not False or STRICT not in written:
        return
    try:
        tools = tools_decoder.decode(written)
    except DECODE_ERRORS:
        return  # not for us to judge
    if any(tool.get("strict") for tool in tools):
        lose("tools.strict")
    fields["tools"] = raw([without_strict(tool) for tool in tools])


def without_strict(tool: Object) -> Object:
    """Give a tool that is not said to be held to its schema."""
    return {name: value for name, value in tool.items() if name != "strict"}


def lay_ceiling(fields: Fields, dialect: Dialect, name: str) -> None:
    """Ask for the model's own ceiling where the caller asked for none.

    Where too little of the window is left for it, what is left is asked for; and where that is next
    to nothing, as it is with pictures, nothing is.
    """
    ceiling = dialect.ceiling_tokens
    if ceiling is None or name in fields or name in (*dialect.drop, *dialect.refuse):
        return
    left = ceiling
    if dialect.context_tokens is not None:
        size = sum(len(bytes(value)) for value in fields.values())
        left = min(left, dialect.context_tokens - size // BYTES_PER_TOKEN - MARGIN_TOKENS)
    if left >= min(LEAST_CEILING, ceiling):
        fields[name] = raw(left)
