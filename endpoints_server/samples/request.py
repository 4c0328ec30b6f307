"""What an example asks an API, in whichever language it is written."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

Body = Mapping[str, Any]


class Request(Struct, frozen=True, kw_only=True):
    """One request, as far as it is told.

    Texts hold `${NAME}` for a variable of the environment and `<name>` for what is not known.

    url        the whole address where the example writes it, or the base where `wire` is given
    wire       what an SDK speaks
    key        what a client is given as its key, where it is not in a header
    scheme     the word before the key
    key_header the header that an SDK puts its key in
    model      where the body does not name it
    others     further models of a configuration
    is_bare    an address alone, with nothing that says how it is called
    is_chat    False where an SDK is asked for something else, such as embeddings
    """

    url: str = ""
    wire: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    body: Body = {}
    key: str | None = None
    key_header: str | None = None
    scheme: str | None = None
    model: str | None = None
    others: tuple[str, ...] = ()
    query: Mapping[str, str] = {}
    capabilities: Mapping[str, bool] = {}
    is_stream: bool | None = None
    is_bare: bool = False
    is_chat: bool = True
    warnings: tuple[str, ...] = ()
