"""Whom a rule concerns, and how its money or its calls are divided among them."""

from enum import StrEnum

from msgspec import Struct


class Level(StrEnum):
    """What a rule can concern."""

    ALL = "all"
    GROUP = "group"
    USER = "user"
    KEY = "key"


class Each(StrEnum):
    """What each has a share of its own; all together have one where nothing is said."""

    USER = "user"
    KEY = "key"
    ENDPOINT = "endpoint"
    MODEL = "model"


class Target(Struct, frozen=True):
    """Everybody, or one group, person or client key by its name or id."""

    level: Level = Level.ALL
    name: str = ""

    def __str__(self) -> str:
        return f"{self.level.value} {self.name}" if self.name else self.level.value


class Scope(Struct, frozen=True, kw_only=True):
    """Whose calls a rule counts: those of a target, to an endpoint or a model if one is named.

    `each` counts them apart; `endpoint` is a slug.
    """

    target: Target = Target()
    each: Each | None = None
    endpoint: str = ""
    model: str = ""


class Circumstances(Struct, frozen=True, kw_only=True):
    """What rules want to know of a call.

    `endpoint` is the slug of one of the file's; one that somebody brought has another place.
    """

    person_id: str
    key_id: str
    endpoint: str
    model: str


def concerns(scope: Scope, call: Circumstances) -> bool:
    """Say whether a rule of the call's person, key or groups counts the call."""
    return scope.endpoint in ("", call.endpoint) and scope.model in ("", call.model)


def share_of(scope: Scope, call: Circumstances) -> str:
    """Name the part of a rule that a call falls in; empty where there is but one."""
    match scope.each:
        case None:
            return ""
        case Each.USER:
            return call.person_id
        case Each.KEY:
            return call.key_id
        case Each.ENDPOINT:
            return call.endpoint
        case Each.MODEL:
            return f"{call.endpoint}/{call.model}"
