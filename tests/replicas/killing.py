"""Replicas killed at random moments under load: what a caller saw end is in the ledger, once."""

import asyncio
from collections import Counter
from pathlib import Path
from random import Random

from endpoints_server.store.open import open_store
from tests.replicas.calling import Got, callers_of
from tests.replicas.fleet import START_SECONDS, Fleet
from tests.replicas.speaking import Speaking

SEED = 20260131
CALLERS = 16
RECOVERY_SECONDS = 10.0


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
    after: str | None = None
    while page := await store.ledger.list_entries(after=after, limit=1000):
        found.update(entry.request_id for entry in page)
        after = page[-1].id
    assert (await store.ledger.verify()).findings == ()
    await store.close()
    return found


async def kill_under(
    fleet: Fleet, upstream: Speaking, url: str, kills: int
) -> tuple[list[Got], Counter[str], str]:
    """Kill replicas under load; gives what callers saw, what is in the ledger, and the figure."""
    chance = Random(SEED)
    asked_before = upstream.count
    async with callers_of(fleet.url) as callers:

        async def ask() -> Got:
            await asyncio.sleep(0.02)
            wire = chance.choice(("chat", "messages"))
            return await callers.call(wire=wire, seconds=chance.choice((0.0, 0.2)))

        got = await callers.keep_on(CALLERS, ask, kill_again_and_again(fleet, kills))
    ended = [each for each in got if each.is_whole]
    found = await ids_in(fleet.folder / "reader", url)
    lost = [each for each in ended if found[each.request_id] != 1]
    return (
        lost,
        found,
        (
            f"T-29: {kills} kills of {len(fleet.replicas)} replicas on PostgreSQL under "
            f"{upstream.count - asked_before} calls: {len(ended)} seen ended, "
            f"{len(got) - len(ended)} broken off, {len(lost)} of those ended not in the ledger once"
        ),
    )
