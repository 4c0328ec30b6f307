"""The long forms: `python -m tests.replicas hot 600`, `rolling 5`, `reloads 2000 100`,
`kills 50`, or `contest 200`; each prints its figure, and ends with 1 where something failed.
"""

import asyncio
import sys
from collections.abc import Callable, Coroutine, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from msgspec import Struct

from tests.postgres import running_cluster
from tests.redis import running_redis
from tests.replicas.conftest import REPLICAS
from tests.replicas.fleet import Fleet, file_of, fleet_of
from tests.replicas.hot import heat
from tests.replicas.killing import kill_under, resolved
from tests.replicas.reloading import reload_under
from tests.replicas.rolling import roll
from tests.replicas.speaking import Speaking
from tests.store.sql.contest import AFFORDED, hold_contest, told
from tests.upstreams.server import Running


class Ground(Struct, frozen=True):
    """What the scenarios stand on."""

    fleet: Fleet
    upstream: Speaking
    url: str


async def hot(ground: Ground, seconds: int) -> tuple[bool, str]:
    """One hot account for so many seconds."""
    failed, deadlocks, figure = await heat(ground.fleet, ground.url, seconds)
    return not failed and not deadlocks, figure


async def rolling(ground: Ground, rounds: int) -> tuple[bool, str]:
    """Four replicas restarted so many times each."""
    failed, figure = await roll(ground.fleet, ground.fleet.folder / "rolling", rounds)
    return not failed, figure


async def reloads(ground: Ground, streams: int, changes: int) -> tuple[bool, str]:
    """So many changes of the file during so many streams."""
    came, figure = await reload_under(ground.fleet, ground.upstream, streams, changes)
    return not came.broken and max(came.converged) < 2, figure


async def kills(ground: Ground, count: int) -> tuple[bool, str]:
    """So many kills under load."""
    lost, found, figure = await kill_under(ground.fleet, ground.upstream, ground.url, count)
    settled = await resolved(ground.url)
    return not lost and set(found.values()) == {1}, f"{figure}; {settled}"


SCENARIOS: dict[str, Callable[..., Coroutine[Any, Any, tuple[bool, str]]]] = {
    scenario.__name__: scenario for scenario in (hot, rolling, reloads, kills)
}


def main(name: str, numbers: Iterable[int]) -> int:
    """Run one scenario on a fleet of its own; gives the exit code."""
    with TemporaryDirectory(prefix="es-replicas-") as folder, running_cluster() as cluster:
        url = cluster.make_database()
        if name == "contest":
            result = asyncio.run(hold_contest(Path(folder), url, *numbers))
            is_fine, figure = set(result.admitted) == {AFFORDED}, told(result)
        else:
            with (
                Running(Speaking()) as upstream,
                running_redis() as redis,
                fleet_of(REPLICAS, Path(folder), file_of(upstream), url, redis.url) as fleet,
            ):
                ground = Ground(fleet, upstream, url)
                is_fine, figure = asyncio.run(SCENARIOS[name](ground, *numbers))
    sys.stdout.write(f"{figure}\n")
    return 0 if is_fine else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], map(int, sys.argv[2:])))
