"""What a request asks for that has to be asked for in a header, too."""

from collections.abc import Iterable, Iterator

from endpoints_server.domain.dialect import Dialect
from endpoints_server.wires.body import Fields

FINE_GRAINED = "fine-grained-tool-streaming-2025-05-14"
INTERLEAVED = "interleaved-thinking-2025-05-14"
LATE_SYSTEM = "mid-conversation-system-2026-04-07"


def betas_of(fields: Fields, dialect: Dialect) -> Iterator[str]:
    """Give what any request needs: arguments stream as they are made, in one way or the other."""
    if dialect.tools.has_eager_input is False and "tools" in fields:
        yield FINE_GRAINED


def betas_for(fields: Fields, dialect: Dialect) -> Iterator[str]:
    """Give what a request of ours needs, whose caller does not know this wire.

    A model that thinks on a budget also thinks between its calls.
    """
    if dialect.thinking.is_able and b'"budget_tokens"' in bytes(fields.get("thinking", b"")):
        yield INTERLEAVED
    if dialect.turns.has_late_system and b'{"role":"system"' in bytes(fields["messages"]):
        yield LATE_SYSTEM


def beta_header(names: Iterable[str]) -> dict[str, str]:
    """Write the header, if there is anything to ask for."""
    listed = ",".join(names)
    return {"anthropic-beta": listed} if listed else {}
