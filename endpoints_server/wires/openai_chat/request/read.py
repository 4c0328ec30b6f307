"""A request's bytes become a Prompt."""

import msgspec

from endpoints_server.domain.fault import Failed
from endpoints_server.domain.parameter import NAMES
from endpoints_server.domain.talk.prompt import (
    Extras,
    ForeignTool,
    Format,
    Prompt,
    Sampling,
    Tool,
    ToolChoice,
)
from endpoints_server.wires.body import (
    DECODE_ERRORS,
    close_fields,
    malformed,
    open_fields,
    rename,
    whole_characters,
)
from endpoints_server.wires.openai_chat.ending import NAME
from endpoints_server.wires.openai_chat.request.extras import gather, unknown
from endpoints_server.wires.openai_chat.request.read_message import mark_of, read_messages
from endpoints_server.wires.openai_chat.request.schema import (
    Asked,
    AskedFunction,
    AskedReasoning,
    AskedTool,
    CacheControl,
    Fields,
    JsonSchema,
    ResponseFormat,
    StreamOptions,
    asked_decoder,
)
from endpoints_server.wires.openai_chat.request.wish import (
    Wish,
    effort_of,
    read_reasoning,
    read_thinking,
)

SPOKEN_NAMES = {**NAMES[NAME], "thinkingBudget": "reasoning.max_tokens"}
"""LibreChat's names for what a request on this wire says; budgets are read as OpenRouter's are."""


def read_request(body: bytes) -> Prompt:
    """Read a whole request; raises Failed(bad_request) that names the field which is wrong.

    The body is decoded twice: once by shape, and once loosely for what the shape does not know.
    """
    try:
        asked, loose = decode_asked(body)
    except DECODE_ERRORS as error:
        raise Failed(malformed(error, body)) from None
    system, messages = read_messages(asked.messages, loose["messages"])
    ceiling = asked.max_completion_tokens
    return Prompt(
        model=asked.model,
        system=system,
        messages=messages,
        tools=read_tools(asked, loose),
        tool_choice=read_tool_choice(asked),
        is_parallel=asked.parallel_tool_calls,
        sampling=read_sampling(asked),
        ceiling_tokens=asked.max_tokens if ceiling is None else ceiling,
        reasoning=read_reasoning(wish_of(asked)),
        format=read_format(asked.response_format),
        has_web_search=asked.web_search_options is not None or asked.web_search is True,
        is_stream=bool(asked.stream),
        has_stream_usage=bool(asked.stream_options and asked.stream_options.include_usage),
        user=asked.user or "",
        service_tier=asked.service_tier or "",
        extras=read_extras(asked, loose),
    )


def decode_asked(body: bytes) -> tuple[Asked, Fields]:
    """Decode a body by shape and loosely; half a character is read as the replacement for it."""
    try:
        return decode_named(body)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        return decode_named(whole_characters(body))


def decode_named(body: bytes) -> tuple[Asked, Fields]:
    """Decode a body; where parameters have names of LibreChat's, first give them the wire's."""
    loose: Fields = msgspec.json.decode(body)
    if isinstance(loose, dict) and not SPOKEN_NAMES.keys().isdisjoint(loose):
        fields = open_fields(body)
        rename(fields, SPOKEN_NAMES)
        body = close_fields(fields)
        loose = msgspec.json.decode(body)
    return asked_decoder.decode(body), loose


def read_tools(asked: Asked, loose: Fields) -> tuple[Tool | ForeignTool, ...]:
    """Read the tools, and the functions that came before there were tools."""
    tools: list[Tool | ForeignTool] = []
    for tool, fields in zip(asked.tools or (), loose.get("tools") or (), strict=True):
        tools.append(read_tool(tool, fields))
    for function, fields in zip(asked.functions or (), loose.get("functions") or (), strict=True):
        tools.append(
            read_function(
                function, gather({"function": fields}, AskedTool, "function", AskedFunction)
            )
        )
    return tuple(tools)


def read_tool(tool: AskedTool, fields: Fields) -> Tool | ForeignTool:
    """Read one tool; only a function means something to other wires."""
    if tool.type != "function" or tool.function is None:
        return ForeignTool(wire=NAME, value=fields)
    extras = gather(fields, AskedTool, "function", AskedFunction)
    return read_function(tool.function, extras, tool.cache_control)


def read_function(
    function: AskedFunction, extras: Extras, control: CacheControl | None = None
) -> Tool:
    """Read one function, with the mark that stands on it or beside it."""
    return Tool(
        name=function.name,
        description=function.description or "",
        parameters=function.parameters,
        is_strict=function.strict,
        cache=mark_of(control or function.cache_control),
        extras=extras,
    )


def read_tool_choice(asked: Asked) -> ToolChoice | None:
    """Read which tool must or may be called; forms unknown here stay in the extras."""
    match asked.tool_choice if asked.tool_choice is not None else asked.function_call:
        case "auto":
            return ToolChoice(mode="auto")
        case "none":
            return ToolChoice(mode="none")
        case "required" | "any":
            return ToolChoice(mode="required")
        case {"type": "function", "function": {"name": str(name)}}:
            return ToolChoice(mode="tool", name=name)
        case {"name": str(name), **rest} if not rest and asked.tool_choice is None:
            return ToolChoice(mode="tool", name=name)
        case _:  # allowed_tools and custom tools mean nothing elsewhere
            return None


def read_sampling(asked: Asked) -> Sampling:
    """Read how the next token is drawn."""
    stop = (asked.stop,) if isinstance(asked.stop, str) else tuple(asked.stop or ())
    return Sampling(
        temperature=asked.temperature,
        top_p=asked.top_p,
        top_k=asked.top_k,
        seed=asked.seed,
        frequency_penalty=asked.frequency_penalty,
        presence_penalty=asked.presence_penalty,
        stop=stop,
        count=1 if asked.n is None else asked.n,
    )


def wish_of(asked: Asked) -> Wish:
    """Give what a request says of how much to think."""
    return Wish(asked.reasoning_effort, asked.reasoning, asked.thinking)


def read_format(format: ResponseFormat | None) -> Format | None:
    """Read the shape asked of the answer; plain text is no shape."""
    match format:
        case ResponseFormat(type="json_object"):
            return Format(kind="json")
        case ResponseFormat(type="json_schema", json_schema=JsonSchema() as wanted):
            return Format(
                kind="schema",
                name=wanted.name,
                description=wanted.description or "",
                schema=wanted.schema,
                is_strict=wanted.strict,
            )
        case _:  # plain text, or a shape that stays in the extras
            return None


def read_extras(asked: Asked, loose: Fields) -> Extras:
    """Gather everything that has no place in a prompt, to be written back on this wire alone."""
    extras = unknown(loose, Asked)
    if asked.stream_options and (rest := unknown(loose["stream_options"], StreamOptions)):
        extras["stream_options"] = rest
    if asked.reasoning and (rest := unknown(loose["reasoning"], AskedReasoning)):
        extras["reasoning"] = rest
    if asked.reasoning_effort and not effort_of(asked.reasoning_effort):
        extras["reasoning_effort"] = asked.reasoning_effort
    if asked.tool_choice is not None and read_tool_choice(asked) is None:
        extras["tool_choice"] = asked.tool_choice
    if asked.web_search_options:
        extras["web_search_options"] = asked.web_search_options
    if asked.web_search is not None and not isinstance(asked.web_search, bool):
        extras["web_search"] = asked.web_search
    if isinstance(asked.thinking, dict) and read_thinking(asked.thinking) == AskedReasoning():
        extras["thinking"] = asked.thinking
    shape = asked.response_format
    if shape and shape.type != "text" and read_format(shape) is None:
        extras["response_format"] = loose["response_format"]
    return {NAME: extras} if extras else {}
