"""How many entries a second the ledger makes durable: `python -m tests.bench.ledger FOLDER [URL]`.

Prints the number.
"""

import asyncio
import subprocess
import sys
import time
from asyncio import Future
from collections import deque
from pathlib import Path

import uvloop
from uuid_utils import uuid7

from endpoints_server.domain.money.entry import CostStatus, Entry, Outcome, UsageStatus
from endpoints_server.domain.money.usage import Usage
from endpoints_server.store.open import open_store
from endpoints_server.store.ports import Ledger
from tests.bench.processes import environment, on_core
from tests.bench.targets import Bench

SECONDS = 2.0
AT_ONCE = 200
"""Entries that wait; as many calls would be under way."""


def measure_ledger(bench: Bench, url: str = "") -> float:
    """Measure in a process of its own, on the server's core."""
    folder = bench.folder / f"ledger-{len(url)}"
    folder.mkdir()
    with on_core(bench.cores.server):
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.ledger", str(folder), url],
            cwd=folder,
            env=environment({}),
            capture_output=True,
            check=True,
        )
    return float(done.stdout)


def entry() -> Entry:
    """Make one as a call does."""
    return Entry(
        id=uuid7().hex,
        request_id=uuid7().hex,
        started_at=time.time_ns() // 1000,
        took=5000,
        first_byte_took=4000,
        person_id="admin",
        key_id="chosen",
        endpoint="chat",
        model="mock",
        answered_model="mock",
        wire_in="openai_chat",
        wire_out="openai_chat",
        outcome=Outcome.DELIVERED,
        status=200,
        stop="end",
        usage=Usage(input=119, output=130),
        usage_status=UsageStatus.REPORTED,
        cost_nano_usd=383_400,
        cost_status=CostStatus.EXACT,
        config="26eecb97e3-f3f4f7",
    )


async def keep_recording(ledger: Ledger, seconds: float) -> float:
    """Record as fast as entries become durable; gives how many did in a second."""
    waiting: deque[Future[None]] = deque()
    began_at = time.perf_counter()
    count = 0
    while time.perf_counter() - began_at < seconds:
        waiting.extend(ledger.record(entry()) for _ in range(AT_ONCE - len(waiting)))
        await waiting.popleft()
        count += 1
        while waiting and waiting[0].done():
            await waiting.popleft()
            count += 1
    count += len(waiting)
    await asyncio.gather(*waiting)
    return count / (time.perf_counter() - began_at)


async def main(folder: Path, url: str) -> None:
    """Open the store, and measure."""
    store = await open_store(folder, url)
    try:
        await keep_recording(store.ledger, SECONDS / 4)
        print(round(await keep_recording(store.ledger, SECONDS)))
    finally:
        await store.close()


if __name__ == "__main__":
    uvloop.run(main(Path(sys.argv[1]), sys.argv[2]))
