"""Sealed reasoning as `encrypted_content`; that of another wire's goes in an envelope.

A client of this wire keeps nothing but this field between its calls. A seal that another wire
issued therefore stands in it with the name of that wire, so that it finds the way back to its
issuer, and to nobody else. One that stands on a call goes before it, in reasoning of its own.
"""

import re

from endpoints_server.domain.talk.prompt import Seal
from endpoints_server.wires.openai_responses.schema import NAME

ENVELOPE = re.compile(
    r"~es\.(?P<wire>[a-z_]{1,40})\.(?P<kind>open|redacted|call)\.(?P<value>.+)", re.DOTALL
)
RARE, MARK = b"~", b'"~es.'
"""How an envelope begins in a body, and the letter that is looked for first."""


def read_seal(value: str, *, has_text: bool) -> Seal:
    """Read a seal; reasoning without a readable word came in sealed form only."""
    found = ENVELOPE.fullmatch(value)
    if found is None:
        return Seal(NAME, value, is_redacted=not has_text)
    return Seal(found["wire"], found["value"], is_redacted=found["kind"] == "redacted")


def read_call_seal(value: str) -> Seal | None:
    """Read a seal that is meant for the call behind it, as calls have no place for one."""
    found = ENVELOPE.fullmatch(value)
    if found is None or found["kind"] != "call":
        return None
    return Seal(found["wire"], found["value"])


def write_call_seal(seal: Seal) -> str:
    """Write a seal that stands on a call."""
    return f"~es.{seal.wire}.call.{seal.value}"


def write_seal(seal: Seal) -> str:
    """Write a seal, in an envelope where it is another wire's."""
    if seal.wire == NAME:
        return seal.value
    return f"~es.{seal.wire}.{'redacted' if seal.is_redacted else 'open'}.{seal.value}"
