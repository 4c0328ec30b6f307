"""How many calls and tokens a minute, and how many calls at once."""

from msgspec import Struct

from endpoints_server.domain.rules.target import Circumstances, Scope, share_of


class Limit(Struct, frozen=True, kw_only=True):
    """Ceilings of a minute, and of what runs at once; None where there is none.

    In shadow nothing is refused, and only the log says what would have been.
    """

    name: str
    scope: Scope = Scope()
    requests: int | None = None
    tokens: int | None = None
    concurrent: int | None = None
    is_shadow: bool = False


def share_name(limit: Limit, call: Circumstances) -> str:
    """Name what one share of a limit is counted under."""
    target = limit.scope.target
    parts = ("limit", target.level.value, target.name, limit.name, share_of(limit.scope, call))
    return "|".join(parts)
