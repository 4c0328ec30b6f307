"""Turns as an endpoint wants them; they are taken apart only where one of its rules may change any.

What marks a turn that a rule is about is looked for in the bytes first.
"""

from collections.abc import Callable, Iterator, Sequence

import msgspec

from endpoints_server.domain.dialect import Dialect, TurnRules
from endpoints_server.domain.talk.crossing import Lose
from endpoints_server.domain.talk.unseen import UNSEEN, UNSEEN_OF_TOOL
from endpoints_server.wires.body import DECODE_ERRORS, Fields, raw, whole_characters

Turn = dict[str, object]
Act = Callable[[Sequence[Turn], Dialect, Lose], list[Turn]]

AS_USUAL = TurnRules()
INSTRUCTING = ("system", "developer")
THOUGHT = ("reasoning_content", "reasoning", "reasoning_text")
PICTURES = ("image_url", "input_image", "image")
BRIDGE = "I have processed the tool results."

turns_decoder = msgspec.json.Decoder(list[Turn])


def fit_turns(fields: Fields, dialect: Dialect, lose: Lose) -> None:
    """Bring the turns of a request into the form that the endpoint takes."""
    if is_usual(dialect) or "messages" not in fields:
        return
    acts = tuple(due(bytes(fields["messages"]), dialect))
    if not acts:
        return
    try:
        turns = turns_decoder.decode(whole_characters(bytes(fields["messages"])))
    except DECODE_ERRORS:
        return  # not for us to judge
    for act in acts:
        turns = act(turns, dialect, lose)
    fields["messages"] = raw(turns)


def is_usual(dialect: Dialect) -> bool:
    """Say whether there is no rule about turns."""
    thinking = dialect.thinking
    return dialect.turns == AS_USUAL and not (thinking.is_said or thinking.is_always_there)


def due(said: bytes, dialect: Dialect) -> Iterator[Act]:
    """Give what is to be done, where the bytes show anything to do it to."""
    turns, thinking = dialect.turns, dialect.thinking
    wants_thought = thinking.is_always_there and thinking.is_able is not False
    rules: tuple[tuple[bool, bytes, Act], ...] = (
        (turns.opening != "", b'"role"', with_opening),
        (turns.has_developer_role is False, b'"developer"', with_role),
        (turns.has_developer_role is True, b'"system"', with_role),
        (turns.has_late_system is False, b'"role"', with_one_system),
        (turns.has_images is False, b"image", without_images),
        (turns.has_result_names, b'"tool"', with_result_names),
        (turns.has_content or turns.has_bridge, b'"tool_calls"', with_content),
        (turns.has_bridge, b'"tool"', with_bridges),
        (thinking.is_said, b'"reasoning', with_thought_said),
        (wants_thought, b'"assistant"', with_thought_there),
    )
    return (act for is_wanted, sign, act in rules if is_wanted and sign in said)


def with_opening(turns: Sequence[Turn], dialect: Dialect, _: Lose) -> list[Turn]:
    """Begin with the endpoint's instructions where the caller gave none."""
    if any(map(is_instructing, turns)):
        return list(turns)
    role = "developer" if dialect.turns.has_developer_role else "system"
    return [{"role": role, "content": dialect.turns.opening}, *turns]


def with_role(turns: Sequence[Turn], dialect: Dialect, _: Lose) -> list[Turn]:
    """Give all instructions the one role that the endpoint knows."""
    role = "developer" if dialect.turns.has_developer_role else "system"
    return [{**turn, "role": role} if is_instructing(turn) else turn for turn in turns]


def is_instructing(turn: Turn) -> bool:
    """Say whether a turn is one of instructions."""
    return turn.get("role") in INSTRUCTING


def with_one_system(turns: Sequence[Turn], _: Dialect, lose: Lose) -> list[Turn]:
    """Join instructions that come late with those that come first."""
    spoken = next((at for at, turn in enumerate(turns) if not is_instructing(turn)), len(turns))
    late = [turn for turn in turns[spoken:] if is_instructing(turn)]
    if not late:
        return list(turns)
    lose("system.position")
    leading = list(turns[:spoken]) or [{**late.pop(0)}]
    for turn in late:
        joined = join(leading[-1].get("content"), turn.get("content"))
        leading[-1] = {**leading[-1], "content": joined}
    return leading + [turn for turn in turns[spoken:] if not is_instructing(turn)]


def join(one: object, other: object) -> object:
    """Join two contents, as text where both are that."""
    if isinstance(one, str) and isinstance(other, str):
        return f"{one}\n\n{other}"
    return [*items_of(one), *items_of(other)]


def items_of(content: object) -> list[object]:
    """Give content as the list it is or could be."""
    if isinstance(content, list):
        return content
    return [{"type": "text", "text": content}] if content else []


def without_images(turns: Sequence[Turn], _: Dialect, lose: Lose) -> list[Turn]:
    """Say of pictures that they were there, to a model that cannot see them."""
    return [without_pictures(turn, lose) for turn in turns]


def without_pictures(turn: Turn, lose: Lose) -> Turn:
    """Put words for the pictures of one turn; several that follow each other are said once."""
    content = turn.get("content")
    if not isinstance(content, list) or not any(map(is_picture, content)):
        return turn
    lose("content.image")
    words = UNSEEN_OF_TOOL if turn.get("role") == "tool" else UNSEEN
    kept: list[object] = []
    for item in content:
        shown = {"type": "text", "text": words} if is_picture(item) else item
        if not (is_picture(item) and kept[-1:] == [shown]):
            kept.append(shown)
    return {**turn, "content": kept}


def is_picture(item: object) -> bool:
    """Say whether an item of a content list is a picture."""
    return isinstance(item, dict) and item.get("type") in PICTURES


def with_result_names(turns: Sequence[Turn], _: Dialect, __: Lose) -> list[Turn]:
    """Repeat the name of the function on each of its results."""
    names: dict[str, object] = {}
    named = []
    for turn in turns:
        for call in calls_of(turn):
            function = call.get("function")
            name = function.get("name") if isinstance(function, dict) else None
            names[str(call.get("id"))] = name
        name = names.get(str(turn.get("tool_call_id"))) if turn.get("role") == "tool" else None
        named.append({**turn, "name": name} if name and not turn.get("name") else turn)
    return named


def calls_of(turn: Turn) -> list[Turn]:
    """Give the calls that a turn makes."""
    calls = turn.get("tool_calls")
    return [call for call in calls if isinstance(call, dict)] if isinstance(calls, list) else []


def with_content(turns: Sequence[Turn], _: Dialect, __: Lose) -> list[Turn]:
    """Give a turn of calls alone empty words."""
    return [
        {**turn, "content": ""} if calls_of(turn) and turn.get("content") is None else turn
        for turn in turns
    ]


def with_bridges(turns: Sequence[Turn], _: Dialect, __: Lose) -> list[Turn]:
    """Have the model answer the results of its calls before a user speaks again."""
    bridged: list[Turn] = []
    for turn in turns:
        if turn.get("role") == "user" and bridged and bridged[-1].get("role") == "tool":
            bridged.append({"role": "assistant", "content": BRIDGE})
        bridged.append(turn)
    return bridged


def with_thought_said(turns: Sequence[Turn], _: Dialect, __: Lose) -> list[Turn]:
    """Let earlier reasoning stand before the words, as words."""
    said: list[Turn] = []
    for turn in turns:
        thought = thought_of(turn)
        if not thought:
            said.append(turn)
            continue
        rest = {key: value for key, value in turn.items() if key not in THOUGHT}
        words = [{"type": "text", "text": thought}, *items_of(turn.get("content"))]
        said.append({**rest, "content": words})
    return said


def thought_of(turn: Turn) -> str:
    """Give the reasoning of a model's turn, whatever it stands under."""
    if turn.get("role") != "assistant":
        return ""
    found = (turn.get(key) for key in THOUGHT)
    return next((text for text in found if text and isinstance(text, str)), "")


def with_thought_there(turns: Sequence[Turn], dialect: Dialect, _: Lose) -> list[Turn]:
    """Give every turn of the model's its reasoning, be it empty, under the endpoint's key."""
    key = dialect.thinking.key
    return [
        {**turn, key: thought_of(turn)}
        if turn.get("role") == "assistant" and not isinstance(turn.get(key), str)
        else turn
        for turn in turns
    ]
