"""What came is no text."""

from endpoints_server.desk.doctor.case import Case, Finding, Weight
from endpoints_server.domain.scrub import scrub

COMPRESSED = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd", b"\x78\x9c": "deflate"}
"""How compressed bodies begin."""
SHOWN_BYTES = 16


def garbled(case: Case) -> Finding | None:
    """Show the first bytes, and tell what they look like."""
    head = case.exchange.head if case.exchange else b""
    packed = next((name for start, name in COMPRESSED.items() if head.startswith(start)), "")
    if not packed and is_text(head):
        return None
    shown = scrub(head, case.secrets)[:SHOWN_BYTES]
    return Finding(
        rule="garbled_answer",
        weight=Weight.MEND,
        symptom=f"the answer is no text; it begins with {shown.hex(' ')}",
        cause=f"it is compressed ({packed}), and no header says so"
        if packed
        else "it is in another charset than UTF-8, or packed in a way that no header names",
        change="mend the server, or what stands before it: it was asked for plain UTF-8",
    )


def is_text(head: bytes) -> bool:
    """Say whether bytes are UTF-8, but for a character that is cut off at the end."""
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data"
    return True
