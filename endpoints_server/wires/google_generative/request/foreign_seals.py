"""Take out of the turns what another wire sealed: it is shown to its issuer alone."""

from msgspec import Raw

from endpoints_server.domain.fault import Failed
from endpoints_server.domain.talk.crossing import Lose
from endpoints_server.wires.body import Fields, raw
from endpoints_server.wires.foreign_seal import ENCODED_MARK, disclose_encoded
from endpoints_server.wires.google_generative.decode import items_of, take
from endpoints_server.wires.google_generative.request.write_turns import UNSIGNED
from endpoints_server.wires.google_generative.schema import Object

SIGNATURES = ("thoughtSignature", "thought_signature")
CALLS = ("functionCall", "function_call")
BARE = frozenset({"text", "thought"})


def lose_foreign_seals(fields: Fields, lose: Lose) -> None:
    """Take off the signatures that another wire gave; parts that were nothing else go with them."""
    contents = fields.get("contents")
    if contents is None or ENCODED_MARK not in bytes(contents):
        return
    lost: set[str] = set()
    try:
        turns = [own_turn(turn, lost.add) for turn, _ in items_of(contents, "contents")]
    except Failed:  # for the upstream to judge
        return
    if lost:
        fields["contents"] = raw([turn for turn in turns if turn is not None])
    for name in sorted(lost):
        lose(name)


def own_turn(turn: Raw, lose: Lose) -> Raw | None:
    """Give a turn without what is not for this upstream, or None where nothing is left of it."""
    if ENCODED_MARK not in bytes(turn):
        return turn
    told = take(turn, dict[str, Raw], "contents")
    parts = [own_part(part, lose) for part, _ in items_of(told.get("parts"), "parts")]
    kept = [part for part in parts if part is not None]
    return raw({**told, "parts": kept}) if kept else None


def own_part(part: Raw, lose: Lose) -> Raw | None:
    """Give a part without a foreign signature; a call says then that it was made elsewhere."""
    if ENCODED_MARK not in bytes(part):
        return part
    told = take(part, Object, "parts")
    name = next((name for name in SIGNATURES if name in told), "")
    found = disclose_encoded(told.get(name))
    if found is None:
        return part
    is_call = any(call in told for call in CALLS)
    lose("tool_call.signature" if is_call else found.loss)
    if is_call:
        return raw({**told, name: UNSIGNED})
    del told[name]
    return None if told.keys() <= BARE and not told.get("text") else raw(told)
