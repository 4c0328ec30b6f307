"""Sealed reasoning as `encrypted_content`; that of another wire's goes in an envelope.

A call has no place for a seal, so that one goes before it, in reasoning of its own.
"""

from endpoints_server.domain.talk.prompt import Seal
from endpoints_server.wires.foreign_seal import disclose, enclose
from endpoints_server.wires.openai_responses.schema import NAME


def read_seal(value: str, *, has_text: bool) -> Seal | None:
    """Read a seal; reasoning without a readable word came in sealed form only."""
    found = disclose(value)
    return found.seal if found else Seal(NAME, value, is_redacted=not has_text)


def write_seal(seal: Seal) -> str:
    """Write a seal, in an envelope where it is another wire's."""
    return seal.value if seal.wire == NAME else enclose(seal)
