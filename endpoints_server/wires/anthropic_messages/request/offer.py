"""Tools and marks as an endpoint takes them, whoever wrote them."""

import msgspec

from endpoints_server.domain.dialect import CacheRules, Dialect, ToolRules
from endpoints_server.domain.talk.crossing import Lose
from endpoints_server.wires.anthropic_messages.schema import Object
from endpoints_server.wires.body import DECODE_ERRORS, Fields, decode_value, raw
from endpoints_server.wires.marks import HOUR, MARK, SIGN, shortened

EAGER = "eager_input_streaming"
AS_USUAL = (ToolRules(), CacheRules())

tools_decoder = msgspec.json.Decoder(list[Object])


def fit_offer(fields: Fields, dialect: Dialect, lose: Lose) -> None:
    """Bring tools and marks into the form that the endpoint takes."""
    if (dialect.tools, dialect.cache) == AS_USUAL:
        return
    try:
        if "tools" in fields:
            fit_tools(fields, dialect, lose)
        if dialect.cache.has_hour is False:
            shorten(fields, lose)
    except DECODE_ERRORS:
        return  # not for us to judge


def fit_tools(fields: Fields, dialect: Dialect, lose: Lose) -> None:
    """Change what is offered where the endpoint has a rule for it."""
    tools, written = dialect.tools, bytes(fields["tools"])
    taken = [
        name
        for name, is_taken in (
            (MARK, dialect.cache.has_tool_marks is not False),
            (EAGER, tools.has_eager_input is not False),
            ("strict", tools.has_strict is not False),
        )
        if not is_taken and f'"{name}"'.encode() in written
    ]
    if not taken and not tools.has_eager_input:
        return
    fitted = tools_decoder.decode(written)
    for name in taken:
        if any(tool.get(name) for tool in fitted):
            lose(f"tools.{name}")
        fitted = [{key: each for key, each in tool.items() if key != name} for tool in fitted]
    if tools.has_eager_input:
        fitted = [{**tool, EAGER: True} if is_own(tool) else tool for tool in fitted]
    fields["tools"] = raw(fitted)


def is_own(tool: Object) -> bool:
    """Say whether a tool is the caller's own, for which the model writes arguments."""
    return tool.get("type") in (None, "custom") and EAGER not in tool


def shorten(fields: Fields, lose: Lose) -> None:
    """Take the hour off every mark."""
    for name in ("system", "messages", "tools"):
        written = bytes(fields.get(name, b""))
        if SIGN in written and HOUR in written:
            lose("cache_control.ttl")
            fields[name] = raw(shortened(decode_value(fields[name])))
