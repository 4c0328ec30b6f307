"""Serve for hours under calls, faults, departures and reloads: `python -m tests.soak --help`.

Every call is counted by limits and paid from budgets. Fails where memory or descriptors grow after
the first quarter of the time, where anything went wrong that was not the upstream's doing, or where
the ledger misses a call.
"""

import asyncio
import json
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from random import Random
from time import monotonic

import httpx2

from tests.acceptance.process import Process, run
from tests.bench.__main__ import allow_many_sockets
from tests.bench.targets import RULES
from tests.calls.conftest import BOUNDS, PATIENT, TIMEOUTS
from tests.calls.places import SUFFIXES, config, endpoint, misbehaving
from tests.postgres import running_cluster
from tests.redis import running_redis
from tests.soak.callers import Callers
from tests.soak.told import Told, complaints, table
from tests.soak.watch import Sample, sample
from tests.upstreams.bad import BEHAVIOURS, BadProvider
from tests.upstreams.server import Running

KEY = "es-the-key-of-a-patient-caller-0001"
SAMPLE_SECONDS = 2.0
RELOAD_SECONDS = 30.0
SAMPLES_A_LINE = 150
MOST_AT_ONCE = 500


def main() -> int:
    """Soak; 1 where something grew or went wrong."""
    options = read_options()
    allow_many_sockets()
    with (
        tempfile.TemporaryDirectory(prefix="soak-") as name,
        Running(BadProvider(pause_seconds=0.05)) as upstream,
        stores(is_shared=options.shared) as settings,
    ):
        told = soak(Path(name), upstream, options, settings)
    wrong = complaints(told)
    print("\n".join((table(told), *wrong)))
    return 1 if wrong else 0


def read_options() -> Namespace:
    """Read the command line."""
    parser = ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=120, help="how long (120)")
    parser.add_argument("--rate", type=float, default=20, help="calls a second (20)")
    parser.add_argument("--seed", type=int, default=1, help="of the calls' order (1)")
    parser.add_argument("--shared", action="store_true", help="on PostgreSQL and Redis")
    return parser.parse_args()


@contextmanager
def stores(*, is_shared: bool) -> Generator[Mapping[str, str]]:
    """Give the settings of where everything is kept, and keep that running."""
    if not is_shared:
        yield {}
        return
    with running_cluster("autovacuum=on") as cluster, running_redis() as redis:
        yield {"ES_DATABASE_URL": cluster.make_database(), "ES_REDIS_URL": redis.url}


def write_file(folder: Path, upstream: BadProvider, number: int) -> None:
    """Write the configuration anew; each number makes another version of it."""
    endpoints = [
        *misbehaving(upstream.url, BEHAVIOURS),
        *(endpoint(f"{wire}-slow-tls", wire, upstream.slow_tls_url) for wire in SUFFIXES),
        endpoint("changing", "chat", upstream.url, [f"m-{number}"]),
    ]
    special = {f"{wire}-good": {"timeouts": PATIENT} for wire in SUFFIXES}
    settings = {"timeouts": TIMEOUTS, "bounds": BOUNDS, "endpoints": special, **RULES}
    text = config(endpoints, settings)
    fresh = folder / "librechat.yaml.fresh"
    fresh.write_text(text)
    fresh.rename(folder / "librechat.yaml")


def soak(
    folder: Path, upstream: BadProvider, options: Namespace, settings: Mapping[str, str]
) -> Told:
    """Serve until the time is over, and read the ledger afterwards."""
    write_file(folder, upstream, 0)
    server = Process(folder, ES_ADMIN_KEY=KEY, **settings)
    server.start()
    try:
        callers, samples = asyncio.run(go(server, upstream, options))
    finally:
        exit_code = server.stop()
    verified = json.loads(run(folder, "ledger", "verify", "--json", **settings).stdout)
    return Told(
        samples=samples,
        done=callers.done,
        wrong=callers.wrong,
        checked=verified["checked"],
        findings=verified["findings"],
        exit_code=exit_code,
    )


async def go(
    server: Process, upstream: BadProvider, options: Namespace
) -> tuple[Callers, list[Sample]]:
    """Call, reload and look, all at once."""
    client = httpx2.AsyncClient(
        base_url=server.url,
        headers={"authorization": f"Bearer {KEY}"},
        timeout=60,
        limits=httpx2.Limits(max_connections=MOST_AT_ONCE),
    )
    samples: list[Sample] = []
    async with client, asyncio.TaskGroup() as group:
        callers = Callers(client, Random(options.seed))
        beside = [
            group.create_task(look(server, upstream, samples)),
            group.create_task(reload(server.folder, upstream)),
        ]
        await load(callers, options)
        for task in beside:
            task.cancel()
    return callers, samples


async def load(callers: Callers, options: Namespace) -> None:
    """Let callers come at random moments, however long those before them take."""
    chance = Random(options.seed)
    until = monotonic() + 60 * options.minutes
    async with asyncio.TaskGroup() as group:
        while monotonic() < until:
            group.create_task(callers.call())
            await asyncio.sleep(chance.expovariate(options.rate))


async def look(server: Process, upstream: BadProvider, samples: list[Sample]) -> None:
    """Take samples for ever, and forget what the upstream has noted."""
    assert server.running is not None
    began_at = monotonic()
    while True:
        samples.append(sample(server.running.pid, began_at))
        upstream.seen.clear()
        if len(samples) % SAMPLES_A_LINE == 1:
            held = samples[-1]
            print(
                f"{held.seconds / 60:6.1f} min {held.resident_megabytes:7.1f} MB "
                f"{held.descriptors:4} descriptors",
                flush=True,
            )
        await asyncio.sleep(SAMPLE_SECONDS)


async def reload(folder: Path, upstream: BadProvider) -> None:
    """Write another version of the file again and again."""
    for number in count(1):
        await asyncio.sleep(RELOAD_SECONDS)
        write_file(folder, upstream, number)


if __name__ == "__main__":
    sys.exit(main())
