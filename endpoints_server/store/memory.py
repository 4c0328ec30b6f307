"""Every port in dicts, for one process that keeps nothing."""

import asyncio
from asyncio import Future
from collections.abc import Callable, Iterable

from msgspec.structs import replace

from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.domain.money.entry import Entry, Place
from endpoints_server.domain.money.tally import DAY, Tally, date_of, tally_of, total_of
from endpoints_server.domain.people.access_key import AccessKey
from endpoints_server.domain.people.person import ADMIN, Person
from endpoints_server.store.accounts import MemoryAccounts
from endpoints_server.store.audit import Audit, Verification
from endpoints_server.store.balances import MemoryBalances
from endpoints_server.store.changes.memory import MemoryChanges
from endpoints_server.store.changes.port import Note, unnoted
from endpoints_server.store.credentials import MemoryCredentials
from endpoints_server.store.history.memory import MemoryHistory
from endpoints_server.store.issuers import MemoryIssuers
from endpoints_server.store.limits import MemoryLimits
from endpoints_server.store.once.memory import MemoryOnce
from endpoints_server.store.own_endpoints import MemoryOwnEndpoints
from endpoints_server.store.ports import By, Store, Sum
from endpoints_server.store.rules import MemoryRules
from endpoints_server.store.sessions import MemorySessions
from endpoints_server.store.titles import MemoryTitles


def open_memory() -> Store:
    """Open a store that is empty but for the built-in admin."""
    changes = MemoryChanges()
    people = MemoryPeople(changes)
    balances = MemoryBalances(changes)
    entries: dict[str, Entry] = {}
    purged: list[Tally] = []
    accounts = MemoryAccounts(balances.book, entries, purged)
    ledger = MemoryLedger(entries, purged, accounts)
    return Store(
        keys=MemoryKeys(people, changes),
        people=people,
        ledger=ledger,
        changes=changes,
        once=MemoryOnce(),
        history=MemoryHistory(entries, purged, balances.book),
        balances=balances,
        accounts=accounts,
        rules=MemoryRules(changes),
        limits=MemoryLimits(),
        issuers=MemoryIssuers(),
        sessions=MemorySessions(),
        credentials=MemoryCredentials(people.people.__contains__),
        own_endpoints=MemoryOwnEndpoints(people.people.__contains__, changes),
        titles=MemoryTitles(),
        close=ledger.close,
    )


class MemoryPeople:
    """People in a dict."""

    def __init__(self, changes: MemoryChanges) -> None:
        self.changes = changes
        self.people = {ADMIN.id: ADMIN}

    async def find_person(self, person_id: str) -> Person | None:
        return self.people.get(person_id)

    async def add_person(self, person: Person, note: Note[Person] = unnoted) -> bool:
        if person.id in self.people:
            return False
        self.changes.keep(note(None, person))
        self.people[person.id] = person
        return True

    async def list_people(self) -> list[Person]:
        return [self.people[person_id] for person_id in sorted(self.people)]

    async def set_disabled(
        self, person_id: str, at: int | None, note: Note[Person] = unnoted
    ) -> Person | None:
        before = self.people.get(person_id)
        if before is None:
            return None
        after = replace(before, disabled_at=at)
        self.changes.keep(note(before, after))
        self.people[person_id] = after
        return after


class MemoryKeys:
    """Keys in a dict."""

    def __init__(self, people: MemoryPeople, changes: MemoryChanges) -> None:
        self.people = people
        self.changes = changes
        self.keys: dict[str, AccessKey] = {}

    async def find_key(self, key_id: str) -> AccessKey | None:
        key = self.keys.get(key_id)
        return None if key is None else replace(key, person=self.people.people[key.person.id])

    async def add_key(self, key: AccessKey, note: Note[AccessKey] = unnoted) -> None:
        person = await self.people.find_person(key.person.id)
        if person is None:
            raise Failed(Fault(kind=Kind.BAD_REQUEST, message=f"No user '{key.person.id}'."))
        self.changes.keep(note(self.keys.get(key.id), key))
        self.keys[key.id] = replace(key, person=person)

    async def list_keys(self, person_id: str | None = None) -> list[AccessKey]:
        wanted = [key for key in self.keys.values() if person_id in (None, key.person.id)]
        return sorted(wanted, key=lambda key: (key.created_at, key.id))

    async def revoke_key(self, key_id: str, at: int, note: Note[AccessKey] = unnoted) -> bool:
        return self._change(key_id, lambda key: replace(key, revoked_at=at), note)

    async def end_key(self, key_id: str, at: int, note: Note[AccessKey] = unnoted) -> bool:
        return self._change(key_id, lambda key: key.ending_at(at), note)

    def _change(
        self, key_id: str, change: Callable[[AccessKey], AccessKey], note: Note[AccessKey]
    ) -> bool:
        before = self.keys.get(key_id)
        if before is None or before.revoked_at is not None:
            return False
        after = change(before)
        self.changes.keep(note(before, after))
        self.keys[key_id] = after
        return True


class MemoryLedger:
    """Entries in a dict; durable as soon as they are recorded."""

    def __init__(
        self, entries: dict[str, Entry], purged: list[Tally], accounts: MemoryAccounts
    ) -> None:
        self.entries = entries
        self.purged = purged
        self.accounts = accounts
        self.is_closed = False

    def has_room(self) -> bool:
        return not self.is_closed

    def waiting(self) -> int:
        return 0

    def record(self, entry: Entry) -> Future[None]:
        if self.is_closed:
            raise Failed(Fault(kind=Kind.UNAVAILABLE, message="The ledger is closed."))
        if self.entries.setdefault(entry.id, entry) is entry:
            self.accounts.settle(entry)
        done = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done

    async def find_entries(self, request_id: str) -> list[Entry]:
        found = [entry for entry in self.entries.values() if entry.request_id == request_id]
        return sorted(found, key=lambda entry: (entry.attempt, entry.id))

    async def list_entries(
        self,
        *,
        since: int | None = None,
        until: int | None = None,
        person_id: str | None = None,
        after: Place | None = None,
        limit: int = 100,
    ) -> list[Entry]:
        found = select(self.entries.values(), since, person_id)
        if until is not None:
            found = [entry for entry in found if entry.started_at < until]
        if after is not None:
            found = [entry for entry in found if entry.place < after]
        return sorted(found, key=lambda entry: entry.place, reverse=True)[:limit]

    async def sums(
        self,
        by: By,
        since: int | None = None,
        person_id: str | None = None,
        *,
        until: int | None = None,
    ) -> list[Sum]:
        found = [
            entry
            for entry in select(self.entries.values(), since, person_id)
            if until is None or entry.started_at < until
        ]
        whole = [
            tally
            for tally in self.purged
            if person_id in (None, tally.person_id) and is_whole(tally.day, since, until)
        ]
        groups: dict[str, list[Tally]] = {}
        for tally in (*map(tally_of, found), *whole):
            groups.setdefault(name_of(tally, by), []).append(tally)
        return [sum_of(name, total_of(groups[name])) for name in sorted(groups)]

    async def verify(self) -> Verification:
        audit = Audit()
        for entry in sorted(
            self.entries.values(), key=lambda entry: (entry.request_id, entry.attempt, entry.id)
        ):
            audit.feed(entry)
        gone = sum(tally.cost_nano_usd for tally in self.purged)
        totals = {by.value: sum_costs(await self.sums(by)) - gone for by in By}
        rows = self.accounts.book.rows.items()
        spent = {place: row.spent_nano_usd - row.opening_nano_usd for place, row in rows}
        return audit.close(totals, spent)

    async def drain(self) -> None:
        return

    async def close(self) -> None:
        self.is_closed = True


def sum_costs(sums: Iterable[Sum]) -> int:
    """Add up the costs of sums."""
    return sum(row.cost_nano_usd for row in sums)


def select(entries: Iterable[Entry], since: int | None, person_id: str | None) -> list[Entry]:
    """Keep those of a person that started from an instant on."""
    return [
        entry
        for entry in entries
        if (since is None or entry.started_at >= since) and person_id in (None, entry.person_id)
    ]


def is_whole(day: int, since: int | None, until: int | None) -> bool:
    """Say whether a day lies in a span from its beginning to its end."""
    return (since is None or day * DAY >= since) and (until is None or (day + 1) * DAY <= until)


def name_of(tally: Tally, by: By) -> str:
    """Name what an entry is summed under."""
    match by:
        case By.USER:
            return tally.person_id
        case By.ENDPOINT:
            return tally.endpoint
        case By.MODEL:
            return tally.model
        case By.DAY:
            return str(date_of(tally.day))


def sum_of(name: str, total: Tally) -> Sum:
    """Tell what some entries came to."""
    return Sum(
        name=name,
        attempts=total.attempts,
        input_tokens=total.usage.total_input,
        output_tokens=total.usage.total_output,
        cost_nano_usd=total.cost_nano_usd,
        unpriced=total.unpriced,
    )
