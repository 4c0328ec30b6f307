"""What came of bringing a database up to date."""

from msgspec import Struct


class Migrated(Struct, frozen=True):
    """The revisions before and after; None where there were no tables yet."""

    before: str | None
    after: str
