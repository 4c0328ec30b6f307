"""History at its size: `python -m tests.bench.history --entries 5000000`, or with `--postgres`."""

import asyncio
import resource
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, text

from endpoints_server.desk.history.historian import Historian
from endpoints_server.store.history.port import Order
from endpoints_server.store.open import open_store
from endpoints_server.store.ports import Store
from endpoints_server.store.postgres.open import open_database
from endpoints_server.store.sqlite.file import open_engine
from endpoints_server.store.sqlite.migrate import migrate
from endpoints_server.store.sqlite.open import FILE_NAME
from tests.bench.history.beside import calls_beside
from tests.bench.history.fill import NOW, Shape, fill
from tests.bench.history.plans import explain, noted
from tests.bench.history.questions import Answered, ask_all, questions
from tests.postgres import running_cluster

PURGED_DAYS = 30
ALONE_SECONDS = 5.0
PLANNED = ("usage by user, 30 days, everybody", "usage by model, all, one person")


def main() -> None:
    """Fill a database, ask it, and purge it while calls are written."""
    options = read_options()
    shape = Shape(entries=options.entries, people=options.people)
    with place(options) as (folder, url, engine):
        begun_at = time.monotonic()
        fill(engine, shape)
        report("filled", f"{shape.entries:,} entries in {time.monotonic() - begun_at:.0f} s")
        engine.dispose()
        asyncio.run(measure(folder, url, options))


def read_options() -> Namespace:
    """Read the command line."""
    parser = ArgumentParser(prog="python -m tests.bench.history", description=__doc__)
    parser.add_argument("--entries", type=int, default=Shape().entries, help="how many")
    parser.add_argument("--people", type=int, default=Shape().people, help="of how many people")
    parser.add_argument("--rounds", type=int, default=20, help="how often each question is asked")
    parser.add_argument("--rate", type=int, default=500, help="calls a second while purging")
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL instead of SQLite")
    return parser.parse_args()


@contextmanager
def place(options: Namespace) -> Generator[tuple[Path, str, Engine]]:
    """Make an empty database."""
    with tempfile.TemporaryDirectory(prefix="es-history-") as name:
        folder = Path(name)
        if not options.postgres:
            migrate(folder, "")
            yield folder, "", open_engine(folder / FILE_NAME)
            return
        with running_cluster("fsync=on", "autovacuum=on", "shared_buffers=256MB") as cluster:
            url = cluster.make_database()
            yield folder, url, open_database(url)[1]


async def measure(folder: Path, url: str, options: Namespace) -> None:
    """Fold, ask and purge, and tell how long it took."""
    store = await open_store(folder, url)
    try:
        await measure_folding(store, options)
        if url:
            analyze(url)
        tell_questions(await ask_all(store, options.rounds))
        if url:
            await tell_plans(store, url)
        async with calls_beside(store, options.rate) as alone:
            await asyncio.sleep(ALONE_SECONDS)
        tell_waits("written alone", alone)
        await measure_purge(store, options)
        begun_at = time.monotonic()
        verification = await store.ledger.verify()
        took = time.monotonic() - begun_at
        found = f"{verification.checked:,} entries in {took:.0f} s, {verification.found} wrong"
        report("verified", found)
    finally:
        await store.close()


async def measure_folding(store: Store, options: Namespace) -> None:
    """Bring the rollups up to the last entry, then follow calls as they are written."""
    begun_at, cpu = time.monotonic(), time.process_time()
    while await store.history.fold():
        pass
    took = time.monotonic() - begun_at
    cpu_us = (time.process_time() - cpu) / options.entries * 1e6
    report("added up", f"{options.entries / took:,.0f} entries/s, {cpu_us:.1f} µs CPU each")
    historian = Historian(store.history, lambda: None, lambda: NOW, str)
    async with calls_beside(store, options.rate) as beside:
        following = asyncio.create_task(historian.run())
        await asyncio.sleep(ALONE_SECONDS)
        following.cancel()
    tell_waits("written while adding up", beside)


async def measure_purge(store: Store, options: Namespace) -> None:
    """Purge the oldest days while calls are written."""
    days = await store.history.list_days()
    order = Order(id="bench", before_day=days[0] + PURGED_DAYS, reason="bench", at=NOW)
    begun_at, before = time.monotonic(), resident_mb()
    async with calls_beside(store, options.rate) as beside:
        count = await store.history.purge(order)
    took = time.monotonic() - begun_at
    growth = resident_mb() - before
    report("purged", f"{count:,} entries in {took:.0f} s, memory +{growth:.0f} MB")
    tell_waits("written while purging", beside)


def analyze(url: str) -> None:
    """Let PostgreSQL count its rows, as it would by itself within a minute or so."""
    _, engine = open_database(url)
    with engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT", patience_seconds=600)
        connection.execute(text("analyze"))
    engine.dispose()


async def tell_plans(store: Store, url: str) -> None:
    """Print how PostgreSQL answers what takes longest."""
    _, engine = open_database(url)
    for name in PLANNED:
        with noted() as asked:
            await questions()[name](store)
        print(f"{name}:", *explain(engine, asked[-1:]), sep="\n  ")
    engine.dispose()
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


def tell_waits(name: str, beside: Answered) -> None:
    """Print how long entries took to be durable."""
    if beside.took:
        p50, p99, worst = beside.percentile(0.5), beside.percentile(0.99), max(beside.took)
        figures = f"median {p50:.1f}, p99 {p99:.1f}, worst {worst:.1f} ms"
        report(name, f"{figures} of {len(beside.took):,}")


def report(name: str, figures: str) -> None:
    """Print one line."""
    print(f"{name:<26}{figures}", flush=True)


def resident_mb() -> float:
    """Say how much memory the process has had at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
