"""Each attempt is charged once at most, whatever happens: `ES_FAULT_SCRIPTS` says how often."""

import os
from collections.abc import Mapping, Sequence

from endpoints_server.domain.money.entry import Entry
from endpoints_server.store.sqlite.journal import SqliteJournal
from tests.store.sql.fault_scripts import open_world

SCRIPTS = int(os.environ.get("ES_FAULT_SCRIPTS", "2000"))
SCRIPTS_AT_ONCE = 2000


def test_each_attempt_is_charged_once_at_most_in_any_script_of_faults() -> None:
    attempts = 0
    for seed in range(-(-SCRIPTS // SCRIPTS_AT_ONCE)):
        world = open_world(seed)
        world.run(min(SCRIPTS_AT_ONCE, SCRIPTS))
        assert world.wrong() == [], f"seed {seed}"
        assert world.missing() == [], f"seed {seed}"
        billed, charged = world.error()
        assert billed == charged > 0, f"seed {seed}"
        attempts += len(world.billed)
        world.connection.close()
    assert attempts > SCRIPTS


class Forgetful(SqliteJournal):
    """A journal that charges for an entry whenever it is told of it."""

    def settle(self, costs: Mapping[str, int]) -> None:
        super().settle(costs)
        for name, cost in costs.items():
            account = f"call-{name.partition('-')[0]}"
            self.ask(CHARGE, {"account": account, "cost": cost})


class Lossy(SqliteJournal):
    """A journal that settles all entries and keeps all but one."""

    def keep(self, entries: Sequence[Entry]) -> None:
        super().keep(entries[1:])


CHARGE = "update accounts set spent_nano_usd = spent_nano_usd + :cost where name = :account"


def test_a_journal_that_charges_twice_is_found_out() -> None:
    world = open_world(1, Forgetful)
    world.run(50)
    assert world.wrong() != []


def test_a_journal_that_loses_entries_is_found_out() -> None:
    world = open_world(1, Lossy)
    world.run(50)
    assert world.missing() != []
