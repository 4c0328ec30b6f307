"""What may be asked of the record of changes."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from msgspec import Struct

T = TypeVar("T")
Told = dict[str, Any] | None
"""How something was or is, without secrets; None where it was not, or is no more."""


class Via(StrEnum):
    """How somebody changed something."""

    API = "api"
    CONSOLE = "console"
    COMMAND = "command line"


class Actor(Struct, frozen=True, kw_only=True):
    """Who changes something; on the command line it is whoever may read the data dir."""

    via: Via
    person_id: str = ""
    key_id: str = ""


class Change(Struct, frozen=True, kw_only=True):
    """One change of one thing; `at` is in microseconds since 1970, and ids sort by it."""

    id: str
    at: int
    actor: Actor
    kind: str
    name: str
    before: Told
    after: Told


class Wanted(Struct, frozen=True, kw_only=True):
    """Which changes: of a kind, by a person, from an instant on and before another, after an id."""

    kind: str | None = None
    person_id: str | None = None
    since: int | None = None
    until: int | None = None
    after: str | None = None
    limit: int = 100


Note = Callable[[T | None, T | None], Change | None]
"""Tells from how something was and is what is kept of its change, if anything.

It is kept with the change, or neither is.
"""


def unnoted(_before: object, _after: object) -> None:
    """Keep nothing of a change."""


class Changes(Protocol):
    """The record of changes; only added to, by whatever is changed."""

    async def list_changes(self, wanted: Wanted) -> list[Change]:
        """Give changes, latest first; `after` is the id of the last of the page before."""
