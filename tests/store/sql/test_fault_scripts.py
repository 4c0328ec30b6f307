"""Each attempt is charged once at most, whatever happens."""

from collections.abc import Mapping, Sequence

from endpoints_server.domain.money.entry import Entry
from endpoints_server.store.sqlite.journal import SqliteJournal
from tests.store.sql.fault_scripts import SCRIPTS_AT_ONCE, open_world, try_out


def test_t_24_each_attempt_is_charged_once_at_most_in_any_script_of_faults() -> None:
    assert try_out(seed=0, count=SCRIPTS_AT_ONCE) > SCRIPTS_AT_ONCE


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
