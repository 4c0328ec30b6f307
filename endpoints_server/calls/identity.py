"""Which conversation a call belongs to: read from headers or the body, never sent upstream."""

from collections.abc import Mapping

from endpoints_server.domain.header import Conversation
from endpoints_server.wires.body import IDENTITY, Fields, Peek, close_fields, open_fields, raw

HEADERS = ("x-conversation-id", "x-parent-message-id", "x-message-id")
LONGEST = 512
NONE = Conversation()


def identity(headers: Mapping[str, str], peeked: Peek) -> Conversation:
    """Read the three ids; a header wins over the body, and what is no short text is left out."""
    if not peeked.identity and not any(name in headers for name in HEADERS):
        return NONE
    told = dict(zip(IDENTITY, (headers.get(name, "") for name in HEADERS), strict=True))
    for name in IDENTITY:
        value = peeked.identity.get(name)
        if not told[name] and isinstance(value, str):
            told[name] = value
    kept = {name: value if len(value) <= LONGEST else "" for name, value in told.items()}
    return Conversation(
        id=kept["conversation_id"],
        parent_message_id=kept["parent_message_id"],
        message_id=kept["message_id"],
    )


def without_identity(body: bytes, peeked: Peek) -> bytes:
    """Take the three ids out of the body's metadata; any other body is given back as it is."""
    if not peeked.identity:
        return body
    fields = open_fields(body)
    inner: Fields = open_fields(bytes(fields["metadata"]))
    kept = {name: value for name, value in inner.items() if name not in IDENTITY}
    if kept:
        fields["metadata"] = raw(kept)
    else:
        del fields["metadata"]
    return close_fields(fields)
