"""The conversation, in the order and form that the API insists on."""

import re
from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from endpoints_server.domain.dialect import Dialect
from endpoints_server.domain.talk.crossing import Lose
from endpoints_server.domain.talk.prompt import (
    Document,
    Foreign,
    Image,
    Message,
    Part,
    Refusal,
    Role,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from endpoints_server.wires.anthropic_messages.schema import Object
from endpoints_server.wires.anthropic_messages.write_content import (
    is_blank,
    plain,
    read_input,
    seal_of,
    write_block,
)

UNFIT = re.compile(r"[^a-zA-Z0-9_-]")
OPENING = "…"
"""The smallest user turn, for a conversation that begins with anything else."""

ALLOWED: dict[Role, tuple[type[Part], ...]] = {
    Role.SYSTEM: (Text, Refusal, Foreign),
    Role.USER: (Text, Refusal, Image, Document, ToolResult, Foreign),
    Role.ASSISTANT: (Text, Refusal, Thinking, ToolCall, Foreign),
}


class Turns(Struct):
    """The written conversation: `system` blocks, and turns as role and blocks."""

    system: list[Object]
    turns: list[tuple[Role, list[Object]]]

    def messages(self) -> list[Object]:
        """Give the turns as the body's `messages`."""
        return [{"role": role.value, "content": plain(blocks)} for role, blocks in self.turns]


def write_turns(
    system: Iterable[Part], messages: Iterable[Message], dialect: Dialect, lose: Lose
) -> Turns:
    """Write the whole conversation, naming what of it cannot be said here.

    System turns from the middle join the system text, unless they may stand there. Turns of one
    role are one turn; results stand first in theirs. The first turn is the user's; a last turn of
    the assistant's does not end in white space.
    """
    written = Turns(system=write_blocks(system, Role.SYSTEM, dialect, lose), turns=[])
    for message in with_fit_ids(messages):
        blocks = write_blocks(message.parts, message.role, dialect, lose)
        if message.name:
            lose("messages.name")
        if message.role is Role.SYSTEM and not (dialect.turns.has_late_system and written.turns):
            lose("system.position")
            written.system += blocks
        elif written.turns and written.turns[-1][0] is message.role:
            written.turns[-1][1].extend(blocks)
        elif blocks:
            written.turns.append((message.role, blocks))
    for _, blocks in written.turns:
        blocks.sort(key=lambda block: block["type"] != "tool_result")
    strip_ending(written.turns)
    if not written.turns or written.turns[0][0] is not Role.USER:
        lose("messages.first")
        written.turns.insert(0, (Role.USER, [{"type": "text", "text": OPENING}]))
    return written


def write_blocks(parts: Iterable[Part], role: Role, dialect: Dialect, lose: Lose) -> list[Object]:
    """Write the parts that a role may say; empty texts are left out, as the API refuses them."""
    blocks: list[Object] = []
    for part in parts:
        if not isinstance(part, ALLOWED[role]):
            lose(f"content.{type(part).__struct_config__.tag}")
            continue
        is_shown = dialect.thinking.may_be_unsealed or not is_unsigned(part)
        if not is_shown:
            lose("reasoning.history")
        name_losses(part, lose)
        block = write_block(part)
        if block and not is_blank(block) and is_shown:
            blocks.append(block)
    return blocks


def is_unsigned(part: Part) -> bool:
    """Say whether a part is reasoning without our seal, which the API refuses."""
    return isinstance(part, Thinking) and not seal_of(part.seal)


def name_losses(part: Part, lose: Lose) -> None:
    """Name what of a part its block will not hold."""
    match part:
        case ToolCall():
            if part.seal:
                lose("tool_call.signature")
            if part.arguments and read_input(part.arguments) is None:
                lose("tool_call.arguments")
        case Image() if part.detail not in ("", "auto"):
            lose("content.image.detail")
        case ToolResult():
            for inner in part.parts:
                name_losses(inner, lose)
        case _:  # the other blocks hold all of their part
            return


def with_fit_ids(messages: Iterable[Message]) -> list[Message]:
    """Give every call an id that the API takes and that no other call has, and its result the same.

    Some models number their calls anew in each turn, so a result belongs to the latest call.
    """
    fit: dict[str, str] = {}
    taken: set[str] = set()

    def fit_part(part: Part) -> Part:
        match part:
            case ToolCall():
                fit[part.id] = free_id(UNFIT.sub("_", part.id) or "call", taken)
                taken.add(fit[part.id])
                return replace(part, id=fit[part.id])
            case ToolResult():
                fallback = UNFIT.sub("_", part.call_id) or "call"
                return replace(part, call_id=fit.get(part.call_id, fallback))
            case _:  # no other part has an id of ours
                return part

    return [
        replace(message, parts=tuple(fit_part(part) for part in message.parts))
        for message in messages
    ]


def free_id(wanted: str, taken: set[str]) -> str:
    """Give the id wanted, with a number behind it where another call has it."""
    found, number = wanted, 2
    while found in taken:
        found, number = f"{wanted}_{number}", number + 1
    return found


def strip_ending(turns: list[tuple[Role, list[Object]]]) -> None:
    """Take the white space from the end of words put into the assistant's mouth."""
    if not turns or turns[-1][0] is not Role.ASSISTANT:
        return
    last = turns[-1][1][-1]
    if last["type"] == "text":
        last["text"] = str(last["text"]).rstrip()
