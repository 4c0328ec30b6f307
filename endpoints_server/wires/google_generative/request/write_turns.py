"""The conversation, in the order and form that the API insists on."""

from collections.abc import Iterable

from msgspec import Struct

from endpoints_server.domain.talk.crossing import Lose
from endpoints_server.domain.talk.prompt import Message, Part, Role, ToolResult
from endpoints_server.wires.google_generative.request.family import family_of
from endpoints_server.wires.google_generative.request.write_item import Items
from endpoints_server.wires.google_generative.schema import Object

ROLES = {Role.USER: "user", Role.ASSISTANT: "model"}
OPENING = "…"
"""The smallest user turn, for a conversation in which nobody has said anything."""

UNSIGNED = "skip_thought_signature_validator"
"""What the API's documentation gives for calls that were made elsewhere and bear no signature."""


class Turns(Struct):
    """The written conversation: the parts of the instructions, and turns as role and parts."""

    system: list[Object]
    turns: list[tuple[Role, list[Object]]]

    def contents(self) -> list[Object]:
        """Give the turns as the body's `contents`."""
        return [{"role": ROLES[role], "parts": parts} for role, parts in self.turns]


def write_turns(
    system: Iterable[Part], messages: Iterable[Message], model: str, lose: Lose
) -> Turns:
    """Write the whole conversation, naming what of it cannot be said here.

    System turns from the middle join the instructions. Turns of one role are one turn, so that the
    results of calls made together stand together.
    """
    family = family_of(model)
    items = Items({}, family.has_rich_results, lose)
    written = Turns(system=[], turns=[])
    for part in system:
        written.system += items.write(part)
    for message in messages:
        parts = [item for part in in_order(message.parts) for item in items.write(part)]
        if family.has_signed_calls:
            sign(parts, lose)
        if message.name:
            lose("messages.name")
        if message.role is Role.SYSTEM:
            lose("system.position")
            written.system += parts
        elif written.turns and written.turns[-1][0] is message.role:
            written.turns[-1][1].extend(parts)
        elif parts:
            written.turns.append((message.role, parts))
    if not written.turns:
        lose("messages.first")
        written.turns.append((Role.USER, [{"text": OPENING}]))
    return written


def in_order(parts: tuple[Part, ...]) -> list[Part]:
    """Put results first in their turn, since they must follow their calls."""
    return sorted(parts, key=lambda part: not isinstance(part, ToolResult))


def sign(parts: list[Object], lose: Lose) -> None:
    """Let the first call of a turn say that it was made elsewhere, where none is signed.

    The API refuses a call that comes back without its signature, and looks at the first of those
    made together.
    """
    calls = [part for part in parts if "functionCall" in part]
    if calls and not any("thoughtSignature" in call for call in calls):
        lose("tool_call.signature")
        calls[0]["thoughtSignature"] = UNSIGNED
