"""Processes that all want what is left of one account: one of the eight, and what sends them off.

`python -m tests.replicas contest 200` repeats it on PostgreSQL, and prints what came of it.
"""

import asyncio
import os
import sys
import time
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from endpoints_server.domain.money.account import Account, Reservation
from endpoints_server.store.open import open_store
from endpoints_server.store.ports import Store
from tests.store.entries import entry

ROOT = Path(__file__).parents[3]
URL = "CONTEST_URL"
"""The variable that names the database; without it the file in the data dir."""
WORKERS = 8
CALLS = 1000
WORTH = 10
AFFORDED = 37
CAP = WORTH * AFFORDED + WORTH - 1


class Contest(NamedTuple):
    """How many were admitted each time, what was left each time, and how long all took."""

    admitted: list[int]
    left: list[int]
    took_seconds: float


def purse(repeat: int) -> Account:
    """Name the account of one repeat."""
    return Account(name=f"purse-{repeat}", cap_nano_usd=CAP)


async def call(store: Store, worker: str, repeat: int, number: int) -> bool:
    """Make one call that costs all it may, if it is admitted."""
    accounts = (purse(repeat), Account(name="house", cap_nano_usd=10**12))
    kept = entry(f"{worker}-{repeat}-{number}", accounts=tuple(each.row for each in accounts))
    kept = replace(kept, cost_nano_usd=WORTH)
    wanted = Reservation(accounts=accounts, nano_usd=WORTH, entry=kept)
    decision = await store.accounts.reserve(wanted)
    if decision.is_admitted:
        await store.ledger.record(kept)
    return decision.is_admitted


async def contend(data_dir: Path, worker: str) -> None:
    """Make a share of the calls of each repeat, at a word from whoever started this."""
    store = await open_store(data_dir, os.environ.get(URL, ""))
    loop = asyncio.get_running_loop()
    while repeat := await loop.run_in_executor(None, sys.stdin.readline):
        calls = (call(store, worker, int(repeat), number) for number in range(CALLS // WORKERS))
        admitted = sum(await asyncio.gather(*calls))
        sys.stdout.write(f"{admitted}\n")
        sys.stdout.flush()
    await store.close()


async def start(data_dir: Path, url: str, worker: int) -> Process:
    """Start one worker."""
    command = ("-W", "error", "-m", "tests.store.sql.contest", str(data_dir), f"worker{worker}")
    return await asyncio.create_subprocess_exec(
        sys.executable, *command, cwd=ROOT, stdin=PIPE, stdout=PIPE, env={**os.environ, URL: url}
    )


async def answer(process: Process, repeat: int) -> int:
    """Send a worker off, and give how many of its calls were admitted."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{repeat}\n".encode())
    return int(await process.stdout.readline())


async def hold_contest(data_dir: Path, url: str, repeats: int) -> Contest:
    """Repeat it so often on one database."""
    store = await open_store(data_dir, url)
    workers = await asyncio.gather(*(start(data_dir, url, worker) for worker in range(WORKERS)))
    await asyncio.gather(*(answer(worker, repeats) for worker in workers))  # to warm up
    began_at = time.monotonic()
    admitted = [
        sum(await asyncio.gather(*(answer(each, repeat) for each in workers)))
        for repeat in range(repeats)
    ]
    took_seconds = time.monotonic() - began_at
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.close()
        assert await worker.wait() == 0
    left = await store.accounts.list_remainders([purse(repeat) for repeat in range(repeats)])
    await store.close()
    return Contest(admitted, [each.left_nano_usd for each in left], took_seconds)


def told(contest: Contest) -> str:
    """Say what came of a contest."""
    repeats, seconds = len(contest.admitted), contest.took_seconds
    return (
        f"T-25: {repeats} repeats of {CALLS} calls by {WORKERS} processes in {seconds:.1f} s "
        f"({repeats * CALLS / seconds:.0f} a second): {sorted(set(contest.admitted))} admitted "
        f"each time, at least {min(contest.left)} of {CAP} left"
    )


if __name__ == "__main__":
    asyncio.run(contend(Path(sys.argv[1]), sys.argv[2]))
