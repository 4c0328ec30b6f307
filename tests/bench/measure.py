"""What is measured: the kinds of load, the memory of many streams, the time to be ready."""

import asyncio
import gc
import random
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from typing import TypeVar

from msgspec import Struct

from tests.bench.load import Ask, Load, Spent, ask_once, keep_asking, keep_pace
from tests.bench.processes import Running, cpu_seconds, paused, resident_bytes
from tests.bench.targets import DIRECT, Bench, Target, server
from tests.bench.wires.script import expected, pace
from tests.bench.witness import Stop

SAMPLE_SECONDS = 0.2
WARM_UP_SECONDS = 0.2
PATIENCE_SECONDS = 5
OWED_CALLS_PER_SECOND = 500
"""What a worker with a core to itself has to answer at the least (T-36), whatever more it can; two
that share one are asked as often together."""
PACED_ROUND = 3
"""How many times as long as other rounds those at a low pace are, to see enough calls."""
FELT_SECONDS = 1
"""How long at the most a stop of the machine may be felt after its end."""
FLOOD = "mock-d0-n100"
MODEL = "mock"

T = TypeVar("T")
Run = Callable[[Ask, float], Coroutine[None, None, Load]]
Loads = dict[str, dict[str, list[Load]]]
"""By measure and target, in the order in which they were measured."""


class Size(Struct, frozen=True, kw_only=True):
    """How much is measured.

    `steady` is the model of the fifty streams with twenty chunks a second, `slow` that of the many
    open ones.
    """

    rounds: int = 3
    seconds: float = 1.2
    steady: str = "mock-d50-n40"
    slow: str = "mock-d500-n12"
    open_streams: int = 1000


QUICK = Size(rounds=1, seconds=0.2, steady="mock-d50-n10", slow="mock-d500-n2", open_streams=200)


class Measure(Struct, frozen=True, kw_only=True):
    """One kind of load; `is_direct_too` where the figure of going direct is subtracted.

    `times` is how often it is put on a server each round: once is not enough where a few slow
    answers are the figure, and the machine makes some of them itself.
    """

    name: str
    model: str
    run: Run
    is_direct_too: bool = False
    times: int = 1


class Memory(Struct, frozen=True, kw_only=True):
    """Resident memory of a fresh server: before many streams are open, and at most then."""

    idle_bytes: int
    most_bytes: int
    ready_seconds: float
    load: Load


def closed_loop(connections: int) -> Run:
    """Make a load of so many calls in flight."""

    async def run(ask: Ask, seconds: float) -> Load:
        return await keep_asking(ask, connections, seconds)

    return run


def half_load(connections: int) -> Run:
    """Make a load of half the calls a second that so many connections get answered at most."""

    async def run(ask: Ask, seconds: float) -> Load:
        full = await keep_asking(ask, connections, seconds / 2)
        if not full.answers:
            return full
        return await keep_pace(ask, full.answers / full.spent.wall / 2, seconds)

    return run


def at_pace(calls_per_second: float) -> Run:
    """Make a load of so many calls a second."""

    async def run(ask: Ask, seconds: float) -> Load:
        return await keep_pace(ask, calls_per_second, PACED_ROUND * seconds)

    return run


def streams_once(connections: int, ramp_seconds: float) -> Run:
    """Make a load of so many streams, each once, begun over a ramp."""

    async def run(ask: Ask, seconds: float) -> Load:
        return await ask_once(ask, connections, ramp_seconds)

    return run


WHOLE = Measure(name="c=10", model=MODEL, run=closed_loop(10), is_direct_too=True)
FLOODED = Measure(name="flood", model=FLOOD, run=closed_loop(10))
HALF = Measure(name="half", model=MODEL, run=half_load(10), times=3)
PACED = Measure(name="paced", model=MODEL, run=at_pace(OWED_CALLS_PER_SECOND / 2), times=2)
LATENCIES = (HALF, PACED)


def gateway_measures(size: Size) -> list[Measure]:
    """List the kinds of load on a gateway."""
    return [
        Measure(name="c=1", model=MODEL, run=closed_loop(1), is_direct_too=True),
        WHOLE,
        Measure(name="c=100", model=MODEL, run=closed_loop(100), is_direct_too=True),
        Measure(name="c=500", model=MODEL, run=closed_loop(500)),
        Measure(name="steady", model=size.steady, run=streams_once(50, 0.5), is_direct_too=True),
        FLOODED,
    ]


def measure_loads(
    bench: Bench,
    started: Mapping[str, Running],
    targets: Sequence[Target],
    kinds: Sequence[Measure],
    size: Size,
) -> Loads:
    """Put every kind of load on every target, in another order each round.

    Whichever server is not under load stands still: they share a core.
    """
    servers = [server for name, server in started.items() if name != DIRECT.server]
    found: Loads = {kind.name: {target.name: [] for target in targets} for kind in kinds}
    for _ in range(size.rounds):
        for kind in kinds:
            for target in random.sample(targets, len(targets)):
                if kind.is_direct_too or target is not DIRECT:
                    chosen = started[target.server]
                    ask = ask_of(bench, chosen, target, kind.model)
                    with paused(server for server in servers if server is not chosen):
                        loads = [
                            undisturbed(bench, kind.run(ask, size.seconds))
                            for _ in range(kind.times)
                        ]
                    for load in loads:
                        load.stops = seen(bench, load)
                    found[kind.name][target.name] += loads
    return found


def seen(bench: Bench, load: Load) -> list[Stop]:
    """Ask when the machine stood still under a load, or before it, for that may still be felt."""
    if not load.asked_at:
        return []
    return bench.witnesses.stops(
        load.asked_at[0] - FELT_SECONDS, load.asked_at[-1] + max(load.took)
    )


def warm_up(bench: Bench, server: Running, target: Target) -> None:
    """Let a server have seen calls and streams before anything counts."""
    for model in (MODEL, FLOOD):
        ask = ask_of(bench, server, target, model)
        undisturbed(bench, keep_asking(ask, 10, WARM_UP_SECONDS))


def measure_memory(bench: Bench, target: Target, size: Size) -> Memory:
    """Start a server, and hold many streams of two chunks a second open on it."""
    with server(bench, target.server) as fresh:
        warm_up(bench, fresh, target)
        idle = resident_bytes(fresh.id)
        ask = ask_of(bench, fresh, target, size.slow)
        load, most = undisturbed(bench, watched(ask, size.open_streams, fresh))
        return Memory(
            idle_bytes=idle, most_bytes=most, ready_seconds=fresh.ready_seconds, load=load
        )


async def watched(ask: Ask, streams: int, server: Running) -> tuple[Load, int]:
    """Run streams, and give the most memory their server had meanwhile."""
    most = 0

    async def watch() -> None:
        nonlocal most
        while True:
            most = max(most, resident_bytes(server.id))
            await asyncio.sleep(SAMPLE_SECONDS)

    watching = asyncio.create_task(watch())
    load = await ask_once(ask, streams, streams / 500)
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching
    return load, most


def undisturbed(bench: Bench, task: Coroutine[None, None, T]) -> T:
    """Run a load without this process's own garbage collector."""
    gc.collect()
    gc.disable()
    try:
        return bench.runner.run(task)
    finally:
        gc.enable()


def ask_of(bench: Bench, server: Running, target: Target, model: str) -> Ask:
    """Say what to ask of a target, and how to read the clocks."""
    is_stream = "-n" in model
    length_seconds = pace(model).delay_seconds * pace(model).chunks

    def read_spent() -> Spent:
        return Spent(
            wall=time.perf_counter(),
            server=cpu_seconds(server.id),
            generator=time.process_time(),
            database=sum(map(cpu_seconds, bench.stores.process_ids)),
        )

    return Ask(
        port=server.port,
        request=target.request(model, is_stream=is_stream),
        expected=expected(target.script, model, is_stream=is_stream),
        patience_seconds=PATIENCE_SECONDS + length_seconds,
        read_spent=read_spent,
    )
