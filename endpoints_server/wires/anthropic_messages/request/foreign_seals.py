"""Take out of the turns what another wire sealed: it is shown to its issuer alone."""

import msgspec
from msgspec import Raw

from endpoints_server.domain.dialect import ThinkingRules
from endpoints_server.domain.talk.crossing import Lose
from endpoints_server.wires.anthropic_messages.schema import Object
from endpoints_server.wires.body import DECODE_ERRORS, Fields, lose_fields, raw
from endpoints_server.wires.foreign_seal import MARK, disclose, is_enclosing

Turn = dict[str, Raw]
THOUGHT = ("thinking", "redacted_thinking")

turns_decoder = msgspec.json.Decoder(list[Turn])


def lose_foreign_seals(fields: Fields, rules: ThinkingRules, lose: Lose) -> None:
    """Leave out the reasoning that another wire sealed; where it may be unsealed, its words stay.

    With it goes the wish to think on a budget, where the turn that goes on is left without any.
    """
    if not is_enclosing(bytes(fields.get("messages", b""))):
        return
    lost: set[str] = set()
    try:
        turns = turns_decoder.decode(fields["messages"])
        kept = [without_foreign(turn, rules, lost.add) for turn in turns]
    except DECODE_ERRORS:  # for the upstream to judge
        return
    if not lost:
        return
    for name in sorted(lost):
        lose(name)
    fields["messages"] = raw([turn for turn in kept if turn is not None])
    asked = bytes(fields.get("thinking", b""))
    if b'"enabled"' in asked and not may_go_on([turn for turn in kept if turn]):
        lose_fields(fields, ("thinking",), lose)


def without_foreign(turn: Turn, rules: ThinkingRules, lose: Lose) -> Turn | None:
    """Give a turn without what is not for this upstream, or None where nothing is left of it."""
    content = bytes(turn.get("content", b""))
    if MARK not in content or not content.lstrip().startswith(b"["):
        return turn
    blocks = msgspec.json.decode(content, type=list[Raw])
    kept = [own for block in blocks if (own := own_block(block, rules, lose)) is not None]
    return {**turn, "content": raw(kept)} if kept else None


def own_block(block: Raw, rules: ThinkingRules, lose: Lose) -> Raw | None:
    """Give a block as it is, as words without their seal, or None where neither may go."""
    if MARK not in bytes(block):
        return block
    told = msgspec.json.decode(block, type=Object)
    found = disclose(told.get("signature", told.get("data")))
    if told.get("type") not in THOUGHT or found is None:
        return block
    lose(found.loss)
    if rules.may_be_unsealed and told.get("thinking"):
        return raw({**told, "signature": ""})
    return None


def may_go_on(turns: list[Turn]) -> bool:
    """Say whether an assistant's turn that is still open begins with reasoning."""
    spoken = [turn for turn in turns if bytes(turn.get("role", b"")) == b'"assistant"']
    content = bytes(spoken[-1].get("content", b"")) if spoken else b""
    if not content.lstrip().startswith(b"["):
        return not content or spoken[-1] is not turns[-1]
    kinds = [block.get("type") for block in msgspec.json.decode(content, type=list[Object])]
    is_open = spoken[-1] is turns[-1] or "tool_use" in kinds
    return not is_open or kinds[0] in THOUGHT
