"""What may be asked of a store, one small protocol for each noun."""

from asyncio import Future
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from endpoints_server.domain.money.entry import Entry, Place
from endpoints_server.domain.people.access_key import AccessKey
from endpoints_server.domain.people.person import Person
from endpoints_server.store.accounts import Accounts
from endpoints_server.store.audit import Verification
from endpoints_server.store.balances import Balances
from endpoints_server.store.changes.port import Changes, Note, unnoted
from endpoints_server.store.credentials import Credentials
from endpoints_server.store.history.port import History
from endpoints_server.store.issuers import Issuers
from endpoints_server.store.limits import Limits
from endpoints_server.store.once.port import Once
from endpoints_server.store.own_endpoints import OwnEndpoints
from endpoints_server.store.rules import StoredRules
from endpoints_server.store.sessions import Sessions
from endpoints_server.store.titles import Titles


class By(StrEnum):
    """What usage is summed by; a day is one of UTC."""

    USER = "user"
    ENDPOINT = "endpoint"
    MODEL = "model"
    DAY = "day"


class Sum(Struct, frozen=True, kw_only=True):
    """What the attempts of one user, endpoint, model or day (`2026-11-21`) came to.

    `unpriced` counts those among the attempts whose cost nobody knows.
    """

    name: str
    attempts: int
    input_tokens: int
    output_tokens: int
    cost_nano_usd: int
    unpriced: int


class Keys(Protocol):
    """Client keys."""

    async def find_key(self, key_id: str) -> AccessKey | None:
        """Give a key by its id, revoked and expired ones too; answers from memory.

        A key made elsewhere is found at once, one revoked elsewhere is seen within a second.
        Raises Failed(unavailable) where an unknown id cannot be looked up.
        """

    async def add_key(self, key: AccessKey, note: Note[AccessKey] = unnoted) -> None:
        """Keep a key; one with the same id is replaced.

        Raises Failed(bad_request) where its person is not known.
        """

    async def list_keys(self, person_id: str | None = None) -> list[AccessKey]:
        """Give the keys of a person or of everybody, oldest first."""

    async def revoke_key(self, key_id: str, at: int, note: Note[AccessKey] = unnoted) -> bool:
        """Revoke a key from an instant (microseconds) on; False where there is none to revoke."""

    async def end_key(self, key_id: str, at: int, note: Note[AccessKey] = unnoted) -> bool:
        """Accept a key no longer than until an instant (microseconds).

        False, and nothing changed, where there is none, or where it is revoked.
        """


class People(Protocol):
    """Who may hold keys; the built-in `admin` is always there."""

    async def find_person(self, person_id: str) -> Person | None:
        """Give a person by id."""

    async def add_person(self, person: Person, note: Note[Person] = unnoted) -> bool:
        """Keep a person; False, and nothing changed, where the id is taken."""

    async def list_people(self) -> list[Person]:
        """Give everybody by id."""

    async def set_disabled(
        self, person_id: str, at: int | None, note: Note[Person] = unnoted
    ) -> Person | None:
        """Accept none of a person's keys any more, or all of them again; None for nobody.

        Processes that remember keys see it as they see a key revoked.
        """


class Ledger(Protocol):
    """The entries of settled attempts, never changed; old ones may be purged."""

    def has_room(self) -> bool:
        """Say whether a call may begin: half of the queue is kept for those under way."""

    def waiting(self) -> int:
        """Say how many entries are not durable yet."""

    def record(self, entry: Entry) -> Future[None]:
        """Take an entry without waiting; the future is done once it is durable.

        One that names accounts settles what is held of them, in the same transaction. Recording an
        id again changes nothing. Raises Failed(unavailable) where the queue is full or the ledger
        closed; the future fails so where closing came before the entry was durable, and with
        Failed(internal) where no database can hold the entry.
        """

    async def find_entries(self, request_id: str) -> list[Entry]:
        """Give the entries of one call by attempt."""

    async def list_entries(
        self,
        *,
        since: int | None = None,
        until: int | None = None,
        person_id: str | None = None,
        after: Place | None = None,
        limit: int = 100,
    ) -> list[Entry]:
        """Give entries newest first, started from `since` on and before `until` (microseconds).

        `after` is the place of the last entry of the page before, even if it was purged since.
        """

    async def sums(
        self,
        by: By,
        since: int | None = None,
        person_id: str | None = None,
        *,
        until: int | None = None,
    ) -> list[Sum]:
        """Add up what started from `since` on and before `until`, sorted by name.

        Of days that were purged only whole ones can be told.
        """

    async def verify(self) -> Verification:
        """Check every entry against the rules of the ledger."""

    async def drain(self) -> None:
        """Wait until everything recorded so far is durable."""


class Store(Struct, frozen=True, kw_only=True):
    """The ports of one open store; `close` makes durable what waits, and may be called again."""

    keys: Keys
    people: People
    ledger: Ledger
    history: History
    changes: Changes
    once: Once
    balances: Balances
    accounts: Accounts
    rules: StoredRules
    limits: Limits
    issuers: Issuers
    sessions: Sessions
    credentials: Credentials
    own_endpoints: OwnEndpoints
    titles: Titles
    close: Callable[[], Awaitable[None]]
