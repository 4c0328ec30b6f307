"""Measure ours against the least a gateway can do: `python -m tests.bench --help`."""

import os
import platform
import resource
import signal
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic

from msgspec.structs import replace

from endpoints_server import __version__
from tests.bench.ledger import measure_ledger
from tests.bench.measure import (
    FLOODED,
    LATENCIES,
    QUICK,
    WHOLE,
    Loads,
    Measure,
    Size,
    gateway_measures,
    measure_loads,
    measure_memory,
    warm_up,
)
from tests.bench.processes import Cores, NeverReady, choose_cores
from tests.bench.report import as_json, table
from tests.bench.table import Results, crossing_rows, failures_of, gateway_rows, store_rows
from tests.bench.targets import (
    CROSSINGS,
    DIRECT,
    GATEWAYS,
    PASSTHROUGH,
    POSTGRES,
    POSTGRES_RULED,
    RELAYED,
    RULED,
    WORKERS,
    Bench,
    Target,
    bench,
    servers,
)
from tests.bench.witness import may_go_first, witnessing


def main() -> int:
    """Run the benchmark; 1 where something answered wrongly or never got ready."""
    options = read_options()
    if not hasattr(os, "sched_setaffinity"):
        print("The benchmark reads CPU clocks and /proc and pins processes: it needs Linux.")
        return 1
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    allow_many_sockets()
    cores = choose_cores()
    print(heading(cores))
    started_at = monotonic()
    size = QUICK if options.quick else Size(rounds=options.rounds)
    try:
        results = measure(cores, size)
    except NeverReady as error:
        print(error)
        return 1
    except KeyboardInterrupt:
        print("\nstopped")
        return 1
    is_right = tell(results, options.json, cores)
    print(f"\n{monotonic() - started_at:.0f} s")
    return 0 if is_right else 1


def read_options() -> Namespace:
    """Read the command line."""
    parser = ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often each load is repeated")
    parser.add_argument("--quick", action="store_true", help="a smoke run of a minute")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    return parser.parse_args()


def allow_many_sockets() -> None:
    """Raise the limit of open files as far as it goes, for a thousand streams and their servers."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def heading(cores: Cores) -> str:
    """Say where this was measured."""
    python = f"Python {platform.python_version()}"
    busy = f"load average {os.getloadavg()[0]:.1f}"
    machine = f"endpoints-server {__version__}, {python}, {os.cpu_count()} cores, {busy}"
    if cores.server == cores.generator:
        return (
            f"{machine}: only one may be used, so server and load share it. CPU figures hold; "
            "latencies and rates say little."
        )
    unseen = "" if may_go_first() else "; stops of the machine are not seen without CAP_SYS_NICE"
    return (
        f"{machine}: server on core {cores.server}, upstream and load on core {cores.generator}"
        f"{unseen}"
    )


def measure(cores: Cores, size: Size) -> dict[str, Results]:
    """Measure everything, by the title of its table, and leave nothing running."""
    os.sched_setaffinity(0, {cores.generator})
    with tempfile.TemporaryDirectory(prefix="bench-") as name, bench(Path(name), cores) as stand:
        return {
            "gateways": measure_gateways(stand, size),
            "translated": measure_group(stand, (RELAYED, *CROSSINGS), (WHOLE, FLOODED), size),
            "money and stores": measure_stores(stand, size),
        }


def measure_gateways(stand: Bench, size: Size) -> Results:
    """Measure ours against the least there is, and what each holds and how soon it is ready."""
    found = measure_group(stand, GATEWAYS, gateway_measures(size), size)
    memory = {
        target.name: measure_memory(stand, target, size)
        for target in GATEWAYS
        if target is not DIRECT
    }
    ready = {
        name: [found.ready_seconds[name][0], fresh.ready_seconds] for name, fresh in memory.items()
    }
    return Results(loads=found.loads, memory=memory, ready_seconds=ready)


def measure_stores(stand: Bench, size: Size) -> Results:
    """Measure what rules and PostgreSQL cost beside each other, where that is installed, and how
    late answers are with nothing else running but who watches the machine: whatever looks after it
    stops a server for longer the more processes there are."""
    targets, entries = [PASSTHROUGH, RELAYED, RULED], {RELAYED.name: measure_ledger(stand)}
    if stand.stores.postgres is not None:
        targets += [POSTGRES, POSTGRES_RULED]
        entries[POSTGRES.name] = measure_ledger(stand, stand.stores.postgres.make_database())
        if stand.stores.redis is not None:
            targets.append(WORKERS)
    often = replace(size, rounds=3 * size.rounds)  # for what is told is a difference
    found = measure_group(stand, targets, [WHOLE], often)
    late: Loads = {kind.name: {} for kind in LATENCIES}
    with witnessing(stand.folder, stand.cores) as witnesses:
        for target in targets:
            alone = measure_group(replace(stand, witnesses=witnesses), [target], LATENCIES, size)
            for name, by_target in alone.loads.items():
                late[name] |= by_target
    return replace(found, loads=found.loads | late, entries_per_second=entries)


def measure_group(
    stand: Bench, targets: Sequence[Target], kinds: Sequence[Measure], size: Size
) -> Results:
    """Measure some targets beside each other."""
    with servers(stand, targets) as started:
        for target in targets:
            warm_up(stand, started[target.server], target)
        os.sync()  # new databases reach the disk now, and not half a minute later, under load
        loads = measure_loads(stand, started, targets, kinds, size)
        ready = {target.name: [started[target.server].ready_seconds] for target in targets}
    return Results(loads=loads, ready_seconds=ready)


def tell(results: Mapping[str, Results], file: Path | None, cores: Cores) -> bool:
    """Print the tables and what went wrong; says whether nothing did."""
    rows = {title: make(results[title]) for title, make in TABLES.items()}
    failures = {title: failures_of(each) for title, each in results.items()}
    for title, each in rows.items():
        wrong = {name for name, said in failures[title].items() if said}
        print(f"\n{table(title, each, list(results[title].ready_seconds), wrong)}")
        for name in sorted(wrong):
            for text, count in failures[title][name].items():
                print(f"{name}: {count} × {text}")
    if file is not None:
        file.write_bytes(as_json(rows, {"heading": heading(cores), "failures": failures}))
    return not any(said for each in failures.values() for said in each.values())


TABLES = {"gateways": gateway_rows, "translated": crossing_rows, "money and stores": store_rows}


if __name__ == "__main__":
    sys.exit(main())
