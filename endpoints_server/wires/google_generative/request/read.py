"""A request's bytes become a Prompt."""

from msgspec import Raw

from endpoints_server.domain.talk.prompt import (
    ForeignTool,
    Message,
    Part,
    Prompt,
    Role,
    Tool,
    ToolChoice,
)
from endpoints_server.wires.body import LONE_SURROGATE, whole_characters
from endpoints_server.wires.google_generative.calls import Conversation
from endpoints_server.wires.google_generative.decode import (
    Fields,
    items_of,
    open_object,
    optional,
    refusal,
    rest_of,
    take,
)
from endpoints_server.wires.google_generative.request.pieces import joined
from endpoints_server.wires.google_generative.request.read_config import read_config
from endpoints_server.wires.google_generative.request.read_part import (
    filed,
    read_part,
    read_parts,
)
from endpoints_server.wires.google_generative.request.schemas import json_schema
from endpoints_server.wires.google_generative.request.shape import SEARCH
from endpoints_server.wires.google_generative.schema import NAME, Object
from endpoints_server.wires.web_search import is_searching, said_in

ROLES = {
    "user": Role.USER,
    "function": Role.USER,
    "tool": Role.USER,
    "model": Role.ASSISTANT,
    "system": Role.SYSTEM,
}
CHOICE = "toolConfig.functionCallingConfig"


def read_request(body: bytes) -> Prompt:
    """Read a request, whose model is in the path; raises Failed(bad_request) naming the field."""
    fields = open_request(body)
    calls = Conversation()
    messages = tuple(
        read_turn(item, where, calls)
        for item, where in items_of(fields.pop("contents", None), "contents")
    )
    if not messages:
        raise refusal("contents", "a request must say something")
    config = read_config(fields.pop("generationConfig", None))
    tools = read_tools(fields.pop("tools", None))
    choice, choice_rest = read_choice(fields.pop("toolConfig", None))
    return Prompt(
        model="",
        system=read_system(fields.pop("systemInstruction", None)),
        messages=tuple(joined(messages)),
        tools=tools,
        tool_choice=choice,
        sampling=config.sampling,
        ceiling_tokens=config.ceiling_tokens,
        reasoning=config.reasoning,
        format=config.format,
        has_web_search=is_searching(tools),
        has_stream_usage=True,
        extras=filed({**config.rest, **choice_rest, **rest_of(fields)}),
    )


def open_request(body: bytes) -> Fields:
    """Take a body apart; half a character in it is read as the replacement character."""
    try:
        body.decode()
    except UnicodeDecodeError as error:
        raise refusal("", f"it is not UTF-8 at byte {error.start}") from None
    return open_object(whole_characters(body) if LONE_SURROGATE.search(body) else body, "")


def read_turn(value: Raw, where: str, calls: Conversation) -> Message:
    """Read one turn; without a role it is the user's."""
    fields = open_object(value, where)
    asked = optional(fields, "role", str, where) or "user"
    role = ROLES.get(asked)
    if role is None:
        raise refusal(f"{where}.role", "it must be one of: user, model")
    return Message(role=role, parts=read_parts(fields.get("parts"), f"{where}.parts", calls))


def read_system(value: Raw | None) -> tuple[Part, ...]:
    """Read instructions: a turn, its parts alone, or plain words."""
    where, calls, parts = "systemInstruction", Conversation(), list[Part]()
    for item, place in items_of(value, where):
        if bytes(item).lstrip().startswith(b'"'):
            parts += read_part(Raw(b'{"text":' + bytes(item) + b"}"), place, calls)
            continue
        fields = open_object(item, place)
        if "parts" in fields:
            parts += read_parts(fields["parts"], f"{place}.parts", calls)
        elif fields.keys() - {"role"}:
            parts += read_part(item, place, calls)
    return tuple(parts)


def read_tools(value: Raw | None) -> tuple[Tool | ForeignTool, ...]:
    """Read the tools; an entry holds functions, and what the API runs itself beside them."""
    tools: list[Tool | ForeignTool] = []
    for item, where in items_of(value, "tools"):
        fields = open_object(item, where)
        declared = fields.pop("functionDeclarations", None)
        tools += [
            read_function(each, place)
            for each, place in items_of(declared, f"{where}.functionDeclarations")
        ]
        tools += [
            ForeignTool(
                wire=NAME, value={"type": name, name: setting}, details=details_of(name, setting)
            )
            for name, setting in rest_of(fields).items()
        ]
    return tuple(tools)


def details_of(name: str, setting: object) -> tuple[str, ...] | None:
    """Name what a web search says beyond that it is one; None for any other tool."""
    if name not in SEARCH.names:
        return None
    return said_in(setting) if isinstance(setting, dict) else ()


def read_function(value: Raw, where: str) -> Tool:
    """Read one function, its parameters in JSON Schema or in the API's older form."""
    fields = open_object(value, where)
    name = optional(fields, "name", str, where)
    if not name:
        raise refusal(f"{where}.name", "a function must be named")
    older = optional(fields, "parameters", Object, where)
    parameters = optional(fields, "parametersJsonSchema", Object, where)
    if parameters is None and older is not None:
        parameters = json_schema(older)
    return Tool(
        name=name,
        description=optional(fields, "description", str, where) or "",
        parameters=parameters,
        extras=filed(rest_of(fields)),
    )


def read_choice(value: Raw | None) -> tuple[ToolChoice | None, Object]:
    """Read which functions may or must be called; gives what only this API knows beside it."""
    if value is None:
        return None, {}
    fields = open_object(value, "toolConfig")
    inner = open_object(fields.pop("functionCallingConfig", Raw(b"{}")), CHOICE)
    mode = optional(inner, "mode", str, CHOICE) or ""
    allowed = optional(inner, "allowedFunctionNames", list[str], CHOICE) or []
    rest = {f"toolConfig.{name}": take(each, object, name) for name, each in fields.items()}
    rest |= {f"{CHOICE}.{name}": take(each, object, name) for name, each in inner.items()}
    match mode.upper():
        case "ANY" if len(allowed) == 1:
            return ToolChoice(mode="tool", name=allowed[0]), rest
        case "ANY":
            choice = ToolChoice(mode="required")
        case "NONE":
            choice = ToolChoice(mode="none")
        case "" | "MODE_UNSPECIFIED":
            return None, rest
        case "AUTO":
            choice = ToolChoice(mode="auto")
        case _:  # calls are held to their schemas, or a mode that came after us
            choice = ToolChoice(mode="auto")
            rest[f"{CHOICE}.mode"] = mode
    if allowed:
        rest[f"{CHOICE}.allowedFunctionNames"] = allowed
    return choice, rest
