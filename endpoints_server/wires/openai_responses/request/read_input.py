"""The instructions and the items of the input become the system text and the turns."""

from collections.abc import Iterable

from msgspec import Raw
from msgspec.structs import replace

from endpoints_server.domain.talk.prompt import (
    Foreign,
    Message,
    Part,
    Role,
    Seal,
    Text,
    ToolCall,
    ToolResult,
)
from endpoints_server.wires.foreign_seal import MARK, disclose
from endpoints_server.wires.openai_responses.decode import take, take_all
from endpoints_server.wires.openai_responses.read_items import needed, read_item
from endpoints_server.wires.openai_responses.request.kept import REASONING, REFERENCE, unknown_here
from endpoints_server.wires.openai_responses.request.schema import Request
from endpoints_server.wires.openai_responses.schema import (
    NAME,
    ClosedMessage,
    MessageItem,
    Object,
    Typed,
)


def read_input(asked: Request) -> tuple[tuple[Part, ...], tuple[Message, ...]]:
    """Give the system text that leads, and the turns; items of one turn are put together."""
    turns = list(read_turns(asked.instructions, "instructions", Role.SYSTEM))
    turns += read_turns(asked.input, "input", Role.USER)
    leading = 0
    while leading < len(turns) and turns[leading].role is Role.SYSTEM:
        leading += 1
    system = tuple(part for turn in turns[:leading] for part in turn.parts)
    return system, tuple(joined(turns[leading:]))


def read_turns(items: str | list[Raw] | None, where: str, role: Role) -> Iterable[Message]:
    """Read items, or a text that is said in a role; each is a turn of its own."""
    if isinstance(items, str):
        return [Message(role=role, parts=(Text(text=items),))]
    turns: list[Message] = []
    seal: Seal | None = None
    for place, item in enumerate(items or ()):
        path = f"{where}[{place}]"
        found = call_seal_in(item, path)
        if found is None:
            turns.append(sealed(read_turn(item, path), seal))
        seal = found
    return turns


def call_seal_in(item: Raw, where: str) -> Seal | None:
    """Read reasoning that is nothing but the seal of the call behind it."""
    if MARK not in bytes(item):
        return None
    found = disclose(take(item, Object, where).get("encrypted_content"))
    return found.seal if found and found.is_of_call else None


def sealed(turn: Message, seal: Seal | None) -> Message:
    """Put a seal on a call; one that no call follows is nobody's."""
    first = turn.parts[0] if turn.parts else None
    if seal is None or not isinstance(first, ToolCall):
        return turn
    return replace(turn, parts=(replace(first, seal=seal), *turn.parts[1:]))


def read_turn(item: Raw, where: str) -> Message:
    """Read one item; raises Failed for one that points to what only its upstream keeps."""
    told = take(item, Typed, where)
    if told.type == REFERENCE:
        return read_reference(item, where)
    turn = read_item(item, where)
    if told.type not in (None, "message"):
        return turn
    needed(told.role, where, "role")
    _, rest = take_all(item, MessageItem, ClosedMessage, where)
    return replace(turn, parts=with_rest(turn.parts, rest)) if rest else turn


def read_reference(item: Raw, where: str) -> Message:
    """Read a reference to reasoning, which another wire does without; raises Failed for others.

    Clients refer to the reasoning before a call where they did not ask that nothing be kept, and
    send the call itself whole.
    """
    fields = take(item, Object, where)
    if not str(fields.get("id")).startswith(REASONING):
        raise unknown_here(where, "an item")
    return Message(role=Role.ASSISTANT, parts=(Foreign(wire=NAME, value=fields),))


def with_rest(parts: tuple[Part, ...], rest: Object) -> tuple[Part, ...]:
    """Keep further fields of a turn on its first words, for this wire alone."""
    first = parts[0] if parts else None
    if not isinstance(first, Text):
        return parts
    own = {f"message.{name}": value for name, value in rest.items()}
    ours = {**first.extras.get(NAME, {}), **own}
    return (replace(first, extras={NAME: ours}), *parts[1:])


def joined(turns: Iterable[Message]) -> list[Message]:
    """Put together what the model said at once, results, and the user's words after them."""
    found: list[Message] = []
    for turn in turns:
        last = found[-1] if found else None
        if last is not None and last.role is turn.role and belongs(last, turn):
            found[-1] = replace(last, parts=last.parts + turn.parts)
        else:
            found.append(turn)
    return found


def belongs(last: Message, turn: Message) -> bool:
    """Say whether a turn goes on with the last one, which has the same role.

    The model's words after words are another message, unless calls of its own are still open.
    """
    if turn.role is Role.SYSTEM:
        return False
    if turn.role is Role.USER:
        return isinstance(last.parts[-1], ToolResult) if last.parts else False
    has_words = any(isinstance(part, Text) for part in last.parts)
    has_calls = any(isinstance(part, ToolCall) for part in last.parts)
    return has_calls or not has_words or not any(isinstance(part, Text) for part in turn.parts)
