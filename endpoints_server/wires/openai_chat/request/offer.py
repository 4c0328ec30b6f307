"""Tools as an endpoint takes them, and the marks of what it is to cache."""

from collections.abc import Iterator, Mapping

import msgspec

from endpoints_server.domain.dialect import CacheRules, Dialect, ToolRules
from endpoints_server.domain.talk.crossing import Lose
from endpoints_server.wires.body import (
    DECODE_ERRORS,
    Fields,
    decode_value,
    lose_fields,
    raw,
    whole_characters,
)
from endpoints_server.wires.marks import EPHEMERAL, HOUR, LASTING, MARK, SIGN, shortened
from endpoints_server.wires.openai_chat.request.turns import (
    INSTRUCTING,
    Turn,
    items_of,
    turns_decoder,
)

LONG = b'"24h"'
AS_USUAL = (ToolRules(), CacheRules())

objects_decoder = msgspec.json.Decoder(list[dict[str, object]])


def fit_offer(fields: Fields, dialect: Dialect, lose: Lose) -> None:
    """Bring tools and marks into the form that the endpoint takes."""
    if (dialect.tools, dialect.cache) == AS_USUAL:
        return
    try:
        fit_tools(fields, dialect, lose)
        if dialect.cache.has_hour is False:
            lose_fields(fields, ("prompt_cache_retention",), lose)
            shorten(fields, lose)
        if dialect.cache.is_marked:
            mark(fields, dialect.cache)
    except DECODE_ERRORS:
        return  # not for us to judge


def fit_tools(fields: Fields, dialect: Dialect, lose: Lose) -> None:
    """Change what is offered where the endpoint has a rule for it."""
    rules = dialect.tools
    if "tools" not in fields:
        if rules.is_listed and b'"tool_calls"' in bytes(fields.get("messages", b"")):
            fields["tools"] = raw([])
        return
    if rules.is_streamed:
        fields.setdefault("tool_stream", raw(value=True))
    written = bytes(fields["tools"])
    has_marks = dialect.cache.has_tool_marks is False and SIGN in written
    has_strict = rules.has_strict or (rules.has_strict is False and b'"strict"' in written)
    if not has_marks and not has_strict:
        return
    tools = objects_decoder.decode(written)
    if has_marks:
        lose("tools.cache_control")
        tools = [{key: each for key, each in tool.items() if key != MARK} for tool in tools]
    if has_strict:
        tools = [with_strict(tool, lose, is_known=rules.has_strict is True) for tool in tools]
    fields["tools"] = raw(tools)


def with_strict(tool: dict[str, object], lose: Lose, *, is_known: bool) -> dict[str, object]:
    """Say of a function whether it is held to its schema, or nothing where that is not known."""
    function = tool.get("function")
    if not isinstance(function, dict):
        return tool
    if is_known:
        return {**tool, "function": {**function, "strict": function.get("strict") or False}}
    if function.get("strict"):
        lose("tools.strict")
    return {**tool, "function": {key: each for key, each in function.items() if key != "strict"}}


def shorten(fields: Fields, lose: Lose) -> None:
    """Take the hour off every mark."""
    for name in ("messages", "tools"):
        written = bytes(fields.get(name, b""))
        if SIGN in written and HOUR in written:
            lose("cache_control.ttl")
            fields[name] = raw(shortened(decode_value(fields[name])))


def mark(fields: Fields, rules: CacheRules) -> None:
    """Mark instructions, the last tool and the last words, where the caller marked nothing.

    A caller who asks for a day gets the hour that marks last at most.
    """
    if any(SIGN in bytes(fields.get(name, b"")) for name in ("messages", "tools")):
        return
    if "messages" not in fields:
        return
    is_long = bytes(fields.get("prompt_cache_retention", b"")) == LONG
    control = LASTING if is_long else EPHEMERAL
    turns = turns_decoder.decode(whole_characters(bytes(fields["messages"])))
    for place in marked_places(turns):
        turns[place] = with_mark(turns[place], control)
    fields["messages"] = raw(turns)
    if rules.has_tool_marks is not False and "tools" in fields:
        tools = objects_decoder.decode(fields["tools"])
        marked = [{**tool, MARK: control} for tool in tools[-1:]]
        fields["tools"] = raw([*tools[:-1], *marked])


def marked_places(turns: list[Turn]) -> Iterator[int]:
    """Give the places of the first instructions and of the last turn that has words."""
    yield from (at for at, turn in enumerate(turns[:1]) if turn.get("role") in INSTRUCTING)
    spoken = (at for at in reversed(range(len(turns))) if turns[at].get("role") not in INSTRUCTING)
    yield from (at for at in [next((at for at in spoken if has_words(turns[at])), -1)] if at >= 0)


def has_words(turn: Turn) -> bool:
    """Say whether there is text to put a mark on."""
    return any(is_text(item) for item in items_of(turn.get("content")))


def is_text(item: object) -> bool:
    """Say whether an item of a content list is text."""
    return isinstance(item, Mapping) and item.get("type") == "text" and bool(item.get("text"))


def with_mark(turn: Turn, control: Mapping[str, str]) -> Turn:
    """Mark the last text of a turn."""
    items = list(items_of(turn.get("content")))
    for place in reversed(range(len(items))):
        item = items[place]
        if isinstance(item, dict) and is_text(item):
            items[place] = {**item, MARK: control}
            return {**turn, "content": items}
    return turn
