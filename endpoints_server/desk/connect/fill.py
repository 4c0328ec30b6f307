"""Fill a guide in: an address, a key and a model come to stand in every text of it."""

import re
from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from endpoints_server.desk.connect.guide import Block, Guide
from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.domain.secret import Secret

KEY = "es-…"
"""Stands where nobody gave a key."""
MODEL = "MODEL"
"""Stands where nobody named a model."""
PLACE = re.compile(r"\{\{(url|key|model)\}\}")
UNQUOTABLE = re.compile(r"['\"\\\x00-\x1f\x7f]")
"""What would end a quotation in one of the languages that the texts are written in."""
ADDRESS = re.compile(r"https?://[^\s/?#]+(?:/[^\s?#]*)?")
OF_A_WIRE = re.compile(r"(?:/v1(?:beta)?)?/*$")
"""What clients add to the address by themselves."""


class Access(Struct, frozen=True, kw_only=True):
    """What a client needs to know: where the server is, the key to show it, what to ask for."""

    url: str
    key: Secret | None = None
    model: str = MODEL


def fill(guide: Guide, access: Access) -> Guide:
    """Give the guide with its places filled; its texts then hold the key.

    Raises Failed(bad_request) for what cannot be written into all languages as it stands.
    """
    values = checked(access)
    return replace(guide, blocks=tuple(fill_block(block, values) for block in guide.blocks))


def fill_block(block: Block, values: Mapping[str, str]) -> Block:
    """Fill one block; what stands in the values is not looked at again."""

    def filled(text: str) -> str:
        return PLACE.sub(lambda place: values[place[1]], text)

    return replace(block, text=filled(block.text), note=filled(block.note))


def checked(access: Access) -> Mapping[str, str]:
    """Check what is filled in; an address that already ends as one of a wire is understood."""
    key = access.key.reveal() if access.key else KEY
    if not ADDRESS.fullmatch(access.url) or UNQUOTABLE.search(access.url):
        raise refused(f"'{access.url}' is no address such as https://models.example.org.")
    if access.key and not re.fullmatch(r"[!-~]+", key):
        raise refused("The key holds characters that no header can carry.")
    if UNQUOTABLE.search(key):
        raise refused("The key holds a quote or a backslash, which not every client can be told.")
    if not access.model.strip() or UNQUOTABLE.search(access.model):
        raise refused(f"'{access.model}' cannot be written as the name of a model.")
    return {"url": OF_A_WIRE.sub("", access.url), "key": key, "model": access.model}


def refused(message: str) -> Failed:
    """Say why nothing was filled in."""
    return Failed(Fault(kind=Kind.BAD_REQUEST, message=message))
