"""How a call ended, for the log and the counters."""

from msgspec import Struct

from endpoints_server.domain.money.entry import Entry

OWN = "(own)"


class Report(Struct, frozen=True, kw_only=True):
    """One call from its first byte to its last; times in seconds.

    `entry` is None where a call was refused before anything was attempted. `detail` is for the
    operator alone, and so are `notices` of what rules would have done or were close to.
    `earlier` are the entries of attempts that others followed, `entry` is that of the last.
    `is_own` says that it went to an endpoint of the person's own, whose name is theirs to choose.
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
    is_own: bool = False

    def name_of(self, entry: Entry) -> str:
        """Name where an attempt went, as counters do: endpoints that people bring are one."""
        return OWN if self.is_own else entry.endpoint
