"""A Prompt becomes the body of a request, and a caller's body goes on to the same wire."""

from collections.abc import Iterable

from endpoints_server.domain.dialect import Dialect
from endpoints_server.domain.talk.crossing import Lose, Loss, cross
from endpoints_server.domain.talk.prompt import (
    ForeignTool,
    Format,
    Prompt,
    Sampling,
    Tool,
    ToolChoice,
)
from endpoints_server.domain.talk.unseen import without_images
from endpoints_server.domain.wire import Written
from endpoints_server.wires.anthropic_messages.request.beta import (
    beta_header,
    betas_for,
    betas_of,
)
from endpoints_server.wires.anthropic_messages.request.fit import SEARCH, fit_model, shape
from endpoints_server.wires.anthropic_messages.request.thinking import (
    Thought,
    fit_sampling,
    plan_thinking,
)
from endpoints_server.wires.anthropic_messages.request.write_turns import write_turns
from endpoints_server.wires.anthropic_messages.schema import NAME, Object
from endpoints_server.wires.anthropic_messages.write_content import marked, overlaid, plain
from endpoints_server.wires.body import close_fields, raw
from endpoints_server.wires.family import family_for

SERVICE_TIERS = ("auto", "standard_only")


def write_request(prompt: Prompt, dialect: Dialect) -> Written:
    """Write a request, with the names of what it cannot carry."""
    prompt, crossed = cross(prompt, NAME)
    losses = {loss.name: loss for loss in crossed}

    def lose(name: str) -> None:
        losses.setdefault(name, Loss(name))

    if dialect.turns.has_images is False:
        prompt = without_images(prompt, lose)
    fields = write_fields(prompt, dialect, lose)
    body = {name: raw(value) for name, value in fields.items()}
    shape(body, prompt.model, dialect, lose)
    fit_model(body, family_for(prompt.model, dialect), lose)
    return Written(
        body=close_fields(body),
        losses=tuple(losses.values()),
        headers=beta_header((*betas_of(body, dialect), *betas_for(body, dialect))),
    )


def write_fields(prompt: Prompt, dialect: Dialect, lose: Lose) -> Object:
    """Write the body's fields, in the order of the API's own documentation."""
    thought = plan_thinking(prompt, dialect, lose)
    conversation = write_turns(prompt.system, prompt.messages, dialect, lose)
    fields: Object = {
        "model": prompt.model,
        "max_tokens": thought.ceiling_tokens,
        "messages": conversation.messages(),
    }
    if conversation.system:
        fields["system"] = plain(conversation.system)
    if prompt.tools or prompt.has_web_search:
        tools = [write_tool(tool) for tool in prompt.tools]
        fields["tools"] = SEARCH.offered(tools) if prompt.has_web_search else tools
    fields |= write_choice(prompt, lose)
    fields |= write_output(prompt.format, thought, lose)
    fields |= fit_sampling(prompt.sampling, thought, lose)
    fields |= write_stops(prompt.sampling.stop, lose)
    fields |= write_tags(prompt, lose)
    if prompt.is_stream:
        fields["stream"] = True
    lose_sampling(prompt.sampling, lose)
    return overlaid(prompt.extras.get(NAME, {}), fields)


def write_tool(tool: Tool | ForeignTool) -> Object:
    """Write one tool; one without parameters takes an empty object."""
    if isinstance(tool, ForeignTool):
        return dict(tool.value)
    written: Object = {"name": tool.name}
    if tool.description:
        written["description"] = tool.description
    schema = dict(tool.parameters or {"properties": {}})
    written["input_schema"] = {"type": "object"} | schema
    if tool.is_strict is not None:
        written["strict"] = tool.is_strict
    return marked(written, tool.cache, tool.extras)


def write_choice(prompt: Prompt, lose: Lose) -> Object:
    """Write which tools may or must be called; without tools there is nothing to choose."""
    choice = prompt.tool_choice
    is_alone = prompt.is_parallel is False
    if not prompt.tools:
        if choice and choice.mode in ("required", "tool"):
            lose("tool_choice")
        if is_alone:
            lose("parallel_tool_calls")
        return {}
    if choice is None and not is_alone:
        return {}
    written = choice_fields(choice or ToolChoice())
    if prompt.is_parallel is not None and written["type"] != "none":
        written["disable_parallel_tool_use"] = is_alone
    return {"tool_choice": written}


def choice_fields(choice: ToolChoice) -> Object:
    """Write the choice itself."""
    match choice.mode:
        case "auto" | "none":
            return {"type": choice.mode}
        case "required":
            return {"type": "any"}
        case "tool":
            return {"type": "tool", "name": choice.name}


def write_output(asked: Format | None, thought: Thought, lose: Lose) -> Object:
    """Write thinking, effort and the shape of the answer; a bare JSON mode does not exist here."""
    fields: Object = {"thinking": thought.thinking} if thought.thinking else {}
    output: Object = {"effort": thought.effort} if thought.effort else {}
    if asked:
        output |= write_format(asked, lose)
    return fields | ({"output_config": output} if output else {})


def write_format(asked: Format, lose: Lose) -> Object:
    """Write the shape of the answer: the schema alone, which is always held to."""
    if asked.kind == "json" or asked.schema is None:
        lose("response_format")
        return {}
    for name, is_lost in (
        ("name", bool(asked.name)),
        ("description", bool(asked.description)),
        ("strict", asked.is_strict is False),
    ):
        if is_lost:
            lose(f"response_format.{name}")
    return {"format": {"type": "json_schema", "schema": asked.schema}}


def write_stops(stops: Iterable[str], lose: Lose) -> Object:
    """Write the stop sequences; the API refuses those of nothing but white space."""
    kept = [stop for stop in stops if stop.strip()]
    if len(kept) < len(tuple(stops)):
        lose("stop")
    return {"stop_sequences": kept} if kept else {}


def write_tags(prompt: Prompt, lose: Lose) -> Object:
    """Write the person's tag and the tier, where the API knows it."""
    fields: Object = {"metadata": {"user_id": prompt.user}} if prompt.user else {}
    if prompt.service_tier in SERVICE_TIERS:
        fields["service_tier"] = prompt.service_tier
    elif prompt.service_tier:
        lose("service_tier")
    return fields


def lose_sampling(sampling: Sampling, lose: Lose) -> None:
    """Name the ways of drawing tokens that the API does not have."""
    if sampling.count > 1:
        lose("n")
    if sampling.seed is not None:
        lose("seed")
    if sampling.frequency_penalty:
        lose("frequency_penalty")
    if sampling.presence_penalty:
        lose("presence_penalty")
