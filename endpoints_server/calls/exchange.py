"""What calls need of the world, in one record."""

from collections.abc import Callable, Mapping

from msgspec import Struct

from endpoints_server.domain.catalog import Catalog
from endpoints_server.domain.report import Report
from endpoints_server.domain.wire import Wire
from endpoints_server.store.balances import Balances
from endpoints_server.store.ports import Keys, Ledger
from endpoints_server.store.ring import Ring
from endpoints_server.store.vault import Vault
from endpoints_server.upstream.clients import Upstreams


class Exchange(Struct, frozen=True, kw_only=True):
    """The catalog of the moment, the stores, the network, and time and lots as functions.

    `now` gives microseconds since 1970, `timer` seconds that never go back, `identify` an id that
    was never given before, `trouble` tells the log of an exception that nobody expected.
    `keys_url` is where people store provider keys of their own.
    """

    catalog: Callable[[], Catalog]
    wires: Mapping[str, Wire]
    keys: Keys
    ring: Ring
    vault: Vault
    ledger: Ledger
    balances: Balances
    upstreams: Upstreams
    now: Callable[[], int]
    timer: Callable[[], float]
    identify: Callable[[], str]
    report: Callable[[Report], None]
    trouble: Callable[[BaseException], None]
    keys_url: str
