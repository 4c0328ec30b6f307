"""What of a prompt may cross to another wire; no wire decides that for another."""

from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from endpoints_server.domain.parameter import KINDRED
from endpoints_server.domain.talk.prompt import (
    Document,
    Extras,
    Foreign,
    ForeignTool,
    Image,
    Message,
    Part,
    Prompt,
    Seal,
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
)

Lose = Callable[[str], None]


class Loss(Struct, frozen=True):
    """One thing a translation could not carry, as a dotted name that holds no values."""

    name: str


def cross(prompt: Prompt, wire: str) -> tuple[Prompt, tuple[Loss, ...]]:
    """Take out what only other wires understand, and name each kind of thing taken."""
    losses: dict[str, Loss] = {}

    def lose(name: str) -> None:
        losses.setdefault(name, Loss(name))

    system = tuple(kept for part in prompt.system if (kept := cross_part(part, wire, lose)))
    messages = tuple(cross_message(message, wire, lose) for message in prompt.messages)
    tools = tuple(known for tool in prompt.tools if (known := cross_tool(tool, wire, lose)))
    extras = cross_extras(prompt.extras, wire, "", lose)
    crossed = replace(
        prompt,
        tool_choice=cross_choice(prompt, wire, lose),
        system=system,
        messages=tuple(message for message in messages if message.parts),
        tools=tools,
        extras=extras,
    )
    return crossed, tuple(losses.values())


def cross_message(message: Message, wire: str, lose: Lose) -> Message:
    """Carry one turn across."""
    parts = tuple(kept for part in message.parts if (kept := cross_part(part, wire, lose)))
    return replace(message, parts=parts)


def cross_part(part: Part, wire: str, lose: Lose) -> Part | None:
    """Carry one part across, or give None where nothing of it can go."""
    match part:
        case Foreign():
            if part.wire == wire:
                return part
            lose(f"content.{part.value.get('type', 'unknown')}")
            return None
        case Document() if part.file_id and part.wire != wire:
            lose("content.file_id")
            return None
        case Thinking() if not opens(part.seal, wire):
            lose("reasoning.signature")
            return replace(part, seal=None) if part.text else None
        case _:  # the rest stays, perhaps without some of its fields
            return cross_known(part, wire, lose)


def cross_known(part: Part, wire: str, lose: Lose) -> Part:
    """Carry a part across that every wire understands, without what only one of them does."""
    match part:
        case ToolCall() if not opens(part.seal, wire):
            lose("tool_call.signature")
            return cross_known(replace(part, seal=None), wire, lose)
        case ToolResult():
            inner = tuple(kept for each in part.parts if (kept := cross_part(each, wire, lose)))
            extras = cross_extras(part.extras, wire, "content.", lose)
            return replace(part, parts=inner, extras=extras)
        case Text() | Image() | Document() | ToolCall() if part.extras:
            return replace(part, extras=cross_extras(part.extras, wire, "content.", lose))
        case _:  # every other part means the same on each wire
            return part


def cross_tool(tool: Tool | ForeignTool, wire: str, lose: Lose) -> Tool | ForeignTool | None:
    """Carry one tool across, or give None where only another wire knows it."""
    match tool:
        case ForeignTool():
            if tool.wire == wire:
                return tool
            name = f"tools.{tool.value.get('type', 'unknown')}"
            lost = [name] if tool.details is None else [f"{name}.{each}" for each in tool.details]
            for each in lost:
                lose(each)
            return None
        case Tool():
            if not tool.extras:
                return tool
            return replace(tool, extras=cross_extras(tool.extras, wire, "tools.", lose))


def cross_choice(prompt: Prompt, wire: str, lose: Lose) -> ToolChoice | None:
    """Carry the choice across, unless it is of a tool that stays behind."""
    choice = prompt.tool_choice
    if choice is None or choice.mode != "tool":
        return choice
    left = [each for each in prompt.tools if isinstance(each, ForeignTool) and each.wire != wire]
    if all(each.value.get("name") != choice.name for each in left):
        return choice
    lose("tool_choice")
    return None


def cross_extras(extras: Extras, wire: str, prefix: str, lose: Lose) -> Extras:
    """Keep the extras of one wire and name the keys of all others.

    Of a request's, those go along that the wire has too, under the name that it has for them.
    """
    kept = dict(extras.get(wire, {}))
    for owner, fields in extras.items():
        kindred = KINDRED.get((owner, wire), {}) if not prefix else {}
        for key in fields if owner != wire else ():
            if key in kindred:
                kept.setdefault(kindred[key], fields[key])
            else:
                lose(prefix + key)
    return {wire: kept} if kept else {}


def opens(seal: Seal | None, wire: str) -> bool:
    """Say whether a wire may be shown this seal; no seal is always fine."""
    return seal is None or seal.wire == wire
