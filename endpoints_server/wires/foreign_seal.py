"""A seal that another wire issued, in the envelope that a caller keeps and sends back.

A client keeps what its own wire has a field for, and no more. The seal therefore stands in that
field, behind the name of its issuer, so that it finds the way back to it and to nobody else. No
provider knows what an envelope is: none is ever passed on. Where the field holds bytes, as base64
of either alphabet, so does the envelope.
"""

import re
from base64 import b64decode, b64encode

from msgspec import Struct

from endpoints_server.domain.talk.prompt import Seal

ENVELOPE = re.compile(
    r"~es\.(?P<wire>[a-z_]{1,40})\.(?P<kind>open|redacted|call)\.(?P<value>.*)", re.DOTALL
)
RARE, MARK = b"~", b'"~es.'
"""How an envelope begins in a body, and the letter that is looked for first."""

ENCODED, ENCODED_MARK = "fmVzL", b'"fmVzL'
"""How one begins that is encoded, alone and in a body."""

ALPHABET = str.maketrans("-_", "+/")


UNSEALED = "~es.unsealed"
"""Stands in place of a seal on reasoning that has none, which no provider takes for its own."""


class Enclosed(Struct, frozen=True):
    """What is in an envelope, if anything; `is_of_call` says that it belongs on a call."""

    seal: Seal | None
    is_of_call: bool = False

    @property
    def loss(self) -> str:
        """The name of what is lost with it."""
        if self.seal is None:
            return "reasoning.history"
        return "tool_call.signature" if self.is_of_call else "reasoning.signature"


def enclose(seal: Seal, *, is_of_call: bool = False) -> str:
    """Put a seal into an envelope."""
    kind = "redacted" if seal.is_redacted else "open"
    return f"~es.{seal.wire}.{'call' if is_of_call else kind}.{seal.value}"


def disclose(value: object) -> Enclosed | None:
    """Take a seal out of its envelope, or give None where there is none around it."""
    if value == UNSEALED:
        return Enclosed(None)
    found = ENVELOPE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return None
    seal = Seal(found["wire"], found["value"], is_redacted=found["kind"] == "redacted")
    return Enclosed(seal, found["kind"] == "call")


def is_enclosing(body: bytes) -> bool:
    """Say whether an envelope may stand somewhere in a body."""
    return RARE in body and MARK in body


def enclose_encoded(seal: Seal) -> str:
    """Put a seal into an envelope for a field that holds bytes."""
    return b64encode(enclose(seal).encode()).decode()


def disclose_encoded(value: object) -> Enclosed | None:
    """Take a seal out of an envelope for a field that holds bytes; None where it is none."""
    if not isinstance(value, str) or not value.startswith(ENCODED):
        return None
    whole = value.translate(ALPHABET).rstrip("=")
    try:
        return disclose(b64decode(whole + "=" * (-len(whole) % 4), validate=True).decode())
    except ValueError:  # it only began like one
        return None
