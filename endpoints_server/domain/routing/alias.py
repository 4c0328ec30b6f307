"""Another name for one or more models, and what each of them takes of its calls."""

from msgspec import Struct

from endpoints_server.domain.endpoint import Model


class Target(Struct, frozen=True, kw_only=True):
    """One model that an alias leads to; `endpoint` is a slug.

    Those of a lower `order` are asked first, and those of one order share the calls by `weight`;
    between two orders there is room for the keys of an endpoint, which have orders too.
    `model` is what the file knows of it, where the endpoint's own list does not have it.
    """

    endpoint: str
    model: Model
    order: int = 1
    weight: float = 1.0


class Alias(Struct, frozen=True, kw_only=True):
    """A name that can be asked for, and where it leads; never empty."""

    name: str
    targets: tuple[Target, ...]
