"""A store in somebody's hands: what they change through it is noted, with how it was and is.

A change is noted once it is made. No secret is: of a client key only its first characters and what
it may do.
"""

from collections.abc import Callable

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from endpoints_server.domain.money.balance import Grant, Standing
from endpoints_server.domain.money.usd import usd
from endpoints_server.domain.people.access_key import AccessKey
from endpoints_server.domain.people.person import Person
from endpoints_server.domain.rules.rulebook import Rules
from endpoints_server.store.balances import Balances
from endpoints_server.store.changes.port import Actor, Change, Changes, Told
from endpoints_server.store.ports import Keys, People, Store
from endpoints_server.store.rules import Rule, StoredRules, place_of


class Hand(Struct, frozen=True, kw_only=True):
    """Who acts, and what is needed to note it: a clock (microseconds) and ids that sort by time."""

    actor: Actor
    now: Callable[[], int]
    identify: Callable[[], str]


def in_hands_of(hand: Hand, store: Store) -> Store:
    """Give the store as somebody may use it who changes things."""
    noted = Noted(hand, store.changes)
    return replace(
        store,
        keys=NotedKeys(store.keys, noted),
        people=NotedPeople(store.people, noted),
        rules=NotedRules(store.rules, noted),
        balances=NotedBalances(store.balances, noted),
    )


class Noted:
    """Writes changes down."""

    def __init__(self, hand: Hand, changes: Changes) -> None:
        self.hand = hand
        self.changes = changes

    async def note(self, kind: str, name: str, before: Told, after: Told) -> None:
        """Note how something was and is; what is as it was is no change."""
        if before == after:
            return
        change = Change(
            id=self.hand.identify(),
            at=self.hand.now(),
            actor=self.hand.actor,
            kind=kind,
            name=name,
            before=before,
            after=after,
        )
        await self.changes.record(change)


class NotedKeys:
    """Keys whose changes are noted."""

    def __init__(self, keys: Keys, noted: Noted) -> None:
        self.keys = keys
        self.noted = noted

    async def find_key(self, key_id: str) -> AccessKey | None:
        return await self.keys.find_key(key_id)

    async def list_keys(self, person_id: str | None = None) -> list[AccessKey]:
        return await self.keys.list_keys(person_id)

    async def add_key(self, key: AccessKey) -> None:
        before = told_key(await self.keys.find_key(key.id))
        await self.keys.add_key(key)
        await self.noted.note("key", key.id, before, told_key(key))

    async def revoke_key(self, key_id: str, at: int) -> bool:
        before = told_key(await self.keys.find_key(key_id))
        is_revoked = await self.keys.revoke_key(key_id, at)
        if is_revoked and before is not None:
            await self.noted.note("key", key_id, before, {**before, "revoked_at": at})
        return is_revoked


class NotedPeople:
    """People whose changes are noted."""

    def __init__(self, people: People, noted: Noted) -> None:
        self.people = people
        self.noted = noted

    async def find_person(self, person_id: str) -> Person | None:
        return await self.people.find_person(person_id)

    async def list_people(self) -> list[Person]:
        return await self.people.list_people()

    async def add_person(self, person: Person) -> bool:
        is_added = await self.people.add_person(person)
        if is_added:
            await self.noted.note("user", person.id, None, told(person))
        return is_added

    async def set_disabled(self, person_id: str, at: int | None) -> Person | None:
        before = await self.people.find_person(person_id)
        after = await self.people.set_disabled(person_id, at)
        await self.noted.note("user", person_id, told(before), told(after))
        return after


class NotedRules:
    """Rules whose changes are noted."""

    def __init__(self, rules: StoredRules, noted: Noted) -> None:
        self.rules = rules
        self.noted = noted

    def current(self) -> Rules:
        return self.rules.current()

    async def catch_up(self) -> None:
        await self.rules.catch_up()

    async def put_rule(self, rule: Rule) -> None:
        before = self._find(rule)
        await self.rules.put_rule(rule)
        await self.noted.note(place_of(rule)[0], rule.name, told(before), told(rule))

    async def delete_rule(self, rule: Rule) -> bool:
        before = self._find(rule)
        was_there = await self.rules.delete_rule(rule)
        await self.noted.note(place_of(rule)[0], rule.name, told(before), None)
        return was_there

    def _find(self, rule: Rule) -> Rule | None:
        kept = self.rules.current()
        every: tuple[Rule, ...] = (*kept.groups, *kept.budgets, *kept.limits)
        return next((each for each in every if place_of(each) == place_of(rule)), None)


class NotedBalances:
    """Balances whose credits are noted; what is granted by itself is not."""

    def __init__(self, balances: Balances, noted: Noted) -> None:
        self.balances = balances
        self.noted = noted

    async def find_standing(self, person_id: str) -> Standing | None:
        return await self.balances.find_standing(person_id)

    async def open_grant(self, grant: Grant) -> Standing:
        return await self.balances.open_grant(grant)

    async def refill(self, grant: Grant, nano_usd: int, at: int) -> Standing:
        return await self.balances.refill(grant, nano_usd, at)

    async def credit(self, person_id: str, nano_usd: int) -> Standing | None:
        standing = await self.balances.credit(person_id, nano_usd)
        if standing is not None:
            granted = standing.grant.granted_nano_usd
            before = {"granted_usd": usd(granted - nano_usd)}
            await self.noted.note("balance", person_id, before, {"granted_usd": usd(granted)})
        return standing


def told(thing: Person | Rule | None) -> Told:
    """Tell how something is."""
    if thing is None:
        return None
    plain: dict[str, object] = msgspec.to_builtins(thing)
    return plain


def told_key(key: AccessKey | None) -> Told:
    """Tell of a client key what is no secret."""
    if key is None:
        return None
    return {
        "name": key.name,
        "user": key.person.id,
        "shown": key.shown,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
    }
