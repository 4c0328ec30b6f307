"""Replicas killed at random moments under load: what a caller saw end is in the ledger, once."""

import asyncio
import time
from collections import Counter
from pathlib import Path
from random import Random

from endpoints_server.domain.money.entry import Place
from endpoints_server.store.open import open_store
from tests.replicas.calling import Got, callers_of
from tests.replicas.fleet import START_SECONDS, Fleet
from tests.replicas.hot import look, make_hot
from tests.replicas.speaking import Speaking

SEED = 20260131
CALLERS = 16
LONGEST_HOLD_SECONDS = 60.0
HELD = "select count(*) from reservations"


async def kill_again_and_again(fleet: Fleet, kills: int) -> None:
    """Kill one after the other at random moments, and start each again at once."""
    chance = Random(SEED)
    for _ in range(kills):
        await asyncio.sleep(chance.uniform(0.1, 0.4))
        victim = chance.choice(fleet.replicas)
        await asyncio.to_thread(victim.await_answer, START_SECONDS)
        victim.kill()
        victim.start(is_awaited=False)
    for each in fleet.replicas:
        await asyncio.to_thread(each.await_answer, START_SECONDS)


async def ids_in(folder: Path, url: str) -> Counter[str]:
    """Count the entries of each call, in a ledger that is sound."""
    store = await open_store(folder, url)
    found: Counter[str] = Counter()
    after: Place | None = None
    while page := await store.ledger.list_entries(after=after, limit=1000):
        found.update(entry.request_id for entry in page)
        after = page[-1].place
    assert (await store.ledger.verify()).findings == ()
    await store.close()
    return found


async def kill_under(
    fleet: Fleet, upstream: Speaking, url: str, kills: int
) -> tuple[list[Got], Counter[str], str]:
    """Kill replicas under load; gives what callers saw, what is in the ledger, and the figure."""
    chance = Random(SEED)
    asked_before = upstream.count
    with fleet.client() as client:
        key = make_hot(client, "killed")
    async with callers_of(fleet.url) as callers:

        async def ask() -> Got:
            await asyncio.sleep(0.02)
            wire = chance.choice(("chat", "messages"))
            return await callers.call(key, wire, chance.choice((0.0, 0.2)))

        got = await callers.keep_on(CALLERS, ask, kill_again_and_again(fleet, kills))
    ended = [each for each in got if each.is_whole]
    found = await ids_in(fleet.folder / "reader", url)
    lost = [each for each in ended if found[each.request_id] != 1]
    figure = (
        f"T-29: {kills} kills of {len(fleet.replicas)} replicas on PostgreSQL under "
        f"{upstream.count - asked_before} calls: {len(ended)} seen ended, "
        f"{len(got) - len(ended)} broken off, {len(lost)} of the ended lost or twice in the ledger"
    )
    return lost, found, figure


async def resolved(url: str) -> str:
    """Wait until nothing is held for the dead any more; gives the figure."""
    began_at = time.monotonic()
    while held := await asyncio.to_thread(look, url, HELD):
        assert time.monotonic() - began_at < LONGEST_HOLD_SECONDS, held
    return f"what the dead held was settled {time.monotonic() - began_at:.0f} s after the last kill"
