"""The ledger written on the loop, when something is wrong with what is to be written."""

import asyncio
import random
from collections.abc import AsyncGenerator, Generator
from pathlib import Path
from typing import Any

import pytest

from endpoints_server.domain.fault import Failed, Kind
from endpoints_server.store.postgres.connection import read_url
from endpoints_server.store.postgres.journal import PostgresJournal
from endpoints_server.store.postgres.shortcut import PostgresShortcut
from endpoints_server.store.spool.journal import SpoolingJournal
from endpoints_server.store.spool.spool import Spool
from endpoints_server.store.sql.ledger.journal import Answer, Deed, Outcome, Transaction
from endpoints_server.store.sql.ledger.writer import LedgerWriter
from tests.postgres import Cluster
from tests.store.entries import entry

PATIENCE_SECONDS = 10.0


@pytest.fixture
def url(own_cluster: Cluster) -> Generator[str]:
    with own_cluster.database() as lent:
        yield lent


@pytest.fixture
async def writer(url: str, tmp_path: Path) -> AsyncGenerator[LedgerWriter]:
    """A writer whose shortcut is open, as one entry has shown that came through there."""
    conninfo, loop = read_url(url), asyncio.get_running_loop()
    shortcut = PostgresShortcut(conninfo)
    landed: asyncio.Future[tuple[Outcome, bool]] = loop.create_future()

    def land(outcome: Outcome, *, is_safe: bool = True) -> None:
        landed.set_result((outcome, is_safe))

    async with asyncio.timeout(PATIENCE_SECONDS):
        while not shortcut.begin([entry("first")], [], land, print):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        assert await landed == ([], True)
    journal = SpoolingJournal(
        lambda: PostgresJournal(conninfo), Spool(tmp_path), print, print, shortcut
    )
    opened = LedgerWriter(journal, loop)
    yield opened
    opened.stop()
    await asyncio.to_thread(opened.join)


def act_wrongly(_: Transaction) -> Answer[None]:
    raise LookupError("nobody foresaw this")


def settle_nothing(transaction: Transaction) -> Answer[None]:
    transaction.settle({})
    return lambda: None


def answer_wrongly(transaction: Transaction) -> Answer[None]:
    transaction.settle({})
    return unread


def unread() -> None:
    raise LookupError("nor this")


async def test_an_entry_too_large_for_an_index_holds_up_no_other(writer: LedgerWriter) -> None:
    chance = random.Random(1)  # what repeats itself would be kept compressed
    name = "".join(chr(chance.randrange(0x4E00, 0x9FA6)) for _ in range(6000))
    wanted = (entry("before"), entry("large", request_id=name), entry("after"))
    async with asyncio.timeout(PATIENCE_SECONDS):
        before, large, after = await asyncio.gather(
            *map(writer.record, wanted), return_exceptions=True
        )
        assert isinstance(large, Failed)
        assert large.fault.kind is Kind.INTERNAL
        assert (before, after) == (None, None)
        await writer.do(Deed(settle_nothing))


@pytest.mark.parametrize(
    ("act", "kind"),
    [(act_wrongly, Kind.INTERNAL), (answer_wrongly, Kind.UNAVAILABLE)],
    ids=["asked", "answered"],
)
async def test_what_nobody_foresaw_in_a_deed_holds_up_no_other(
    writer: LedgerWriter, act: Any, kind: Kind
) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        with pytest.raises(Failed) as failed:
            await writer.do(Deed(act))
        assert failed.value.fault.kind is kind
        await writer.record(entry("after"))


async def test_whoever_is_told_of_an_entry_goes_on_before_the_next_batch_is_sent(
    writer: LedgerWriter,
) -> None:
    order = []

    async def record() -> None:
        await writer.record(entry("kept"))
        order.append("told")

    def act(transaction: Transaction) -> Answer[None]:
        order.append("sent")
        return settle_nothing(transaction)

    async with asyncio.timeout(PATIENCE_SECONDS), asyncio.TaskGroup() as tasks:
        tasks.create_task(record())
        for _ in range(3):  # until it is under way
            await asyncio.sleep(0)
        await writer.do(Deed(act, is_light=True))
    assert order == ["told", "sent"]
