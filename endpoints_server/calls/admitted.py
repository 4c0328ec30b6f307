"""What was granted to a call: what is held for it, what it is counted under, what it is told."""

from collections.abc import Sequence

from msgspec import Struct

from endpoints_server.calls.delivery import Headers
from endpoints_server.domain.money.account import Reservation
from endpoints_server.domain.money.estimate import estimate_tokens
from endpoints_server.domain.rules.budget import Draw
from endpoints_server.domain.rules.window import Claim
from endpoints_server.domain.wire import Seen


class Hold(Struct, kw_only=True):
    """A reservation, and how far the tokens go that it covers.

    `draws` are the budgets among its accounts; `step_tokens` cost `step_nano_usd`, and are zero
    where nothing more is held.
    """

    reservation: Reservation
    draws: tuple[Draw, ...]
    covered_tokens: int
    step_tokens: int
    step_nano_usd: int
    counted_tokens: int = 0
    counted_pieces: int = 0

    def is_used_up(self, seen: Seen) -> bool:
        """Say whether what was answered has come to what is covered."""
        fresh = seen.texts[self.counted_pieces :]
        self.counted_pieces += len(fresh)
        self.counted_tokens += estimate_tokens(fresh)
        return self.counted_tokens >= self.covered_tokens


class Admission(Struct, kw_only=True):
    """What admitting a call came to; instants are microseconds since 1970.

    `headers` tell the caller what is left, `notices` the operator what was close or would have been
    refused.
    """

    at: int
    hold: Hold | None = None
    claims: Sequence[Claim] = ()
    headers: Headers = []
    notices: tuple[str, ...] = ()
