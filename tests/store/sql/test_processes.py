"""Several processes on one store, and processes that die."""

import asyncio
import random
import signal
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections import Counter
from pathlib import Path

import pytest

from endpoints_server.store.open import open_store

ROOT = Path(__file__).parents[3]
ROUNDS = 10
SEED = 20261121
CHILDREN = 4


async def start(deed: str, data_dir: Path, argument: str) -> Process:
    """Start a second process on a store."""
    command = ("-W", "error", "-m", "tests.store.sql.child", deed, str(data_dir), argument)
    return await asyncio.create_subprocess_exec(sys.executable, *command, cwd=ROOT, stdout=PIPE)


async def run(deed: str, data_dir: Path, argument: str) -> str:
    """Let a second process do something to the end, and give what it said."""
    process = await start(deed, data_dir, argument)
    said, _ = await process.communicate()
    assert process.returncode == 0
    return said.decode()


async def run_and_kill(data_dir: Path, name: str, after_seconds: float) -> list[str]:
    """Kill a process that records, some time after its first word, and give what it said."""
    process = await start("record_until_killed", data_dir, name)
    assert process.stdout is not None
    first = await process.stdout.readline()
    await asyncio.sleep(after_seconds)
    process.send_signal(signal.SIGKILL)
    rest, _ = await process.communicate()
    whole_lines, _, _ = (first + rest).decode().rpartition("\n")
    return whole_lines.splitlines()


async def ids_in(data_dir: Path) -> Counter[str]:
    store = await open_store(data_dir)
    listed = await store.ledger.list_entries(limit=1_000_000)
    verification = await store.ledger.verify()
    await store.close()
    assert verification.findings == ()
    return Counter(entry.id for entry in listed)


async def test_a_killed_process_loses_no_entry_it_called_durable(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    said: list[str] = []
    for i in range(ROUNDS):
        said += await run_and_kill(tmp_path, f"round{i}", chance.uniform(0, 0.25))
    kept = await ids_in(tmp_path)
    assert len(said) > ROUNDS
    assert not [entry_id for entry_id in said if kept[entry_id] != 1]
    assert max(kept.values()) == 1


async def test_processes_that_start_at_once_make_one_database_and_one_ring(tmp_path: Path) -> None:
    data_dir = tmp_path / "state"
    names = [f"child{i}" for i in range(CHILDREN)]
    said = await asyncio.gather(*(run("record_once", data_dir, name) for name in names))
    assert len(set(said)) == 1
    assert sorted(await ids_in(data_dir)) == names


async def test_what_is_recorded_at_the_very_end_is_kept(tmp_path: Path) -> None:
    await run("record_while_cancelled", tmp_path, "call")
    assert sorted(await ids_in(tmp_path)) == ["call-cancelled", "call-late"]


async def test_a_key_made_by_another_process_works_at_once(tmp_path: Path) -> None:
    store = await open_store(tmp_path)
    assert await store.keys.find_key("abcdefghijkl") is None
    await run("add_key", tmp_path, "abcdefghijkl")
    found = await store.keys.find_key("abcdefghijkl")
    await store.close()
    assert found is not None


@pytest.mark.parametrize("is_busy", [True, False], ids=["a busy server", "an idle server"])
async def test_a_key_revoked_by_another_process_is_refused_within_a_second(
    tmp_path: Path, is_busy: bool
) -> None:
    await run("add_key", tmp_path, "abcdefghijkl")
    store = await open_store(tmp_path)
    revoking = asyncio.create_task(run("revoke_key", tmp_path, "abcdefghijkl"))
    while is_busy and not revoking.done():
        await store.keys.find_key("abcdefghijkl")
        await asyncio.sleep(0.001)
    await revoking
    deadline = time.monotonic() + 1.2
    found = await store.keys.find_key("abcdefghijkl")
    while is_busy and found and found.revoked_at is None and time.monotonic() < deadline:
        await asyncio.sleep(0.01)
        found = await store.keys.find_key("abcdefghijkl")
    if not is_busy:
        await asyncio.sleep(1)
        found = await store.keys.find_key("abcdefghijkl")
    await store.close()
    assert found is not None
    assert found.revoked_at == 1000
