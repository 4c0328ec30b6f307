"""Who makes a call."""

from msgspec import Struct

from endpoints_server.domain.people.person import Person


class Caller(Struct, frozen=True, kw_only=True):
    """Somebody whose key was accepted."""

    person: Person
    key_id: str
