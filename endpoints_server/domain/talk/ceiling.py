"""The ceiling of an answer for which a caller asked for none."""

from collections.abc import Iterable

from endpoints_server.domain.dialect import Dialect

BYTES_PER_TOKEN, MARGIN_TOKENS, LEAST = 4, 4096, 1024


def usual_ceiling(dialect: Dialect, names: Iterable[str], size_bytes: int) -> int | None:
    """Give the model's own ceiling in tokens, for a request of a size; None where none is sent.

    Where too little of the window is left for it, what is left is asked for; and where that is next
    to nothing, as it is with pictures, nothing is. A ceiling that is dropped or refused under any
    of its `names` stays away.
    """
    ceiling = dialect.ceiling_tokens
    if ceiling is None or any(name in (*dialect.drop, *dialect.refuse) for name in names):
        return None
    if dialect.context_tokens is None:
        return ceiling
    room = dialect.context_tokens - size_bytes // BYTES_PER_TOKEN - MARGIN_TOKENS
    return min(ceiling, room) if room >= min(ceiling, LEAST) else None
