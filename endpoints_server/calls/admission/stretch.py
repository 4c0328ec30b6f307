"""More is held as a stream goes on, and what happens when there is no more."""

from collections.abc import Callable

from msgspec.structs import replace

from endpoints_server.calls.admission.refusals import cut_off
from endpoints_server.calls.admitted import Hold
from endpoints_server.domain.fault import Failed
from endpoints_server.domain.money.account import Account, Reservation
from endpoints_server.domain.rules.budget import AtEnd, Draw
from endpoints_server.domain.rules.period import rolling_window
from endpoints_server.domain.wire import Seen
from endpoints_server.store.accounts import Accounts


async def stretch(accounts: Accounts, hold: Hold, seen: Seen, now: Callable[[], int]) -> None:
    """Hold a step more each time a stream has used up what is held.

    Raises Failed(over_budget) where a budget says that the stream is cut at its end; any other that
    has no more is drawn from all the same.
    """
    while hold.step_tokens and hold.is_used_up(seen):
        wanted = replace(hold.reservation, accounts=at_present(hold, now()))
        decision = await accounts.extend(wanted, hold.step_nano_usd)
        if decision.is_admitted:
            hold.covered_tokens += hold.step_tokens
        elif not decision.remainders:
            hold.step_tokens = 0  # nothing is held any more: others took this process for dead
        else:
            refused = decision.remainders[0].account
            draw = find_draw(hold.draws, refused)
            if draw is not None and draw.budget.at_end is AtEnd.CUT:
                raise Failed(cut_off(draw))
            hold.reservation = loosened(hold.reservation, refused)


def at_present(hold: Hold, now: int) -> tuple[Account, ...]:
    """Let rolling spans be those of this moment; the part that is drawn from stays in them."""
    accounts: list[Account] = []
    for account in hold.reservation.accounts:
        draw = find_draw(hold.draws, account)
        if draw is not None and draw.budget.period.rolling_seconds:
            since = rolling_window(draw.budget.period.rolling_seconds, now).since
            account = replace(account, since=min(since, account.starts_at - 1))  # noqa: PLW2901
        accounts.append(account)
    return tuple(accounts)


def find_draw(draws: tuple[Draw, ...], account: Account) -> Draw | None:
    """Find the budget that an account belongs to; a balance has none."""
    return next((draw for draw in draws if draw.account.row == account.row), None)


def loosened(reservation: Reservation, refused: Account) -> Reservation:
    """Let an account that has no more be drawn from all the same."""
    accounts = tuple(
        replace(each, is_binding=False) if each.row == refused.row else each
        for each in reservation.accounts
    )
    return replace(reservation, accounts=accounts)
