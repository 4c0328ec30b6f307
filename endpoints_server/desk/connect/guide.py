"""The guides: what a person types into each client, with places for address, key and model."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal

import msgspec
from msgspec import Struct

Form = Literal["sh", "python", "javascript", "toml", "json", "yaml"]
ENDING = ".toml"


class Block(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One text and where it goes: a file, a program, or the environment.

    `wires` are those that the client speaks once it is set up so.
    """

    where: str
    form: Form
    wires: tuple[str, ...]
    text: str
    note: str = ""


class Guide(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything about one client."""

    title: str
    about: str
    blocks: tuple[Block, ...]


@cache
def known_guides() -> Mapping[str, Guide]:
    """Give the guide of every client, by the name it is asked for."""
    found = [
        (file.name.removesuffix(ENDING), msgspec.toml.decode(file.read_bytes(), type=Guide))
        for file in files("endpoints_server.desk.connect").joinpath("guides").iterdir()
        if file.name.endswith(ENDING)
    ]
    return MappingProxyType(dict(sorted(found)))
