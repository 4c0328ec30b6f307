"""Replicas restarted one after the other under load: nobody but the operator notices."""

import asyncio
from pathlib import Path

from tests.acceptance.process import Process
from tests.replicas.calling import Got, callers_of, percentile
from tests.replicas.fleet import KEPT_SECONDS, START_SECONDS, Fleet
from tests.replicas.nginx import nginx_before

REPLICAS = 4
CALLERS = 6
STREAMS = 40
STREAM_SECONDS = 1.5
PAUSE_SECONDS = 0.03
"""What a caller rests between calls, so that two cores are enough for all of this."""


async def restart(replica: Process) -> None:
    """End a server as an operator does, and start it again."""
    assert await asyncio.to_thread(replica.stop) == 0
    replica.start(is_awaited=False)
    await asyncio.to_thread(replica.await_answer, START_SECONDS)


async def restart_all(replicas: list[Process], rounds: int) -> None:
    """Restart one after the other, again and again."""
    for _ in range(rounds):
        for each in replicas:
            await restart(each)


async def roll(fleet: Fleet, folder: Path, rounds: int) -> tuple[list[Got], str]:
    """Restart four replicas under load, in a new folder; gives failed calls, and the figure."""
    replicas = fleet.replicas[:REPLICAS]
    with nginx_before(folder, [each.port for each in replicas], KEPT_SECONDS) as url:
        async with callers_of(url) as callers:

            async def call() -> Got:
                await asyncio.sleep(PAUSE_SECONDS)
                return await callers.call(wire="messages")

            async def stream() -> Got:
                return await callers.call(seconds=STREAM_SECONDS)

            rolling = asyncio.create_task(restart_all(replicas, rounds))
            calls, streams = await asyncio.gather(
                callers.keep_on(CALLERS, call, asyncio.shield(rolling)),
                callers.keep_on(STREAMS, stream, asyncio.shield(rolling)),
            )
    took = max(got.ended_at for got in calls) - min(got.began_at for got in calls)
    failed = [got for got in (*calls, *streams) if not got.is_whole]
    slowest = percentile([got.took for got in calls], 0.99)
    return failed, (
        f"T-37: {REPLICAS} replicas restarted {rounds} time(s) each in {took:.0f} s under "
        f"{len(calls)} calls ({len(calls) / took:.0f} a second, {slowest * 1000:.0f} ms at p99) "
        f"and {len(streams)} streams of {STREAM_SECONDS:g} s ({STREAMS} at once): "
        f"{len(failed)} failed"
    )
