"""Settings laid over each other, key by key: what is said above wins."""

from typing import TypeVar

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from endpoints_server.config.schema.endpoint import CustomEndpoint
from endpoints_server.config.schema.model import ModelFacts, ModelOverride, NamedModel

Value = TypeVar("Value")
Settings = TypeVar("Settings", bound=Struct)


def said(value: Value | UnsetType, usual: Value) -> Value:
    """Pick what is said, else the usual."""
    return usual if isinstance(value, UnsetType) else value


def laid_over(lower: Settings, upper: Struct) -> Settings:
    """Lay what is said in one block over another, for the keys that both have.

    Mappings and blocks inside are laid over each other too, one level deep; lists are replaced.
    Names of headers are compared without case.
    """
    names = [name for name in lower.__struct_fields__ if name in upper.__struct_fields__]
    changes = {
        name: merged(name, getattr(lower, name), getattr(upper, name))
        for name in names
        if is_said(getattr(upper, name))
    }
    return replace(lower, **changes)


def is_said(value: object) -> bool:
    """Say whether a key says anything."""
    return value is not UNSET and value not in ({}, "")


def merged(name: str, lower: object, upper: object) -> object:
    """Merge two values of a key."""
    match lower, upper:
        case dict(), dict() if name == "headers":
            taken = {each.lower() for each in upper}
            return {each: text for each, text in lower.items() if each.lower() not in taken} | upper
        case dict(), dict():
            return lower | upper
        case Struct(), Struct():
            return laid_over(lower, upper)
        case _:  # one of them says nothing, or it is a list or a plain value
            return upper


def facts_of(
    entry: CustomEndpoint, item: NamedModel | None = None, override: ModelOverride | None = None
) -> ModelFacts:
    """Give all that is said of a model: by the endpoint, over it the list, over that an override.

    Without a model it is what holds for any that the endpoint has.
    """
    shared = ModelFacts(
        compat=entry.compat,
        thinking_level_map=entry.thinking_level_map,
        sampling_params=entry.sampling_params,
    )
    for above in (item, override):
        if above is not None:
            shared = laid_over(shared, above)
    return shared
