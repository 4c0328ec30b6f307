"""A Prompt becomes a request's bytes, and what it could not carry is named."""

from endpoints_server.domain.dialect import Dialect
from endpoints_server.domain.parameter import WEB_SEARCH
from endpoints_server.domain.talk.crossing import Lose, Loss, cross
from endpoints_server.domain.talk.effort import level_for
from endpoints_server.domain.talk.prompt import (
    ForeignTool,
    Format,
    Prompt,
    Reasoning,
    Sampling,
    Tool,
    ToolChoice,
)
from endpoints_server.domain.talk.unseen import without_images
from endpoints_server.domain.wire import Written
from endpoints_server.wires.body import close_fields, raw
from endpoints_server.wires.openai_chat.ending import NAME
from endpoints_server.wires.openai_chat.request.ask import is_asked_anew
from endpoints_server.wires.openai_chat.request.extras import lay
from endpoints_server.wires.openai_chat.request.schema import Fields
from endpoints_server.wires.openai_chat.request.shape import shape
from endpoints_server.wires.openai_chat.request.write_message import write_mark, write_messages
from endpoints_server.wires.web_search import is_searching

EFFORTS = {"off": "none", "max": "xhigh"}


def write_request(prompt: Prompt, dialect: Dialect) -> Written:
    """Write a whole request under a Dialect."""
    crossed, crossing_losses = cross(prompt, NAME)
    names = dict.fromkeys(loss.name for loss in crossing_losses)
    lose: Lose = names.setdefault
    if dialect.turns.has_images is False:
        crossed = without_images(crossed, lose)
    extras = dict(crossed.extras.get(NAME, {}))
    written: Fields = {
        "model": crossed.model,
        "messages": write_messages(crossed, dialect, lose),
        **write_tools(crossed, dialect, lose),
        **write_sampling(crossed.sampling, lose),
        **write_reasoning(crossed.reasoning, dialect, lose),
        **write_stream(crossed, dialect, extras),
    }
    if crossed.ceiling_tokens is not None:
        written["max_tokens"] = crossed.ceiling_tokens
    if crossed.has_web_search and "web_search_options" not in extras:
        written |= write_search(prompt, dialect, lose)
    if crossed.format is not None:
        written["response_format"] = write_format(crossed.format)
    for key, text in (("user", crossed.user), ("service_tier", crossed.service_tier)):
        if text:
            written[key] = text
    fields = {key: raw(value) for key, value in {**extras, **written}.items()}
    shape(fields, crossed.model, dialect, lose)
    return Written(body=close_fields(fields), losses=tuple(Loss(name) for name in names))


def write_search(prompt: Prompt, dialect: Dialect, lose: Lose) -> Fields:
    """Wish for a search, unless it is one offer among functions to a plain endpoint.

    Coding clients always make that offer, and most models there refuse the whole request for it.
    """
    is_offer = is_searching(prompt.tools) and any(isinstance(tool, Tool) for tool in prompt.tools)
    if is_offer and dialect.web_search == "options":
        lose(WEB_SEARCH)
        return {}
    return {WEB_SEARCH: True}


def write_tools(prompt: Prompt, dialect: Dialect, lose: Lose) -> Fields:
    """Write the tools and which of them to call; a choice among no tools is refused upstream."""
    if not prompt.tools:
        if prompt.tool_choice is not None and prompt.tool_choice.mode in {"required", "tool"}:
            lose("tool_choice")
        return {}
    written: Fields = {"tools": [write_tool(tool, dialect, lose) for tool in prompt.tools]}
    if prompt.tool_choice is not None:
        written["tool_choice"] = write_tool_choice(prompt.tool_choice)
    if prompt.is_parallel is not None:
        written["parallel_tool_calls"] = prompt.is_parallel
    return written


def write_tool(tool: Tool | ForeignTool, dialect: Dialect, lose: Lose) -> Fields:
    """Write one tool; extras with a dotted name go back inside the function."""
    if isinstance(tool, ForeignTool):
        return dict(tool.value)
    marked = write_mark(tool.cache, dialect, lose)
    function: Fields = {"name": tool.name}
    if tool.description:
        function["description"] = tool.description
    if tool.parameters is not None:
        function["parameters"] = tool.parameters
    if tool.is_strict is not None:
        function["strict"] = tool.is_strict
    return lay({"type": "function", "function": function, **marked}, tool.extras)


def write_tool_choice(choice: ToolChoice) -> str | Fields:
    """Write which tool must or may be called."""
    if choice.mode == "tool":
        return {"type": "function", "function": {"name": choice.name}}
    return choice.mode


def write_sampling(sampling: Sampling, lose: Lose) -> Fields:
    """Write how the next token is drawn."""
    if sampling.top_k is not None:
        lose("top_k")
    wishes: Fields = {
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "seed": sampling.seed,
        "frequency_penalty": sampling.frequency_penalty,
        "presence_penalty": sampling.presence_penalty,
        "stop": list(sampling.stop) or None,
        "n": sampling.count if sampling.count != 1 else None,
    }
    return {key: value for key, value in wishes.items() if value is not None}


def write_reasoning(reasoning: Reasoning | None, dialect: Dialect, lose: Lose) -> Fields:
    """Write how much to think; where only efforts are taken, a budget becomes the nearest."""
    if reasoning is None:
        return {}
    if is_asked_anew(dialect.thinking):
        return {"reasoning": whole_wish(reasoning)}
    if dialect.thinking.form in ("object", "gateway") and not reasoning.effort:
        return {"reasoning": budget_object(reasoning)}
    if reasoning.budget_tokens is not None:
        lose("reasoning.budget")
    if reasoning.is_adaptive:
        lose("reasoning.adaptive")
    effort = reasoning.effort or level_for(reasoning.budget_tokens)
    return {"reasoning_effort": EFFORTS.get(effort, effort)} if effort else {}


def whole_wish(reasoning: Reasoning) -> Fields:
    """Write all that was wished for, to be put into the form of the endpoint."""
    wish: Fields = {"effort": "none" if reasoning.effort == "off" else reasoning.effort or None}
    wish |= {"max_tokens": reasoning.budget_tokens}
    return {key: value for key, value in wish.items() if value is not None} or {"enabled": True}


def budget_object(reasoning: Reasoning) -> Fields:
    """Write a budget, or the wish to think as much as it takes, as a reasoning object."""
    if reasoning.budget_tokens is None:
        return {"enabled": True}
    return {"max_tokens": reasoning.budget_tokens}


def write_stream(prompt: Prompt, dialect: Dialect, extras: Fields) -> Fields:
    """Ask for a stream, and for the counts in it where the endpoint has them."""
    options = dict(extras.pop("stream_options", {}))
    if not prompt.is_stream:
        return {}
    if dialect.has_stream_usage:
        options["include_usage"] = True
    return {"stream": True, "stream_options": options} if options else {"stream": True}


def write_format(format: Format) -> Fields:
    """Write the shape asked of the answer; a schema must have a name."""
    if format.kind == "json":
        return {"type": "json_object"}
    schema: Fields = {"name": format.name or "answer"}
    if format.description:
        schema["description"] = format.description
    if format.schema is not None:
        schema["schema"] = format.schema
    if format.is_strict is not None:
        schema["strict"] = format.is_strict
    return {"type": "json_schema", "json_schema": schema}
