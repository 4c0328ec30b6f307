"""A store in somebody's hands: what they change through it is noted, with how it was and is.

A change and its note are one transaction. No secret is noted: of a client key only its first
characters and what it may do.
"""

from collections.abc import Callable
from hashlib import blake2b
from typing import TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from endpoints_server.domain.money.balance import Grant, Standing
from endpoints_server.domain.money.usd import usd
from endpoints_server.domain.people.access_key import AccessKey
from endpoints_server.domain.people.person import Person
from endpoints_server.domain.rules.rulebook import Rules
from endpoints_server.store.balances import Balances
from endpoints_server.store.changes.port import Actor, Change, Note, Told, unnoted
from endpoints_server.store.own_endpoints import OwnEndpoint, OwnEndpoints, Terms
from endpoints_server.store.ports import Keys, People, Store
from endpoints_server.store.rules import Rule, StoredRules, place_of

T = TypeVar("T")


class Hand(Struct, frozen=True, kw_only=True):
    """Who acts, and what is needed to note it: a clock (microseconds) and ids that sort by time."""

    actor: Actor
    now: Callable[[], int]
    identify: Callable[[], str]


def in_hands_of(hand: Hand, store: Store) -> Store:
    """Give the store as somebody may use it who changes things."""
    return replace(
        store,
        keys=NotedKeys(store.keys, hand),
        people=NotedPeople(store.people, hand),
        rules=NotedRules(store.rules, hand),
        balances=NotedBalances(store.balances, hand),
        own_endpoints=NotedOwnEndpoints(store.own_endpoints, hand),
    )


class NotedKeys:
    """Keys whose changes are noted."""

    def __init__(self, keys: Keys, hand: Hand) -> None:
        self.keys = keys
        self.hand = hand

    async def find_key(self, key_id: str) -> AccessKey | None:
        return await self.keys.find_key(key_id)

    async def list_keys(self, person_id: str | None = None) -> list[AccessKey]:
        return await self.keys.list_keys(person_id)

    async def add_key(self, key: AccessKey, _note: Note[AccessKey] = unnoted) -> None:
        await self.keys.add_key(key, noted_by(self.hand, "key", key.id, told_key))

    async def revoke_key(self, key_id: str, at: int, _note: Note[AccessKey] = unnoted) -> bool:
        return await self.keys.revoke_key(key_id, at, noted_by(self.hand, "key", key_id, told_key))

    async def end_key(self, key_id: str, at: int, _note: Note[AccessKey] = unnoted) -> bool:
        return await self.keys.end_key(key_id, at, noted_by(self.hand, "key", key_id, told_key))


class NotedPeople:
    """People whose changes are noted."""

    def __init__(self, people: People, hand: Hand) -> None:
        self.people = people
        self.hand = hand

    async def find_person(self, person_id: str) -> Person | None:
        return await self.people.find_person(person_id)

    async def list_people(self) -> list[Person]:
        return await self.people.list_people()

    async def add_person(self, person: Person, _note: Note[Person] = unnoted) -> bool:
        return await self.people.add_person(person, noted_by(self.hand, "user", person.id, told))

    async def set_disabled(
        self, person_id: str, at: int | None, _note: Note[Person] = unnoted
    ) -> Person | None:
        note = noted_by(self.hand, "user", person_id, told)
        return await self.people.set_disabled(person_id, at, note)


class NotedRules:
    """Rules whose changes are noted."""

    def __init__(self, rules: StoredRules, hand: Hand) -> None:
        self.rules = rules
        self.hand = hand

    def current(self) -> Rules:
        return self.rules.current()

    async def catch_up(self) -> None:
        await self.rules.catch_up()

    async def put_rule(self, rule: Rule, _note: Note[Rule] = unnoted) -> None:
        await self.rules.put_rule(rule, noted_by(self.hand, place_of(rule)[0], rule.name, told))

    async def delete_rule(self, rule: Rule, _note: Note[Rule] = unnoted) -> bool:
        note = noted_by(self.hand, place_of(rule)[0], rule.name, told)
        return await self.rules.delete_rule(rule, note)


class NotedBalances:
    """Balances whose credits are noted; what is granted by itself is not."""

    def __init__(self, balances: Balances, hand: Hand) -> None:
        self.balances = balances
        self.hand = hand

    async def find_standing(self, person_id: str) -> Standing | None:
        return await self.balances.find_standing(person_id)

    async def open_grant(self, grant: Grant) -> Standing:
        return await self.balances.open_grant(grant)

    async def refill(self, grant: Grant, nano_usd: int, at: int) -> Standing:
        return await self.balances.refill(grant, nano_usd, at)

    async def credit(
        self, person_id: str, nano_usd: int, _note: Note[Grant] = unnoted
    ) -> Standing | None:
        note = noted_by(self.hand, "balance", person_id, told_grant)
        return await self.balances.credit(person_id, nano_usd, note)


class NotedOwnEndpoints:
    """Endpoints of one's own whose changes are noted."""

    def __init__(self, endpoints: OwnEndpoints, hand: Hand) -> None:
        self.endpoints = endpoints
        self.hand = hand

    def of(self, person_id: str) -> tuple[OwnEndpoint, ...]:
        return self.endpoints.of(person_id)

    async def catch_up(self) -> None:
        await self.endpoints.catch_up()

    async def put_own(
        self, own: OwnEndpoint, terms: Terms, _note: Note[OwnEndpoint] = unnoted
    ) -> bool:
        note = noted_by(self.hand, "endpoint", own.slug, told_own)
        return await self.endpoints.put_own(own, terms, note)

    async def delete_own(
        self, person_id: str, slug: str, _note: Note[OwnEndpoint] = unnoted
    ) -> bool:
        note = noted_by(self.hand, "endpoint", slug, told_own)
        return await self.endpoints.delete_own(person_id, slug, note)


def noted_by(hand: Hand, kind: str, name: str, tell: Callable[[T], Told]) -> Note[T]:
    """Make what writes a change down; what is as it was is no change."""

    def note(before: T | None, after: T | None) -> Change | None:
        was = None if before is None else tell(before)
        now = None if after is None else tell(after)
        if was == now:
            return None
        return Change(
            id=hand.identify(),
            at=hand.now(),
            actor=hand.actor,
            kind=kind,
            name=name,
            before=was,
            after=now,
        )

    return note


def told(thing: Struct) -> Told:
    """Tell how something is."""
    plain: dict[str, object] = msgspec.to_builtins(thing)
    return plain


def told_grant(grant: Grant) -> Told:
    """Tell what somebody was granted."""
    return {"granted_usd": usd(grant.granted_nano_usd)}


def told_key(key: AccessKey) -> Told:
    """Tell of a client key what is no secret."""
    return {
        "name": key.name,
        "user": key.person.id,
        "shown": key.shown,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
    }


def told_own(own: OwnEndpoint) -> Told:
    """Tell of an endpoint of one's own whose it is and where it leads; the rest by a digest."""
    said: dict[str, object] = msgspec.json.decode(own.body)
    return {
        "user": own.person_id,
        "name": said.get("name"),
        "base_url": said.get("baseURL"),
        "digest": blake2b(own.body.encode(), digest_size=5).hexdigest(),
    }
