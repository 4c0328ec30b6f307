"""A request's bytes become a Prompt."""

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Raw
from msgspec.structs import replace

from endpoints_server.domain.fault import Failed
from endpoints_server.domain.parameter import NAMES
from endpoints_server.domain.talk.prompt import (
    ForeignTool,
    Format,
    Prompt,
    Reasoning,
    Sampling,
    Tool,
    ToolChoice,
)
from endpoints_server.wires.body import (
    Fields,
    close_fields,
    open_fields,
    rename,
    whole_characters,
)
from endpoints_server.wires.decode import is_null, left_over
from endpoints_server.wires.openai_responses.decode import filed, refusal, take
from endpoints_server.wires.openai_responses.request.kept import refuse_kept
from endpoints_server.wires.openai_responses.request.read_input import read_input
from endpoints_server.wires.openai_responses.request.schema import (
    Allowed,
    FormatAsked,
    FunctionTool,
    ReasoningAsked,
    Request,
    TextAsked,
)
from endpoints_server.wires.openai_responses.request.shape import SEARCH
from endpoints_server.wires.openai_responses.schema import NAME, Object
from endpoints_server.wires.web_search import is_searching, said_in

EFFORTS = frozenset({"minimal", "low", "medium", "high", "xhigh", "max"})
SEALED = "reasoning.encrypted_content"
AS_USUAL: Mapping[str, object] = MappingProxyType(
    {"store": False, "background": False, "truncation": "disabled", "include": []}
)
"""What asks for nothing: no upstream of another wire does otherwise."""


def read_request(body: bytes) -> Prompt:
    """Read a request; raises Failed that names the field which is wrong.

    One that leaves turns to the memory of an upstream is untranslatable: no other could answer it.
    """
    fields = opened(body)
    refuse_kept(fields)
    if is_null(fields.get("input", Raw())):
        raise refusal("input", "a request must say something")
    asked = take(close_fields(fields), Request, "")
    system, messages = read_input(asked)
    prompt = Prompt(
        model=asked.model,
        system=system,
        messages=messages,
        tools=tuple(read_tool(tool, f"tools[{i}]") for i, tool in enumerate(asked.tools or ())),
        is_parallel=asked.parallel_tool_calls,
        sampling=Sampling(temperature=asked.temperature, top_p=asked.top_p),
        ceiling_tokens=asked.max_output_tokens,
        is_stream=bool(asked.stream),
        has_stream_usage=True,
        user=asked.user or "",
        service_tier=asked.service_tier or "",
        extras=filed(unknown_fields(fields)),
    )
    prompt = with_search(with_choice(prompt, asked.tool_choice))
    prompt = with_reasoning(prompt, asked.reasoning)
    return with_text(prompt, asked.text)


def opened(body: bytes) -> Fields:
    """Take a body apart, under the wire's own names; half a character is read as its replacement.

    Raises Failed(bad_request).
    """
    try:
        fields = open_fields(body)
    except Failed:
        mended = whole_characters(body)
        if mended == body:
            raise
        fields = open_fields(mended)
    if not NAMES[NAME].keys().isdisjoint(fields):
        rename(fields, NAMES[NAME])
    return fields


def unknown_fields(fields: Fields) -> Object:
    """Decode the top-level fields that we do not know, but for those that ask for nothing.

    Sealed reasoning is always told, so that to be asked for it is nothing to lose.
    """
    known = Request.__struct_fields__
    found = {name: take(fields[name], object, name) for name in fields if name not in known}
    include = found.get("include")
    if isinstance(include, list):
        found["include"] = [wanted for wanted in include if wanted != SEALED]
    return {
        name: value
        for name, value in found.items()
        if value is not None and AS_USUAL.get(name, ...) != value
    }


def read_tool(value: Raw, where: str) -> Tool | ForeignTool:
    """Read a tool; only a function means something to other wires.

    This wire holds to schemas unless it is told not to, others only where they are told to: that
    it is told not to says nothing elsewhere.
    """
    fields = take(value, Object, where)
    if fields.get("type") not in (None, "function"):
        return ForeignTool(wire=NAME, value=fields, details=details_of(fields))
    tool = take(value, FunctionTool, where)
    return Tool(
        name=tool.name,
        description=tool.description or "",
        parameters=tool.parameters,
        is_strict=tool.strict or None,
        extras=filed(left_over(fields, FunctionTool)),
    )


def details_of(tool: Object) -> tuple[str, ...] | None:
    """Name what a web search says beyond that it is one; None for any other tool.

    A search that may not reach the web reads what this vendor keeps, and others do not.
    """
    if not SEARCH.covers(tool) or tool.get("external_web_access") is False:
        return None
    return said_in(tool, "type", "external_web_access")


def with_choice(prompt: Prompt, value: Raw) -> Prompt:
    """Read which tools may or must be called; forms unknown elsewhere stay in the extras."""
    if is_null(value):
        return prompt
    match take(value, object, "tool_choice"):
        case "auto" | "none" | "required" as mode:
            return replace(prompt, tool_choice=ToolChoice(mode=mode))
        case {"type": "function", "name": str(name)}:
            return replace(prompt, tool_choice=ToolChoice(mode="tool", name=name))
        case {"type": "allowed_tools", **rest} if rest:
            return with_allowed(prompt, value)
        case other:  # a tool that runs at the vendor
            return kept(prompt, "tool_choice", other)


def with_allowed(prompt: Prompt, value: Raw) -> Prompt:
    """Read a choice among some tools: the others are not offered at all."""
    allowed = take(value, Allowed, "tool_choice")
    names = {tool.name for tool in allowed.tools if tool.type == "function"}
    offered = tuple(tool for tool in prompt.tools if isinstance(tool, Tool) and tool.name in names)
    if len(offered) != len(allowed.tools):
        return kept(prompt, "tool_choice", take(value, object, "tool_choice"))
    mode = ToolChoice(mode="required" if allowed.mode == "required" else "auto")
    return replace(prompt, tools=offered, tool_choice=mode)


def with_search(prompt: Prompt) -> Prompt:
    """Take a search that may be run for the wish to have the web searched."""
    is_withheld = prompt.tool_choice is not None and prompt.tool_choice.mode == "none"
    return replace(prompt, has_web_search=is_searching(prompt.tools) and not is_withheld)


def with_reasoning(prompt: Prompt, value: Raw) -> Prompt:
    """Read how much to think; an effort that we do not know, and the rest, stay in the extras."""
    if is_null(value):
        return prompt
    asked = take(value, ReasoningAsked, "reasoning")
    for name, wish in left_over(take(value, Object, "reasoning"), ReasoningAsked).items():
        prompt = kept(prompt, f"reasoning.{name}", wish)
    effort = asked.effort
    if effort is None:
        return prompt
    if effort == "none":
        return replace(prompt, reasoning=Reasoning(effort="off"))
    if effort in EFFORTS:
        return replace(prompt, reasoning=Reasoning(effort=effort))
    return kept(prompt, "reasoning.effort", effort)


def with_text(prompt: Prompt, value: Raw) -> Prompt:
    """Read the shape asked of the answer; plain text is no shape."""
    if is_null(value):
        return prompt
    asked = take(value, TextAsked, "text")
    for name, wish in left_over(take(value, Object, "text"), TextAsked).items():
        prompt = kept(prompt, f"text.{name}", wish)
    if is_null(asked.format):
        return prompt
    format = take(asked.format, FormatAsked, "text.format")
    match format.type:
        case "text":
            return prompt
        case "json_object":
            return replace(prompt, format=Format(kind="json"))
        case "json_schema":
            return replace(prompt, format=read_schema(format))
        case _:  # a grammar, or what came after us
            return kept(prompt, "text.format", take(asked.format, object, "text.format"))


def read_schema(format: FormatAsked) -> Format:
    """Read a schema."""
    return Format(
        kind="schema",
        name=format.name,
        description=format.description or "",
        schema=format.schema,
        is_strict=format.strict,
    )


def kept(prompt: Prompt, name: str, value: object) -> Prompt:
    """Keep a wish for this wire alone; the name of one inside an object is dotted."""
    ours = {**prompt.extras.get(NAME, {}), name: value}
    return replace(prompt, extras={**prompt.extras, NAME: ours})
