"""What is written together, and how those who wait are told what became of it."""

from asyncio import Future
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.domain.money.entry import Entry
from endpoints_server.store.sql.ledger.journal import Deed, Undone, Untried, Unwritable

NOTHING: Mapping[int, Any] = MappingProxyType({})
Waiting = tuple[Entry | Deed | None, Future[Any]]
"""What is to be written and who waits for it; without anything, somebody waits for those before."""


def parts_of(batch: Iterable[Waiting]) -> tuple[list[Entry], Mapping[int, Deed]]:
    """Give the entries of a batch, and its deeds by their places."""
    entries: list[Entry] = []
    deeds: dict[int, Deed] = {}
    for at, (wanted, _) in enumerate(batch):
        if isinstance(wanted, Entry):
            entries.append(wanted)
        elif wanted is not None:
            deeds[at] = wanted
    return entries, deeds


def tell(
    batch: Iterable[Waiting], fault: Fault | None = None, given: Mapping[int, Any] = NOTHING
) -> None:
    """Tell those who wait what became of what they wanted; `given` by their places."""
    for at, (_, future) in enumerate(batch):
        result = given.get(at)
        if future.done():
            continue
        match result:
            case _ if fault is not None:
                future.set_exception(Failed(fault))
            case Untried():
                future.set_exception(Undone(unavailable(str(result))))
            case Unwritable():
                future.set_exception(Failed(unavailable(str(result))))
            case _:  # what a deed gives is its own
                future.set_result(result)


def unavailable(detail: str) -> Fault:
    """Say that an entry is not safe."""
    message = "The record of this call could not be written."
    return Fault(kind=Kind.UNAVAILABLE, message=message, detail=detail, retry_after_seconds=1.0)
