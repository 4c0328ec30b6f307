"""Calls to which everything happens that may happen between a reservation and its settlement.

Many calls go on at once, each a script drawn by chance: attempts fail over, callers leave, what is
answered is written, or not, or twice, or to the disk and brought home later and again; processes
die, others settle what they held, and the dead turn out to be alive. The deeds are the store's own,
in its own transactions, on a database in memory; what a provider bills is kept beside.

`python -m tests.store.sql.fault_scripts 1000000` runs so many, and tells how far it has come.
"""

import sqlite3
import sys
import time
from collections.abc import Generator, Iterable
from random import Random
from typing import Never

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateTable

from endpoints_server.domain.money.account import Account, Reservation
from endpoints_server.domain.money.entry import CostStatus, Entry, Outcome
from endpoints_server.store.accounts import KEPT, LEASE
from endpoints_server.store.sql.ledger.account_deeds import (
    beating,
    extending,
    releasing,
    reserving,
    resolving,
)
from endpoints_server.store.sql.ledger.journal import Deed, Journal, Unwritable
from endpoints_server.store.sql.tables import METADATA
from endpoints_server.store.sqlite.journal import SqliteJournal

AT_ONCE = 40
SCRIPTS_AT_ONCE = 2000
ATTEMPTS = 3
CAP = 10**15
WORST = 5_000
STEP = 1_000_000
"""Microseconds between two steps of anybody."""
Script = Generator[None]


class Wrong(Struct, frozen=True):
    """What the books say of a call, where it is not what happened."""

    account: str
    spent: int
    entries: int
    reserved: int


class World:
    """A database, processes that may die, the disk of each, and what providers bill."""

    def __init__(self, journal: Journal, connection: sqlite3.Connection, seed: int) -> None:
        self.journal = journal
        self.connection = connection
        self.chance = Random(seed)
        self.now = LEASE
        self.owners = [f"{seed}-{number}" for number in range(3)]
        self.spool: list[Entry] = []
        self.billed: dict[str, int] = {}
        self.final: dict[str, Entry] = {}

    def run(self, count: int) -> None:
        """Run scripts, some at a time and step by step in turns of chance, to the end of all."""
        waiting = [self.call(number) for number in range(count)]
        active: list[Script] = []
        while waiting or active:
            while waiting and len(active) < AT_ONCE:
                active.append(waiting.pop())
            at = self.chance.randrange(len(active))
            if next(active[at], self) is self:
                active[at] = active[-1]
                active.pop()
            self.pass_time()
        self.end()

    def pass_time(self) -> None:
        """Let processes say that they live, die, be settled for, and bring home what waits."""
        self.now += STEP
        drawn = self.chance.random()
        if drawn < 0.05:
            for owner in self.owners:
                self.do(beating(owner, self.now))
        elif drawn < 0.06:
            self.owners[self.chance.randrange(3)] = f"{self.now}"  # one died, another began
        elif drawn < 0.10:
            self.do(resolving(self.now - LEASE, self.now - KEPT))
        elif drawn < 0.16 and self.spool:
            self.bring()

    def bring(self) -> None:
        """Bring some of the spool home; whoever dies before the file is gone brings it again."""
        some = self.chance.sample(self.spool, min(3, len(self.spool)))
        if self.write(some) and self.chance.random() < 0.6:
            self.spool = [entry for entry in self.spool if entry not in some]

    def end(self) -> None:
        """Bring everything home, and let nobody live."""
        while self.spool:
            self.bring()
        self.now += 3 * LEASE
        while not self.do(resolving(self.now - LEASE, self.now - KEPT)):
            pass

    def call(self, number: int) -> Script:
        """Attempt after attempt until one is answered or nobody cares any more."""
        account = Account(name=f"call-{number}", cap_nano_usd=CAP)
        for attempt in range(1, ATTEMPTS + 1):
            name = f"{number}-{attempt}"
            entry = replace(WORST_CASE, id=name, request_id=f"{number}", attempt=attempt)
            entry = replace(entry, started_at=self.now, accounts=(account.row,))
            yield from self.attempt(entry, account)
            if self.chance.random() < 0.6:
                return

    def attempt(self, entry: Entry, account: Account) -> Script:
        """Reserve, ask the provider, and tell the ledger, or not."""
        owner = self.chance.choice(self.owners)
        reservation = Reservation(accounts=(account,), nano_usd=WORST, entry=entry)
        if not self.do(reserving(reservation, owner)):
            yield
            self.do(releasing(entry.id))  # it may have come about without an answer
            return
        yield
        if self.chance.random() < 0.1:  # it was never made
            self.do(releasing(entry.id))
            return
        while self.chance.random() < 0.2:
            self.do(extending(reservation, WORST))
            yield
        self.billed[entry.id] = cost = self.chance.choice((0, 1, 77, WORST, 3 * WORST))
        yield
        is_known = self.chance.random() < 0.7
        told = entry if not is_known else replace(entry, cost_nano_usd=cost, cost_status=EXACT)
        if self.chance.random() < 0.9:  # else whoever asked died with what it knew
            yield from self.tell(told)

    def tell(self, entry: Entry) -> Script:
        """Record an entry, over and over until somebody hears that it is safe."""
        self.final[entry.id] = entry
        while True:
            way = self.chance.random()
            if way < 0.15:  # the database is away, or said nothing: it waits on the disk
                if self.chance.random() < 0.5:
                    self.write([entry])
                self.spool.append(entry)
                return
            is_written = self.write([entry])
            if is_written and way < 0.85:
                return
            yield  # it failed, or was written and nobody heard of it
            if is_written and self.chance.random() < 0.2:
                self.do(releasing(entry.id))  # there is nothing left to give back

    def write(self, entries: list[Entry]) -> bool:
        """Write entries; now and then the database breaks off at the end of the transaction."""
        breaks = (Deed(break_off),) if self.chance.random() < 0.1 else ()
        try:
            self.journal.write(entries, breaks)
        except Unwritable:
            return False
        return True

    def do(self, deed: Deed) -> bool:
        """Do something to accounts, if the database lets us, and say whether it came about."""
        breaks = (Deed(break_off),) if self.chance.random() < 0.05 else ()
        try:
            self.journal.write([], (deed, *breaks))
        except Unwritable:
            return False
        return self.chance.random() < 0.97  # the answer may be lost

    def wrong(self) -> list[Wrong]:
        """Compare what every account has spent with the entries that it was charged for."""
        rows = self.connection.execute(BALANCE).fetchall()
        return [Wrong(*row) for row in rows]

    def missing(self) -> list[str]:
        """Name the attempts that a provider billed and that have no entry."""
        kept = {name for (name,) in self.connection.execute("select id from entries")}
        return sorted(self.billed.keys() - kept)

    def error(self) -> tuple[int, int]:
        """Give what providers billed and what accounts were charged, where both should agree."""
        rows = self.connection.execute("select id, cost_nano_usd from entries")
        costs: dict[str, int] = dict(rows.fetchall())
        exact = [
            name
            for name, entry in self.final.items()
            if entry.cost_status is EXACT and costs[name] == entry.cost_nano_usd
        ]
        return sum(self.billed[name] for name in exact), sum(costs[name] for name in exact)


def break_off(_: object) -> Never:
    """Fail as a database does that goes away."""
    raise sqlite3.OperationalError("disk I/O error")


EXACT = CostStatus.EXACT
WORST_CASE = Entry(
    id="",
    request_id="",
    started_at=0,
    endpoint="Mistral",
    model="mistral-small",
    wire_in="openai_chat",
    wire_out="openai_chat",
    outcome=Outcome.DELIVERED,
    status=200,
    cost_nano_usd=WORST,
    cost_status=CostStatus.ESTIMATED,
)
BALANCE = """
select a.name, a.spent_nano_usd, coalesce(sum(e.cost_nano_usd), 0), a.reserved_nano_usd
from accounts a left join entries e on e.accounts = '[["' || a.name || '",0]]'
group by a.name
having a.spent_nano_usd <> coalesce(sum(e.cost_nano_usd), 0) or a.reserved_nano_usd <> 0
"""


def open_world(seed: int, make_journal: type[SqliteJournal] = SqliteJournal) -> World:
    """Make a world with an empty database in memory."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    for statement in ddl():
        connection.execute(statement)
    return World(make_journal(connection), connection, seed)


def ddl() -> Iterable[str]:
    """Write the tables, with what finds entries by their account."""
    dialect = sqlite.dialect()
    for name in ("entries", "accounts", "reservations", "owners", "balances", "people"):
        table = METADATA.tables[name]
        yield str(CreateTable(table).compile(dialect=dialect))
    yield "create index entries_accounts on entries (accounts)"


def try_out(seed: int, count: int) -> int:
    """Run scripts in a world of their own, and give how many attempts were made in them.

    Raises AssertionError where an attempt was charged twice, or is missing, or cost anything else
    than its provider bills for it.
    """
    world = open_world(seed)
    world.run(count)
    assert world.wrong() == [], f"seed {seed}"
    assert world.missing() == [], f"seed {seed}"
    billed, charged = world.error()
    assert billed == charged > 0, f"seed {seed}"
    world.connection.close()
    return len(world.billed)


def main() -> None:
    """Run as many scripts as the command line says."""
    wanted, attempts, begun_at = int(sys.argv[1]), 0, time.monotonic()
    for seed in range(-(-wanted // SCRIPTS_AT_ONCE)):
        attempts += try_out(seed, SCRIPTS_AT_ONCE)
        done, took = (seed + 1) * SCRIPTS_AT_ONCE, time.monotonic() - begun_at
        sys.stdout.write(f"\r{done:,} scripts, {attempts:,} attempts, {took:.0f} s")
        sys.stdout.flush()
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
