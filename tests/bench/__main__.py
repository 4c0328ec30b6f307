"""Measure ours against the least a gateway can do: `python -m tests.bench --help`."""

import os
import platform
import resource
import signal
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from pathlib import Path
from time import monotonic

from endpoints_server import __version__
from tests.bench.measure import QUICK, Size, measure_loads, measure_memory, warm_up
from tests.bench.processes import Cores, NeverReady, choose_cores
from tests.bench.report import as_json, table
from tests.bench.table import Results, failures_of, rows
from tests.bench.targets import DIRECT, OTHERS, USUAL, Target, bench, servers


def main() -> int:
    """Run the benchmark; 1 where something answered wrongly or never got ready."""
    options = read_options()
    if not hasattr(os, "sched_setaffinity"):
        print("The benchmark reads CPU time from /proc and pins processes: it needs Linux.")
        return 1
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    allow_many_sockets()
    cores = choose_cores()
    print(heading(cores))
    started_at = monotonic()
    size = QUICK if options.quick else Size(rounds=options.rounds)
    targets = (*USUAL, *OTHERS) if options.all else USUAL
    try:
        results = measure(cores, targets, size)
    except NeverReady as error:
        print(error)
        return 1
    except KeyboardInterrupt:
        print("\nstopped")
        return 1
    is_right = tell(results, targets, options.json, cores)
    print(f"\n{monotonic() - started_at:.0f} s")
    return 0 if is_right else 1


def read_options() -> Namespace:
    """Read the command line."""
    parser = ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often each load is repeated")
    parser.add_argument("--quick", action="store_true", help="a smoke run of 20 seconds")
    parser.add_argument("--all", action="store_true", help="the native Messages endpoint too")
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
    return f"{machine}: server on core {cores.server}, upstream and load on core {cores.generator}"


def measure(cores: Cores, targets: tuple[Target, ...], size: Size) -> Results:
    """Measure everything, and leave nothing running."""
    os.sched_setaffinity(0, {cores.generator})
    ready: dict[str, list[float]] = {target.name: [] for target in targets if target is not DIRECT}
    with tempfile.TemporaryDirectory(prefix="bench-") as name, bench(Path(name), cores) as stand:
        with servers(stand) as started:
            for target in targets:
                warm_up(stand, started[target.server], target)
            loads = measure_loads(stand, started, targets, size)
        memory = {
            target.name: measure_memory(stand, target, size)
            for target in targets
            if target is not DIRECT
        }
    for target in targets:
        if target is not DIRECT:
            ready[target.name] += [
                started[target.server].ready_seconds,
                memory[target.name].ready_seconds,
            ]
    return Results(loads=loads, memory=memory, ready_seconds=ready)


def tell(results: Results, targets: tuple[Target, ...], file: Path | None, cores: Cores) -> bool:
    """Print the table and what went wrong; says whether nothing did."""
    failures = {name: said for name, said in failures_of(results).items() if said}
    told = rows(results)
    print(table(told, [target.name for target in targets], set(failures)))
    for name, said in failures.items():
        for text, count in said.items():
            print(f"{name}: {count} × {text}")
    if file is not None:
        file.write_bytes(as_json(told, {"heading": heading(cores), "failures": failures}))
    return not failures


if __name__ == "__main__":
    sys.exit(main())
