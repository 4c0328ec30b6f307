"""What is done to accounts on PostgreSQL, by a function there, whose answer is read later.

Whoever calls it has the turn of accounts until the transaction ends, so that two never wait for
each other.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
import psycopg
from psycopg.pq.abc import PGresult

from endpoints_server.domain.money.account import Account, Charge, Decision, Remainder
from endpoints_server.domain.money.entry import Entry
from endpoints_server.store.sql.ledger.journal import Answer, Hold

NONE, NULL = b"{}", b"NULL"
TURN = b"select refused_at, lefts from take_turn(%s, %s::jsonb, %s::jsonb)"
Row = tuple[int, Sequence[int | None]]
"""The place of the account that refused, if one did, and what is left: see `take_turn` there."""
Ending = tuple[int, Sequence[Charge]]
"""What a reservation came to, and who pays for it even if it is lost."""


class OutOfTurn(Exception):
    """Something is wanted that has to be asked by itself, and in its place."""


class TakenTurn:
    """A Transaction that gathers what is wanted of accounts, and asks for all of it at once.

    Reservations end before others are made. Raises OutOfTurn for what that order would change, and
    for what is no matter of accounts; nothing was asked then.
    """

    def __init__(self, endings: Mapping[str, Ending]) -> None:
        self._endings = dict(endings)
        self._wanted: list[Mapping[str, object]] = []
        self._held: set[str] = set()
        self._rows: list[Row] = []

    def ask(self, statement: str, values: Mapping[str, object]) -> psycopg.Cursor[Any]:
        raise OutOfTurn(statement, values)

    def keep(self, entries: Sequence[Entry]) -> None:
        raise OutOfTurn(entries)

    def take(self, accounts: Sequence[Account], nano_usd: int, hold: Hold) -> Answer[Decision]:
        place = len(self._wanted)
        self._held.add(hold.id)
        self._wanted.append(wish(accounts, nano_usd, hold))
        return lambda: decision_of(accounts, self._rows[place])

    def settle(self, costs: Mapping[str, int]) -> None:
        if not self._held.isdisjoint(costs):
            raise OutOfTurn
        self._endings = {**unpaid(costs), **self._endings}  # what an entry says comes first

    def told(self, *, is_light: bool) -> list[str]:
        """Say what is wanted, as TURN takes it."""
        return told(self._endings, self._wanted, is_light=is_light)

    def hear(self, result: PGresult) -> None:
        """Read what was answered; answers can be given then."""
        self._rows = [row_of(result, place) for place in range(result.ntuples)]


def send(
    connection: psycopg.Connection[Any],
    endings: Mapping[str, Ending],
    wanted: Sequence[Mapping[str, object]] = (),
    *,
    is_light: bool = False,
) -> psycopg.Cursor[Any]:
    """Take the turn, and with it end reservations with what they came to, and hold what is wanted.

    What is `is_light` does not wait for the disk at the end of its transaction.
    """
    return connection.execute(TURN, told(endings, wanted, is_light=is_light))


def told(
    endings: Mapping[str, Ending], wanted: Sequence[Mapping[str, object]], *, is_light: bool
) -> list[str]:
    """Write values for TURN."""
    texts = (msgspec.json.encode(each).decode() for each in (endings, wanted))
    return [flag(is_on=is_light), *texts]


def flag(*, is_on: bool) -> str:
    """Write a boolean as PostgreSQL reads it."""
    return "t" if is_on else "f"


def row_of(result: PGresult, place: int) -> Row:
    """Read a row of an answer in text: a number, and an array of some."""
    refused_at, lefts = (result.get_value(place, column) or b"" for column in range(2))
    parts = lefts[1:-1].split(b",") if len(lefts) > len(NONE) else []
    return int(refused_at), [None if part == NULL else int(part) for part in parts]


def endings_of(entries: Iterable[Entry]) -> dict[str, Ending]:
    """Say what entries come to that are paid from accounts, by their ids."""
    return {
        entry.id: (entry.cost_nano_usd or 0, entry.accounts) for entry in entries if entry.accounts
    }


def unpaid(costs: Mapping[str, int]) -> dict[str, Ending]:
    """Say of reservations what they came to, for which nobody pays if they are gone."""
    return {each: (cost, ()) for each, cost in costs.items()}


def take(
    connection: psycopg.Connection[Any], accounts: Sequence[Account], nano_usd: int, hold: Hold
) -> Answer[Decision]:
    """Add to what accounts hold, or to none of them; the answer is there once it is fetched."""
    cursor = send(connection, {}, [wish(accounts, nano_usd, hold)])
    return lambda: decision_of(accounts, cursor.fetchall()[0])


def wish(accounts: Sequence[Account], nano_usd: int, hold: Hold) -> Mapping[str, object]:
    """Say what is to be held; without a row of its own, it is more of what is held already."""
    return {"id": hold.id, "accounts": accounts, "nano_usd": nano_usd, **(hold.row or {})}


def decision_of(accounts: Sequence[Account], row: Row) -> Decision:
    """Read what was decided: the place of the account that refused, if one did, and lefts."""
    refused_at, lefts = row
    if refused_at < 0:
        return Decision(is_admitted=False)
    told = accounts[refused_at - 1 : refused_at] if refused_at else accounts
    seen = zip(told, lefts, strict=True)
    known = tuple(Remainder(account, left) for account, left in seen if left is not None)
    return Decision(is_admitted=not refused_at, remainders=known)
