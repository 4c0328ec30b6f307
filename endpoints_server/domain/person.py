"""Who somebody is, as header templates may tell an upstream."""

from collections.abc import Mapping

from msgspec import Struct


class Person(Struct, frozen=True, kw_only=True):
    """A person known to this server.

    `fields` holds what else is known under LibreChat's placeholder names (`GOOGLEID`,
    `EMAILVERIFIED`, …), already as text.
    """

    id: str
    name: str = ""
    username: str = ""
    email: str = ""
    role: str = "USER"
    provider: str = "local"
    fields: Mapping[str, str] = {}

    def field(self, name: str) -> str | None:
        """Give a field by its placeholder name, or None where it is not known."""
        match name:
            case "ID":
                return self.id
            case "NAME":
                return self.name
            case "USERNAME":
                return self.username
            case "EMAIL":
                return self.email
            case "ROLE":
                return self.role
            case "PROVIDER":
                return self.provider
            case _:  # everything else is kept by name
                return self.fields.get(name)


ADMIN = Person(id="admin", name="admin", username="admin", role="ADMIN")
"""The person who is there before anybody was added."""
