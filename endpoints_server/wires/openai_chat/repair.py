"""What the chunks of a stream lack for strict clients, and how it is put in."""

from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import Struct

from endpoints_server.wires.openai_chat.calls import Draft, mended
from endpoints_server.wires.openai_chat.reasoning import move
from endpoints_server.wires.openai_chat.reply_schema import Detail, decode_loose


class Repair(Struct, kw_only=True):
    """What a choice of one chunk lacks.

    `pieces` are its tool calls, in order, if any is wrong; `details` the indexes of its entries of
    reasoning, if any has none; `key` the field that its reasoning belongs in, if it is elsewhere.
    """

    lacks_role: bool
    pieces: list[tuple[Draft, bool]]
    details: list[int]
    key: str


def number(details: Iterable[Detail], kinds: list[str]) -> list[int]:
    """Give an index to each entry of reasoning if any lacks it: one for each kind of entry."""
    indexes: list[int] = []
    is_fine = True
    for detail in details:
        kind = detail.type or ""
        if kind not in kinds:
            kinds.append(kind)
        is_fine = is_fine and detail.index is not None
        indexes.append(kinds.index(kind) if detail.index is None else detail.index)
    return [] if is_fine else indexes


def rewritten(payload: bytes, repairs: list[Repair | None]) -> bytes:
    """Give a chunk with its choices repaired and everything else as it was."""
    fields = decode_loose(payload)
    for choice, repair in zip(fields["choices"], repairs, strict=True):
        if repair is not None:
            mend_choice(choice, repair)
    return msgspec.json.encode(fields)


def mend_choice(choice: dict[str, Any], repair: Repair) -> None:
    """Repair one choice of a chunk in place."""
    if choice.get("index") is None:
        choice["index"] = 0
    delta = choice["delta"]
    if repair.lacks_role:
        delta["role"] = "assistant"
    if repair.key:
        move(delta, repair.key)
    for entry, index in zip(delta.get("reasoning_details") or (), repair.details, strict=False):
        entry["index"] = index
    if repair.pieces:
        delta["tool_calls"] = [
            mended(piece, draft, is_first=is_first) if draft.is_function else piece
            for piece, (draft, is_first) in zip(delta["tool_calls"], repair.pieces, strict=True)
        ]
