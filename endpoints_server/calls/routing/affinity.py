"""What a conversation is known by, so that it stays where its prompt is cached.

By its id, else by the key that a caller gives its cache, else by the first turn of a user, which is
the same each time the conversation comes back, longer. What stands before that turn may tell the
time, and is not looked at.
"""

import msgspec
from msgspec import Raw, Struct

from endpoints_server.calls.call import Call
from endpoints_server.domain.fault import Failed
from endpoints_server.wires.body import DECODE_ERRORS, Fields, open_fields

CACHE_KEY = "prompt_cache_key"
TURNS = ("messages", "input", "contents", "prompt")
MOST_TURNS = 50
"""How many are looked through for the first of a user."""
MOST_BYTES = 64 * 1024
"""How much of that turn is looked at; one with pictures is longer."""
USER = ("user", "")
"""One wire need not say whose its only turn is."""


class Turn(Struct, frozen=True):
    """Whose turn it is."""

    role: str = ""


turns_decoder = msgspec.json.Decoder(list[Raw])
turn_decoder = msgspec.json.Decoder(Turn)


def conversation_of(call: Call) -> bytes:
    """Name the conversation of a call among those of its caller."""
    person = call.caller.person.id.encode()
    if call.conversation.id:
        return b"id\0" + person + b"\0" + call.conversation.id.encode()
    try:
        fields = open_fields(call.body)
    except Failed:  # which is told when the body is sent
        return person
    if CACHE_KEY in fields:
        return b"key\0" + person + b"\0" + bytes(fields[CACHE_KEY])
    return b"turn\0" + person + b"\0" + first_turn(fields)[:MOST_BYTES]


def first_turn(fields: Fields) -> bytes:
    """Give the first turn of a user as it was written, or all of what has no turns."""
    value = next((fields[name] for name in TURNS if name in fields), Raw(b""))
    try:
        turns = turns_decoder.decode(value)
    except DECODE_ERRORS:
        return bytes(value)
    for turn in turns[:MOST_TURNS]:
        if is_of_user(turn):
            return bytes(turn)
    return bytes(turns[0]) if turns else b""


def is_of_user(turn: Raw) -> bool:
    """Say whether a turn is a user's; what is no object is one text of several."""
    try:
        return turn_decoder.decode(turn).role in USER
    except DECODE_ERRORS:
        return False
