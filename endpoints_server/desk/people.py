"""The people who may hold keys: added, listed, and disabled."""

import re

from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.domain.people.person import ADMIN, Person
from endpoints_server.store.ports import Store

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
LONGEST_FIELD = 200


async def add_person(store: Store, person: Person) -> Person:
    """Add a person.

    Raises Failed(bad_request) for an id that is taken or no short name, and for a field that would
    not fit a header line, where templates may put it.
    """
    if not ID.fullmatch(person.id):
        raise refused("A user's id has 1 to 64 letters, digits, '.', '_', '@' or '-'.")
    for told in (person.name, person.username, person.email):
        if len(told) > LONGEST_FIELD or not told.isprintable():
            raise refused(f"A name or an address has at most {LONGEST_FIELD} printable letters.")
    if not await store.people.add_person(person):
        raise refused(f"There is a user '{person.id}' already.")
    return person


async def get_person(store: Store, person_id: str) -> Person:
    """Give a person; raises Failed(bad_request) with 404 for nobody we know."""
    person = await store.people.find_person(person_id)
    if person is None:
        raise missing(f"There is no user '{person_id}'.")
    return person


async def only_of(store: Store, user: str | None) -> str | None:
    """Give the id of whose things alone are asked for, None for those of all; as `get_person`."""
    return (await get_person(store, user)).id if user else None


async def list_people(store: Store) -> list[Person]:
    """Give everybody by id."""
    return await store.people.list_people()


async def set_disabled(store: Store, person_id: str, at: int | None) -> Person:
    """Accept none of a person's keys from now on, or all of them again.

    Raises Failed(bad_request) for the built-in admin, and with 404 for nobody we know.
    """
    if person_id == ADMIN.id and at is not None:
        raise refused("The built-in admin cannot be disabled; revoke their keys instead.")
    person = await store.people.set_disabled(person_id, at)
    if person is None:
        raise missing(f"There is no user '{person_id}'.")
    return person


def refused(message: str) -> Failed:
    """Say why nothing was done."""
    return Failed(Fault(kind=Kind.BAD_REQUEST, message=message))


def missing(message: str) -> Failed:
    """Say that what is to be changed is not there."""
    return Failed(Fault(kind=Kind.BAD_REQUEST, status=404, code="not_found", message=message))
