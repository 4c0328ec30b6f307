"""A caller's own turns as an endpoint takes them; taken apart only where a rule may change any."""

import msgspec

from endpoints_server.domain.dialect import Dialect, TurnRules
from endpoints_server.domain.talk.crossing import Lose
from endpoints_server.domain.talk.unseen import UNSEEN, UNSEEN_OF_TOOL
from endpoints_server.wires.anthropic_messages.schema import Object
from endpoints_server.wires.body import DECODE_ERRORS, Fields, decode_value, raw, whole_characters
from endpoints_server.wires.marks import MARK

AS_USUAL = TurnRules()
PICTURE = b'"image"'
SYSTEM = b'"system"'

turns_decoder = msgspec.json.Decoder(list[Object])


def fit_blocks(fields: Fields, dialect: Dialect, lose: Lose) -> None:
    """Put words for pictures, and instructions where they may stand."""
    rules = dialect.turns
    if rules == AS_USUAL:
        return
    said = bytes(fields.get("messages", b""))
    is_blind = rules.has_images is False and PICTURE in said
    is_folded = rules.has_late_system is False and SYSTEM in said
    if not is_blind and not is_folded:
        return
    try:
        turns = turns_decoder.decode(whole_characters(said))
        if is_folded:
            turns = with_one_system(fields, turns, lose)
    except DECODE_ERRORS:
        return  # not for us to judge
    if is_blind:
        turns = [{**turn, "content": without_images(turn.get("content"), lose)} for turn in turns]
    fields["messages"] = raw(turns)


def with_one_system(fields: Fields, turns: list[Object], lose: Lose) -> list[Object]:
    """Move instructions from among the turns to those that lead."""
    late = [turn for turn in turns if turn.get("role") == "system"]
    if not late:
        return turns
    lose("system.position")
    leading = decode_value(fields["system"]) if "system" in fields else None
    contents = [leading, *(turn.get("content") for turn in late)]
    fields["system"] = raw([block for content in contents for block in blocks_of(content)])
    return [turn for turn in turns if turn.get("role") != "system"]


def blocks_of(content: object) -> list[object]:
    """Give content as the list of blocks it is or could be."""
    if isinstance(content, list):
        return content
    return [{"type": "text", "text": content}] if content else []


def without_images(content: object, lose: Lose, words: str = UNSEEN) -> object:
    """Put words for the pictures in content; several that follow each other are said once."""
    if not isinstance(content, list):
        return content
    kept: list[object] = []
    for block in content:
        shown = block
        match block:
            case {"type": "image"}:
                lose("content.image")
                mark = {MARK: block[MARK]} if MARK in block else {}
                shown = {"type": "text", "text": words, **mark}
            case {"type": "tool_result", "content": list() as inner}:
                shown = {**block, "content": without_images(inner, lose, UNSEEN_OF_TOOL)}
            case _:  # nothing to see in it
                pass
        if shown is block or kept[-1:] != [shown]:
            kept.append(shown)
    return kept
