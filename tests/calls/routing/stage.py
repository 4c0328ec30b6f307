"""Providers that do as a script says, each by its name, and a server that leads to them."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx2

from tests.calls.places import Block, config, endpoint
from tests.serving import Serving, serving
from tests.upstreams.bad import DEAF, BadProvider
from tests.upstreams.request import BEHAVIOURS, Request
from tests.upstreams.server import Exchange, Running, Seen

Script = Mapping[str, str]
CALM = {
    "breaker": {"consecutiveFailures": 10_000, "minCalls": 10_000, "maxCooldownSeconds": 0.001},
    "retries": {"budgetPercent": 100},
}
"""Nobody is left aside, whatever happened."""
SHORTLY, SHORTLY_SECONDS = "limited_shortly", 0.2
"""An actor that is to be asked again after so long."""


class Stage(BadProvider):
    """The first part of a path names an actor, whom the script gives a behaviour, or none."""

    def __init__(self) -> None:
        super().__init__(pause_seconds=0.05)
        self.script: dict[str, str] = {}

    async def _answer(self, exchange: Exchange) -> None:
        behaviour = self.script.get(actor_of(exchange.seen), "good")
        if behaviour not in DEAF:
            await exchange.read_body()
        request = Request(exchange, self.pause_seconds)
        if behaviour == SHORTLY:
            wait = f"retry-after-ms: {SHORTLY_SECONDS * 1000:.0f}"
            request.fail("429 Too Many Requests", "rate_limit_error", wait)
            return
        await BEHAVIOURS[behaviour](request)

    def asked(self, actor: str) -> list[Seen]:
        """Give what an actor was asked."""
        return [seen for seen in self.seen if actor_of(seen) == actor]

    def play(self, script: Script) -> None:
        """Begin anew with another script."""
        self.script = dict(script)
        self.seen.clear()


def actor_of(seen: Seen) -> str:
    return seen.path.split("/")[1]


def actor(name: str, url: str, wire: str = "chat", **more: object) -> Block:
    """Configure an endpoint that an actor plays."""
    return {**endpoint(name, wire, f"{url}/{name}"), **more}


@contextmanager
def played(
    folder: Path,
    wires: Mapping[str, str],
    server: Mapping[str, object],
    **endpoints: Mapping[str, object],
) -> Generator[tuple[Serving, Stage]]:
    """Serve actors by their wires; `endpoints` say more of one."""
    with Running(Stage()) as stage:
        blocks = [
            actor(name, stage.url, wire, **endpoints.get(name, {})) for name, wire in wires.items()
        ]
        with serving(config(blocks, server), folder) as running:
            yield running, stage


def caller(server: Serving, **headers: str) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(
        base_url=server.url, headers={**server.headers, **headers}, timeout=None
    )


async def metrics_of(server: Serving) -> str:
    async with caller(server) as client:
        return (await client.get("/metrics")).text
