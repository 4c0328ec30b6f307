"""Take out of an input what another wire sealed: it is shown to its issuer alone."""

import msgspec
from msgspec import Raw

from endpoints_server.domain.talk.crossing import Lose
from endpoints_server.wires.body import DECODE_ERRORS, raw
from endpoints_server.wires.foreign_seal import MARK, Enclosed, disclose

Item = dict[str, object]


def without_foreign_seals(items: Raw, lose: Lose) -> Raw:
    """Leave out the reasoning that another wire sealed; an upstream takes no other without one."""
    try:
        decoded = msgspec.json.decode(items, type=list[Raw])
    except DECODE_ERRORS:  # for the upstream to judge
        return items
    kept: list[Raw] = []
    for item in decoded:
        found = enclosed_in(item)
        if found is None:
            kept.append(item)
        else:
            lose(found.loss)
    return items if len(kept) == len(decoded) else raw(kept)


def enclosed_in(item: Raw) -> Enclosed | None:
    """Give what another wire sealed in an item."""
    if MARK not in bytes(item):
        return None
    try:
        fields = msgspec.json.decode(item, type=Item)
    except DECODE_ERRORS:
        return None
    return disclose(fields.get("encrypted_content"))
