"""A Prompt becomes the body of a request; its model and its streaming go into the path."""

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
from endpoints_server.wires.body import Fields, close_fields, raw, set_field
from endpoints_server.wires.google_generative.request.family import family_of
from endpoints_server.wires.google_generative.request.shape import SEARCH, shape
from endpoints_server.wires.google_generative.request.thinking import write_thinking
from endpoints_server.wires.google_generative.request.write_turns import write_turns
from endpoints_server.wires.google_generative.schema import NAME, Object

MODES = {"auto": "AUTO", "none": "NONE", "required": "ANY", "tool": "ANY"}


def write_request(prompt: Prompt, dialect: Dialect) -> Written:
    """Write a request, with the names of what it cannot carry."""
    prompt, crossed = cross(prompt, NAME)
    losses = {loss.name: loss for loss in crossed}

    def lose(name: str) -> None:
        losses.setdefault(name, Loss(name))

    if dialect.turns.has_images is False:
        prompt = without_images(prompt, lose)
    body: Fields = {name: raw(value) for name, value in write_fields(prompt, dialect, lose).items()}
    for path, value in prompt.extras.get(NAME, {}).items():
        set_field(body, path, raw(value))
    shape(body, dialect, lose)
    return Written(body=close_fields(body), losses=tuple(losses.values()))


def write_fields(prompt: Prompt, dialect: Dialect, lose: Lose) -> Object:
    """Write the body's fields."""
    conversation = write_turns(prompt.system, prompt.messages, prompt.model, lose)
    fields: Object = {"contents": conversation.contents()}
    if conversation.system:
        fields["systemInstruction"] = {"parts": conversation.system}
    fields |= write_tools(prompt, lose)
    if config := write_config(prompt, dialect, lose):
        fields["generationConfig"] = config
    if prompt.user:
        lose("user")
    if prompt.service_tier:
        lose("service_tier")
    return fields


def write_tools(prompt: Prompt, lose: Lose) -> Object:
    """Write the tools and which of them to call; without tools there is nothing to choose.

    The search is not added to functions, as most models refuse them together.
    """
    choice = prompt.tool_choice
    if prompt.is_parallel is False:
        lose("parallel_tool_calls")
    functions = [write_function(tool, lose) for tool in prompt.tools if isinstance(tool, Tool)]
    entries: list[object] = [{"functionDeclarations": functions}] if functions else []
    entries += [
        {name: value for name, value in tool.value.items() if name != "type"}
        for tool in prompt.tools
        if isinstance(tool, ForeignTool)
    ]
    if prompt.has_web_search and not functions:
        entries = SEARCH.offered(entries)
    elif prompt.has_web_search and not any(map(SEARCH.covers, entries)):
        lose("web_search")
    if not functions:
        if choice and choice.mode in ("required", "tool"):
            lose("tool_choice")
        choice = None
    written: Object = {"tools": entries} if entries else {}
    return written | ({"toolConfig": write_choice(choice)} if choice else {})


def write_function(tool: Tool, lose: Lose) -> Object:
    """Write one function; its parameters go as the JSON Schema they are."""
    if tool.cache is not None:
        lose("cache_control")
    if tool.is_strict:
        lose("tools.strict")
    written: Object = {"name": tool.name}
    if tool.description:
        written["description"] = tool.description
    if tool.parameters is not None:
        written["parametersJsonSchema"] = tool.parameters
    return {**written, **tool.extras.get(NAME, {})}


def write_choice(choice: ToolChoice) -> Object:
    """Write which functions may or must be called."""
    written: Object = {"mode": MODES[choice.mode]}
    if choice.mode == "tool":
        written["allowedFunctionNames"] = [choice.name]
    return {"functionCallingConfig": written}


def write_config(prompt: Prompt, dialect: Dialect, lose: Lose) -> Object:
    """Write how the answer is to be made."""
    config = write_sampling(prompt.sampling)
    if prompt.ceiling_tokens is not None:
        config["maxOutputTokens"] = prompt.ceiling_tokens
    if prompt.format is not None:
        config |= write_format(prompt.format, lose)
    family, rules = family_of(prompt.model), dialect.thinking
    if thinking := write_thinking(prompt.reasoning, family, rules, lose):
        config["thinkingConfig"] = thinking
    return config


def write_sampling(sampling: Sampling) -> Object:
    """Write how the next token is drawn."""
    wishes: Object = {
        "temperature": sampling.temperature,
        "topP": sampling.top_p,
        "topK": sampling.top_k,
        "seed": sampling.seed,
        "frequencyPenalty": sampling.frequency_penalty,
        "presencePenalty": sampling.presence_penalty,
        "stopSequences": list(sampling.stop) or None,
        "candidateCount": sampling.count if sampling.count != 1 else None,
    }
    return {name: value for name, value in wishes.items() if value is not None}


def write_format(asked: Format, lose: Lose) -> Object:
    """Write the shape of the answer: JSON, after the schema alone, which is always held to."""
    written: Object = {"responseMimeType": "application/json"}
    if asked.schema is not None:
        written["responseJsonSchema"] = asked.schema
    for name, is_lost in (
        ("name", bool(asked.name)),
        ("description", bool(asked.description)),
        ("strict", asked.is_strict is False),
    ):
        if is_lost:
            lose(f"response_format.{name}")
    return written
