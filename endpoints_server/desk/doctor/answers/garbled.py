"""What came is no text."""

from endpoints_server.desk.doctor.case import Case, Finding, Weight
from endpoints_server.domain.scrub import scrub

COMPRESSED = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd", b"\x78\x9c": "deflate"}
"""How compressed bodies begin."""
SHOWN_BYTES = 16


def garbled(case: Case) -> Finding | None:
    """Show the first bytes that are none, and tell what they look like."""
    head = scrub(case.exchange.head, case.secrets) if case.exchange else b""
    packed = next((name for start, name in COMPRESSED.items() if head.startswith(start)), "")
    start = 0 if packed else no_text_at(head)
    if start is None:
        return None
    shown = head[start : start + SHOWN_BYTES]
    return Finding(
        rule="garbled_answer",
        weight=Weight.MEND,
        symptom=f"the answer is no text; at byte {start} it goes {shown.hex(' ')}",
        cause=f"it is compressed ({packed}), and no header says so"
        if packed
        else "it is in another charset than UTF-8, or packed in a way that no header names",
        change="mend the server, or what stands before it: it was asked for plain UTF-8",
    )


def no_text_at(head: bytes) -> int | None:
    """Say where bytes are not UTF-8, but for a character that is cut off at the end."""
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return None if error.reason == "unexpected end of data" else error.start
    return None
