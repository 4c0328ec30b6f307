"""A Prompt becomes a request's bytes, and what it could not carry is named.

Nothing of it is stored upstream: the whole conversation goes along, with the reasoning sealed.
"""

from endpoints_server.domain.dialect import Dialect
from endpoints_server.domain.parameter import WEB_SEARCH
from endpoints_server.domain.talk.crossing import Lose, Loss, cross
from endpoints_server.domain.talk.effort import is_judged, level_for
from endpoints_server.domain.talk.prompt import (
    ForeignTool,
    Format,
    Prompt,
    Reasoning,
    Sampling,
    Thinking,
    Tool,
    ToolChoice,
)
from endpoints_server.domain.talk.unseen import without_images
from endpoints_server.domain.wire import Written
from endpoints_server.wires.body import add_field, close_fields, raw
from endpoints_server.wires.openai_responses.request.shape import shape
from endpoints_server.wires.openai_responses.request.write_input import write_input
from endpoints_server.wires.openai_responses.schema import NAME, Object

EFFORTS = {"off": "none", "max": "xhigh"}
SMALLEST_CEILING = 16
SEALED = "reasoning.encrypted_content"


def write_request(prompt: Prompt, dialect: Dialect) -> Written:
    """Write a whole request under a Dialect."""
    crossed, crossing_losses = cross(prompt, NAME)
    names = dict.fromkeys(loss.name for loss in crossing_losses)
    lose: Lose = names.setdefault
    if dialect.turns.has_images is False:
        crossed = without_images(crossed, lose)
    written = write_fields(crossed, dialect, lose)
    fields = {key: raw(value) for key, value in written.items()}
    for name, value in crossed.extras.get(NAME, {}).items():
        add_field(fields, name, value)
    shape(fields, dialect, lose)
    return Written(body=close_fields(fields), losses=tuple(Loss(name) for name in names))


def write_fields(prompt: Prompt, dialect: Dialect, lose: Lose) -> Object:
    """Write the body's fields."""
    fields: Object = {
        "model": prompt.model,
        "input": write_input(prompt, dialect, lose),
        "store": False,
        **write_tools(prompt, lose),
        **write_sampling(prompt.sampling, lose),
        **write_reasoning(prompt, dialect, lose),
    }
    if prompt.ceiling_tokens is not None:
        fields["max_output_tokens"] = fit_ceiling(prompt.ceiling_tokens, lose)
    if prompt.format is not None:
        fields["text"] = {"format": write_format(prompt.format)}
    if prompt.has_web_search:
        fields[WEB_SEARCH] = True
    for key, text in (("user", prompt.user), ("service_tier", prompt.service_tier)):
        if text:
            fields[key] = text
    if prompt.is_stream:
        fields["stream"] = True
    return fields


def fit_ceiling(tokens: int, lose: Lose) -> int:
    """Raise a ceiling to the smallest that the API takes."""
    if tokens < SMALLEST_CEILING:
        lose("max_tokens")
    return max(tokens, SMALLEST_CEILING)


def write_tools(prompt: Prompt, lose: Lose) -> Object:
    """Write the tools and which of them to call; a choice among no tools is refused upstream."""
    if not prompt.tools:
        if prompt.tool_choice is not None and prompt.tool_choice.mode in ("required", "tool"):
            lose("tool_choice")
        return {}
    written: Object = {"tools": [write_tool(tool, lose) for tool in prompt.tools]}
    if prompt.tool_choice is not None:
        written["tool_choice"] = write_choice(prompt.tool_choice)
    if prompt.is_parallel is not None:
        written["parallel_tool_calls"] = prompt.is_parallel
    return written


def write_tool(tool: Tool | ForeignTool, lose: Lose) -> Object:
    """Write one tool; this wire holds to schemas unless it is told not to."""
    if isinstance(tool, ForeignTool):
        return dict(tool.value)
    if tool.cache is not None:
        lose("cache_control")
    written: Object = {"type": "function", "name": tool.name}
    if tool.description:
        written["description"] = tool.description
    written["parameters"] = tool.parameters or {"type": "object", "properties": {}}
    written["strict"] = bool(tool.is_strict)
    return {**tool.extras.get(NAME, {}), **written}


def write_choice(choice: ToolChoice) -> str | Object:
    """Write which tool must or may be called."""
    return {"type": "function", "name": choice.name} if choice.mode == "tool" else choice.mode


def write_sampling(sampling: Sampling, lose: Lose) -> Object:
    """Write how the next token is drawn, naming the ways that the API does not have."""
    if sampling.count > 1:
        lose("n")
    for name, value in (
        ("top_k", sampling.top_k),
        ("seed", sampling.seed),
        ("frequency_penalty", sampling.frequency_penalty),
        ("presence_penalty", sampling.presence_penalty),
        ("stop", sampling.stop or None),
    ):
        if value is not None:
            lose(name)
    wishes = {"temperature": sampling.temperature, "top_p": sampling.top_p}
    return {name: value for name, value in wishes.items() if value is not None}


def write_reasoning(prompt: Prompt, dialect: Dialect, lose: Lose) -> Object:
    """Write how much to think; a budget becomes the nearest effort.

    Sealed reasoning is asked for where there is or was any: models that do not think refuse it.
    """
    asked = prompt.reasoning
    fields: Object = {}
    effort = effort_of(asked) if asked else "off"
    if asked is not None:
        if asked.budget_tokens is not None:
            lose("reasoning.budget")
        is_known = is_judged(dialect.thinking) and effort != "off"
        word = effort if is_known else EFFORTS.get(effort, effort)
        wish = {"effort": word} if effort else {}
        fields["reasoning"] = wish if effort == "off" else {**wish, "summary": "auto"}
    if effort != "off" or has_thought(prompt):
        fields["include"] = [SEALED]
    return fields


def has_thought(prompt: Prompt) -> bool:
    """Say whether the model has shown sealed reasoning before."""
    return any(
        isinstance(part, Thinking) and part.seal is not None
        for message in prompt.messages
        for part in message.parts
    )


def effort_of(asked: Reasoning) -> str:
    """Name the effort, or that which comes near a budget; none where the model finds its own."""
    return asked.effort or level_for(asked.budget_tokens)


def write_format(format: Format) -> Object:
    """Write the shape asked of the answer; a schema must have a name."""
    if format.kind == "json":
        return {"type": "json_object"}
    written: Object = {"type": "json_schema", "name": format.name or "answer"}
    if format.description:
        written["description"] = format.description
    written["schema"] = format.schema or {}
    if format.is_strict is not None:
        written["strict"] = format.is_strict
    return written
