"""The known sets of parameters, and the definition each has for a key."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import msgspec
from msgspec import Struct

from endpoints_server.domain.parameter import NAMES

Definition = dict[str, Any]

USUAL = "custom"


class Bundled(Struct):
    """The file of sets: definitions, and per set the places of its own among them."""

    definitions: list[Definition]
    sets: dict[str, list[int]]


@cache
def known_sets() -> Mapping[str, Mapping[str, Definition]]:
    """Give every set that `defaultParamsEndpoint` can name: its definitions by key."""
    text = files("endpoints_server.config.parameters").joinpath("sets.json").read_bytes()
    bundled = msgspec.json.decode(text, type=Bundled)
    return MappingProxyType(
        {
            name: {
                bundled.definitions[place]["key"]: bundled.definitions[place] for place in places
            }
            for name, places in bundled.sets.items()
        }
    )


def built_in(set_name: str, key: str) -> Definition | None:
    """Find a set's definition for a key, under whichever of its names it is written."""
    definitions = known_sets().get(set_name, {})
    if key in definitions:
        return definitions[key]
    names = NAMES["openai_chat"]
    meant = names.get(key, key) or key
    return next((d for name, d in definitions.items() if (names.get(name) or name) == meant), None)
