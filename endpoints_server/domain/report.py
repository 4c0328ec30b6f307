"""How a call ended, for the log and the counters."""

from msgspec import Struct

from endpoints_server.domain.money.entry import Entry


class Report(Struct, frozen=True, kw_only=True):
    """One call from its first byte to its last; times in seconds.

    `entry` is None where a call was refused before anything was attempted. `detail` is for the
    operator alone, and so are `notices` of what rules would have done or were close to.
    `earlier` are the entries of attempts that others followed, `entry` is that of the last.
    `overhead_seconds` is our own share of the time to the first byte.
    """

    request_id: str
    wire: str
    status: int
    took_seconds: float
    overhead_seconds: float | None = None
    fault: str = ""
    who: str = ""
    detail: str = ""
    person_id: str = ""
    key_id: str = ""
    entry: Entry | None = None
    notices: tuple[str, ...] = ()
    earlier: tuple[Entry, ...] = ()
