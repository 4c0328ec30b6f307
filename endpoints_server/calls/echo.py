"""Take what a caller said out of what an upstream says about it."""

WINDOW = 8
"""Characters compared at once; any run of nearly twice as many is found."""


def without_echo(words: str, body: bytes) -> str:
    """Cut words off where they begin to repeat the request's body, which no log is to hold."""
    said = body.decode(errors="replace")
    for start in range(0, len(words) - WINDOW + 1, WINDOW):
        if words[start : start + WINDOW] in said:
            return words[: max(0, start - WINDOW + 1)] + "…"
    return words
