"""Take out of an input what another wire sealed: it is shown to its issuer alone."""

import msgspec
from msgspec import Raw

from endpoints_server.domain.talk.crossing import Lose
from endpoints_server.wires.body import DECODE_ERRORS, raw
from endpoints_server.wires.openai_responses.schema import NAME
from endpoints_server.wires.openai_responses.seals import read_seal

Item = dict[str, object]


def without_foreign_seals(items: Raw, lose: Lose) -> Raw:
    """Leave out the reasoning that another wire sealed; an upstream takes no other without one."""
    try:
        decoded = msgspec.json.decode(items, type=list[Raw])
    except DECODE_ERRORS:  # for the upstream to judge
        return items
    kept = [item for item in decoded if not is_foreign(item)]
    if len(kept) == len(decoded):
        return items
    lose("reasoning.signature")
    return raw(kept)


def is_foreign(item: Raw) -> bool:
    """Say whether an item was sealed by another wire."""
    try:
        fields = msgspec.json.decode(item, type=Item)
    except DECODE_ERRORS:
        return False
    seal = fields.get("encrypted_content")
    return isinstance(seal, str) and read_seal(seal, has_text=True).wire != NAME
