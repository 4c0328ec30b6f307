"""The record of changes in a list."""

from endpoints_server.store.changes.port import Change, Wanted


class MemoryChanges:
    """Changes in the order they came."""

    def __init__(self) -> None:
        self.changes: list[Change] = []

    def keep(self, change: Change | None) -> None:
        """Keep a change, if there is something to keep."""
        if change is not None:
            self.changes.append(change)

    async def list_changes(self, wanted: Wanted) -> list[Change]:
        latest = sorted(self.changes, key=lambda change: change.id, reverse=True)
        return [change for change in latest if fits(change, wanted)][: wanted.limit]


def fits(change: Change, wanted: Wanted) -> bool:
    """Say whether a change is one of those that are asked for."""
    if wanted.kind not in (None, change.kind):
        return False
    if wanted.person_id not in (None, change.actor.person_id):
        return False
    if wanted.after is not None and change.id >= wanted.after:
        return False
    is_early = wanted.since is not None and change.at < wanted.since
    is_late = wanted.until is not None and change.at >= wanted.until
    return not (is_early or is_late)
