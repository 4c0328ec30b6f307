"""What the pages need of the world, in one record."""

from collections.abc import Callable, Sequence
from secrets import token_bytes

from msgspec import Struct

from endpoints_server.calls.exchange import Exchange
from endpoints_server.config.problem import Problem
from endpoints_server.store.ports import Store


class Console(Struct, frozen=True, kw_only=True):
    """The exchange that calls use, the store, and what there is to say of the file.

    `public_url` is where browsers find this server; where it is https, cookies are for https alone.
    `problems` tells what is wrong with the file as it is now, `draw` gives random bytes.
    """

    exchange: Exchange
    store: Store
    public_url: str
    problems: Callable[[], Sequence[Problem]]
    draw: Callable[[int], bytes] = token_bytes

    @property
    def is_https(self) -> bool:
        """Whether browsers come through https."""
        return self.public_url.lower().startswith("https://")
