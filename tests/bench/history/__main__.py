"""History at its size: `python -m tests.bench.history --entries 5000000`, or with `--postgres`."""

import asyncio
import os
import re
import sys
import tempfile
import time
from argparse import ArgumentParser, Namespace
from asyncio.subprocess import PIPE
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import uvloop
from msgspec import Struct
from sqlalchemy import Engine, text

from endpoints_server.desk.history.historian import Historian
from endpoints_server.store.history.port import Order
from endpoints_server.store.open import open_store
from endpoints_server.store.ports import By, Store
from endpoints_server.store.postgres.open import open_database
from endpoints_server.store.sqlite.file import open_engine
from endpoints_server.store.sqlite.migrate import migrate
from endpoints_server.store.sqlite.open import FILE_NAME
from tests.bench.history.beside import calls_beside
from tests.bench.history.fill import NOW, Shape, fill
from tests.bench.history.plans import explain, noted
from tests.bench.history.questions import Answered, ask_all, questions
from tests.bench.history.waits import LOGGED_MS, LOGGING, Waits, waits
from tests.postgres import running_cluster

PURGED_DAYS = 30
ALONE_SECONDS, FAST_ALONE_SECONDS = 5.0, 20.0
SETTINGS = ("fsync=on", "autovacuum=on", "shared_buffers=256MB")
BEHIND = text("select count(*) from entries where number > (select max(number) from watermarks)")
VERIFY = (sys.executable, "-m", "endpoints_server", "ledger", "verify")
RESIDENT = re.compile(r"VmHWM:\s+(\d+) kB")
PLANNED = ("usage by user, 30 days, everybody", "usage by model, all, one person")


class Place(Struct, frozen=True, kw_only=True):
    """Where a database is, and the log of its server, where there is one."""

    folder: Path
    url: str
    engine: Engine
    log: Path | None = None


def main() -> None:
    """Fill a database, ask it, and purge it while calls are written."""
    options = read_options()
    shape = Shape(entries=options.entries, people=options.people)
    with making_place(options) as place:
        begun_at = time.monotonic()
        fill(place.engine, shape)
        report("filled", f"{shape.entries:,} entries in {time.monotonic() - begun_at:.0f} s")
        uvloop.run(measure(place, options))


def read_options() -> Namespace:
    """Read the command line."""
    parser = ArgumentParser(prog="python -m tests.bench.history", description=__doc__)
    parser.add_argument("--entries", type=int, default=Shape().entries, help="how many")
    parser.add_argument("--people", type=int, default=Shape().people, help="of how many people")
    parser.add_argument("--rounds", type=int, default=20, help="how often each question is asked")
    parser.add_argument("--rate", type=int, default=500, help="calls a second while purging")
    parser.add_argument("--fast", type=int, default=2000, help="calls a second to keep up with")
    parser.add_argument("--seconds", type=float, default=120, help="how long to keep up with them")
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL instead of SQLite")
    return parser.parse_args()


@contextmanager
def making_place(options: Namespace) -> Generator[Place]:
    """Make an empty database."""
    with tempfile.TemporaryDirectory(prefix="es-history-") as name:
        folder = Path(name)
        if not options.postgres:
            migrate(folder, "")
            yield Place(folder=folder, url="", engine=open_engine(folder / FILE_NAME))
            return
        with running_cluster(*SETTINGS, *LOGGING) as cluster:
            url = cluster.make_database()
            log, (_, engine) = cluster.folder / "log", open_database(url)
            yield Place(folder=folder, url=url, engine=engine, log=log)


async def measure(place: Place, options: Namespace) -> None:
    """Fold, ask and purge, and tell how long it took."""
    store = await open_store(place.folder, place.url)
    try:
        await measure_folding(store, options)
        if place.url:
            analyze(place.engine)
        tell_questions(await ask_all(store, options.rounds))
        if place.url:
            await tell_plans(store, place.engine)
        await measure_waits(store, place, options)
        await measure_pace(store, place, options)
        await measure_verification(store, place, options)
    finally:
        await store.close()


async def measure_folding(store: Store, options: Namespace) -> None:
    """Bring the rollups up to the last entry."""
    begun_at, cpu = time.monotonic(), time.process_time()
    await fold_all(store)
    took = time.monotonic() - begun_at
    cpu_us = (time.process_time() - cpu) / options.entries * 1e6
    report("added up", f"{options.entries / took:,.0f} entries/s, {cpu_us:.1f} µs CPU each")


async def fold_all(store: Store) -> None:
    """Add up all there is."""
    while await store.history.fold():
        pass


async def measure_waits(store: Store, place: Place, options: Namespace) -> None:
    """Write calls with nothing beside them, and while the oldest days are purged."""
    with waits(place.folder, place.log) as waited:
        async with calls_beside(store, options.rate) as alone:
            await asyncio.sleep(ALONE_SECONDS)
    tell_waits("written alone", alone, waited)
    days = await store.history.list_days()
    order = Order(id="bench", before_day=days[0] + PURGED_DAYS, reason="bench", at=NOW)
    begun_at, before = time.monotonic(), resident_mb()
    with waits(place.folder, place.log) as waited:
        async with calls_beside(store, options.rate) as beside:
            count = await store.history.purge(order)
    took = time.monotonic() - begun_at
    growth = resident_mb() - before
    report("purged", f"{count:,} entries in {took:.0f} s, memory +{growth:.0f} MB")
    tell_waits("written while purging", beside, waited)


async def measure_pace(store: Store, place: Place, options: Namespace) -> None:
    """Write as many calls as there may be, and see that adding up keeps up with them."""
    with waits(place.folder, place.log) as waited:
        async with calls_beside(store, options.fast) as alone:
            await asyncio.sleep(min(FAST_ALONE_SECONDS, options.seconds))
    tell_waits(f"{options.fast:,} a second, alone", alone, waited)
    await fold_all(store)
    before, behind = await count_attempts(store), list[int]()
    historian = Historian(store.history, lambda: None, lambda: NOW, str)
    cpu = time.process_time()
    with waits(place.folder, place.log) as waited:
        following = asyncio.create_task(historian.run())
        async with calls_beside(store, options.fast) as beside:
            until = time.monotonic() + options.seconds
            while time.monotonic() < until:
                await asyncio.sleep(1)
                behind.append(await asyncio.to_thread(count_behind, place.engine))
        cpu = (time.process_time() - cpu) / len(beside.took) * 1e6
        rest = await catch_up(place.engine)
        following.cancel()
    lost = before + len(beside.took) - await count_attempts(store)
    report("kept up", f"{len(beside.took) / options.seconds:,.0f} entries/s, {lost} lost")
    report("", f"at most {max(behind):,} behind, and none {rest:.0f} s after")
    report("", f"{cpu:.0f} µs CPU for each, with all that made and wrote it")
    tell_waits("written while adding up", beside, waited)


async def measure_verification(store: Store, place: Place, options: Namespace) -> None:
    """Let the command prove all of it, in its own process, while calls are written."""
    environ = {**os.environ, "ES_DATA_DIR": str(place.folder), "ES_DATABASE_URL": place.url}
    begun_at, most_mb = time.monotonic(), 0.0
    with waits(place.folder, place.log) as waited:
        async with calls_beside(store, options.rate) as beside:
            proving = await asyncio.create_subprocess_exec(*VERIFY, env=environ, stdout=PIPE)
            said = asyncio.create_task(proving.communicate())
            while not said.done():
                most_mb = max(most_mb, resident_mb(proving.pid))
                await asyncio.wait([said], timeout=0.2)
    told = said.result()[0].decode().splitlines()[-1]
    report("verified", f"in {time.monotonic() - begun_at:.0f} s, {most_mb:.0f} MB: {told}")
    tell_waits("written while verifying", beside, waited)


async def catch_up(engine: Engine) -> float:
    """Wait until all is added up; gives how long that took."""
    begun_at = time.monotonic()
    while True:
        if not await asyncio.to_thread(count_behind, engine):
            return time.monotonic() - begun_at
        await asyncio.sleep(0.1)


async def count_attempts(store: Store) -> int:
    """Count what usage tells of."""
    return sum(row.attempts for row in await store.ledger.sums(By.DAY))


def count_behind(engine: Engine) -> int:
    """Count the entries that are not added up."""
    with engine.connect() as connection:
        return int(connection.execute(BEHIND).scalar_one())


def analyze(engine: Engine) -> None:
    """Let PostgreSQL count its rows, as it would by itself within a minute or so."""
    with engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT", patience_seconds=600)
        connection.execute(text("analyze"))


async def tell_plans(store: Store, engine: Engine) -> None:
    """Print how PostgreSQL answers what takes longest."""
    for name in PLANNED:
        with noted() as asked:
            await questions()[name](store)
        print(f"{name}:", *explain(engine, asked[-1:]), sep="\n  ")
    print()


def tell_questions(answers: list[Answered]) -> None:
    """Print each question and all together."""
    print(f"\n{'question':<44}{'median ms':>12}{'p95 ms':>10}{'worst ms':>10}")
    for each in answers:
        print(line(each))
    together = Answered(name="all questions", took=[ms for each in answers for ms in each.took])
    print(line(together) + "\n")


def line(each: Answered) -> str:
    """Write one question."""
    p50, p95, worst = each.percentile(0.5), each.percentile(0.95), max(each.took)
    return f"{each.name:<44}{p50:>12.1f}{p95:>10.1f}{worst:>10.1f}"


def tell_waits(name: str, beside: Answered, waited: Waits) -> None:
    """Print how long entries took to be durable, and what there was to wait for."""
    report(name, f"{figures(beside)} of {len(beside.took):,}")
    if waited.held.took:
        report("  history held locks for", figures(waited.held))
    if waited.locks.took:
        times, worst = len(waited.locks.took), max(waited.locks.took)
        report(f"  locks waited for {LOGGED_MS} ms", f"{times} times, worst {worst:.1f} ms")
    report("  a page on the disk", figures(waited.disk))
    report("  the loop was late by", figures(waited.loop))


def figures(times: Answered) -> str:
    """Write down how long something took."""
    p50, p99, worst = times.percentile(0.5), times.percentile(0.99), max(times.took)
    return f"median {p50:.1f}, p99 {p99:.1f}, worst {worst:.1f} ms"


def report(name: str, figures: str) -> None:
    """Print one line."""
    print(f"{name:<26}{figures}", flush=True)


def resident_mb(process_id: int | None = None) -> float:
    """Say how much memory a process has had at most, this one or another; 0 once it has ended."""
    try:
        found = RESIDENT.search(Path(f"/proc/{process_id or 'self'}/status").read_text())
    except OSError:
        return 0.0
    return int(found[1]) / 1024 if found else 0.0


if __name__ == "__main__":
    main()
