"""The body of a request becomes a Prompt."""

from typing import Literal

from msgspec import Raw, Struct
from msgspec.structs import replace

from endpoints_server.domain.talk.prompt import (
    Extras,
    ForeignTool,
    Format,
    Message,
    Prompt,
    Reasoning,
    Role,
    Sampling,
    Tool,
    ToolChoice,
)
from endpoints_server.wires.anthropic_messages.decode import filed, refusal, take
from endpoints_server.wires.anthropic_messages.read_content import (
    extras_of,
    read_content,
    read_mark,
)
from endpoints_server.wires.anthropic_messages.request.fit import SEARCH
from endpoints_server.wires.anthropic_messages.request.kept import refuse_thread
from endpoints_server.wires.anthropic_messages.schema import (
    NAME,
    Choice,
    FormatAsked,
    Metadata,
    Object,
    OutputAsked,
    Request,
    ThinkingAsked,
    ToolEntry,
)
from endpoints_server.wires.body import Fields, open_fields
from endpoints_server.wires.decode import is_null, left_over
from endpoints_server.wires.web_search import is_searching, said_in

MODES: dict[str, Literal["auto", "required", "tool", "none"]] = {
    "auto": "auto",
    "any": "required",
    "tool": "tool",
    "none": "none",
}
EFFORTS = ("low", "medium", "high", "xhigh", "max")


def read_request(body: bytes) -> Prompt:
    """Read a request; raises Failed(bad_request) with a message that names the field."""
    fields = open_fields(body)
    refuse_thread(fields)
    asked = take(body, Request, "")
    prompt = Prompt(
        model=asked.model,
        messages=read_messages(asked),
        system=read_content(asked.system, "system") if asked.system else (),
        tools=tuple(read_tool(tool, f"tools.{i}") for i, tool in enumerate(asked.tools or ())),
        sampling=Sampling(
            temperature=asked.temperature,
            top_p=asked.top_p,
            top_k=asked.top_k,
            stop=tuple(asked.stop_sequences or ()),
        ),
        ceiling_tokens=asked.max_tokens,
        is_stream=bool(asked.stream),
        service_tier=asked.service_tier or "",
        extras=filed(unknown_fields(fields)),
    )
    prompt = with_search(with_choice(prompt, asked.tool_choice))
    prompt = with_reasoning(prompt, asked.thinking)
    prompt = with_output(prompt, asked.output_config, asked.output_format)
    return with_user(prompt, asked.metadata)


def read_messages(asked: Request) -> tuple[Message, ...]:
    """Read the turns; a system turn stays where it is."""
    return tuple(
        Message(role=Role(turn.role), parts=read_content(turn.content, f"messages.{i}.content"))
        for i, turn in enumerate(asked.messages)
    )


def read_tool(value: Raw, where: str) -> Tool | ForeignTool:
    """Read a tool; one with a type of its own runs at the vendor, and stays as it is."""
    fields = take(value, Object, where)
    if fields.get("type") not in (None, "custom"):
        return ForeignTool(wire=NAME, value=fields, details=details_of(fields))
    entry = take(value, ToolEntry, where)
    return Tool(
        name=entry.name,
        description=entry.description or "",
        parameters=entry.input_schema,
        is_strict=entry.strict,
        cache=read_mark(entry.cache_control),
        extras=extras_of(fields, ToolEntry),
    )


def details_of(tool: Object) -> tuple[str, ...] | None:
    """Name what a web search says beyond that it is one; None for any other tool."""
    if not SEARCH.covers(tool):
        return None
    return said_in(tool, "type", "name")


def unknown_fields(fields: Fields) -> Object:
    """Decode the top-level fields that we do not know."""
    known = Request.__struct_fields__
    found = {name: take(fields[name], object, name) for name in fields if name not in known}
    return {name: value for name, value in found.items() if value is not None}


def with_choice(prompt: Prompt, value: Raw) -> Prompt:
    """Read which tools may or must be called, and whether several at once."""
    if is_null(value):
        return prompt
    choice = take(value, Choice, "tool_choice")
    if choice.type == "tool" and not choice.name:
        raise refusal("tool_choice.name", "a tool must be named")
    is_alone = choice.disable_parallel_tool_use
    return replace(
        prompt,
        tool_choice=ToolChoice(mode=MODES[choice.type], name=choice.name),
        is_parallel=None if is_alone is None else not is_alone,
        extras=with_rest(prompt.extras, "tool_choice", value, Choice),
    )


def with_search(prompt: Prompt) -> Prompt:
    """Take a search that may be run for the wish to have the web searched."""
    is_withheld = prompt.tool_choice is not None and prompt.tool_choice.mode == "none"
    return replace(prompt, has_web_search=is_searching(prompt.tools) and not is_withheld)


def with_reasoning(prompt: Prompt, value: Raw) -> Prompt:
    """Read how much to think; a kind that we do not know is kept for this wire."""
    if is_null(value):
        return prompt
    asked = take(value, ThinkingAsked, "thinking")
    match asked.type:
        case "enabled":
            reasoning = Reasoning(budget_tokens=asked.budget_tokens)
        case "adaptive":
            reasoning = Reasoning(is_adaptive=True)
        case "disabled":
            reasoning = Reasoning(effort="off")
        case _:  # a kind that came after us
            kept = take(value, Object, "thinking")
            return replace(prompt, extras=with_kept(prompt.extras, "thinking", kept))
    extras = with_rest(prompt.extras, "thinking", value, ThinkingAsked)
    return replace(prompt, reasoning=reasoning, extras=extras)


def with_output(prompt: Prompt, value: Raw, older: Raw) -> Prompt:
    """Read effort and format; `output_format` is what the format was called before."""
    asked = OutputAsked()
    if not is_null(value):
        asked = take(value, OutputAsked, "output_config")
        extras = with_rest(prompt.extras, "output_config", value, OutputAsked)
        prompt = replace(prompt, extras=extras)
    if asked.effort:
        prompt = with_effort(prompt, asked.effort)
    if not is_null(asked.format):
        return with_format(prompt, asked.format, "output_config.format")
    return prompt if is_null(older) else with_format(prompt, older, "output_format")


def with_effort(prompt: Prompt, effort: str) -> Prompt:
    """Take an effort for how much to think, unless thinking is switched off."""
    reasoning = prompt.reasoning or Reasoning()
    if effort in EFFORTS and reasoning.effort != "off":
        return replace(prompt, reasoning=replace(reasoning, effort=effort))
    return replace(prompt, extras=with_kept(prompt.extras, "output_config", {"effort": effort}))


def with_format(prompt: Prompt, value: Raw, where: str) -> Prompt:
    """Read the shape asked of the answer; a kind that we do not know is kept for this wire."""
    asked = take(value, FormatAsked, where)
    if asked.type == "json_schema":
        return replace(prompt, format=Format(kind="schema", schema=asked.schema))
    kept: Object = {"format": take(value, Object, where)}
    return replace(prompt, extras=with_kept(prompt.extras, "output_config", kept))


def with_user(prompt: Prompt, value: Raw) -> Prompt:
    """Read the person's tag."""
    if is_null(value):
        return prompt
    user = take(value, Metadata, "metadata").user_id or ""
    extras = with_rest(prompt.extras, "metadata", value, Metadata)
    return replace(prompt, user=user, extras=extras)


def with_rest(extras: Extras, name: str, value: Raw, shape: type[Struct]) -> Extras:
    """Keep what a nested object holds beyond its known fields."""
    kept = left_over(take(value, Object, name), shape)
    return with_kept(extras, name, kept) if kept else extras


def with_kept(extras: Extras, name: str, fields: Object) -> Extras:
    """Add fields to a nested object that is kept for this wire."""
    ours = extras.get(NAME, {})
    earlier = ours.get(name)
    kept = {**earlier, **fields} if isinstance(earlier, dict) else fields
    return {**extras, NAME: {**ours, name: kept}}
