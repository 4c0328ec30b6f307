"""Who somebody is, as header templates may tell an upstream."""

from collections.abc import Mapping

from msgspec import Struct

OWN_FIELDS = frozenset({"ID", "NAME", "USERNAME", "EMAIL", "ROLE", "PROVIDER"})


class Person(Struct, frozen=True, kw_only=True):
    """A person known to this server.

    From `disabled_at` on (microseconds since 1970) none of their keys is accepted. `fields` holds
    what else is known under LibreChat's placeholder names (`GOOGLEID`,
    `EMAILVERIFIED`, …), already as text.
    """

    id: str
    name: str = ""
    username: str = ""
    email: str = ""
    role: str = "USER"
    provider: str = "local"
    fields: Mapping[str, str] = {}
    disabled_at: int | None = None

    def field(self, name: str) -> str | None:
        """Give a field by its placeholder name, or None where it is not known."""
        if name in OWN_FIELDS:
            told: str = getattr(self, name.lower())
            return told
        return self.fields.get(name)


ADMIN = Person(id="admin", name="admin", username="admin", role="ADMIN")
"""The person who is there before anybody was added."""
