"""The file changes again and again while streams are open on every replica."""

import asyncio
import json
import time
from pathlib import Path

import httpx
from msgspec import Struct

from tests.replicas.calling import Got, callers_of
from tests.replicas.fleet import Fleet
from tests.replicas.speaking import HELD, Speaking

PATIENCE_SECONDS = 10.0
BROKEN = "endpoints: {custom: [{name: Half"
LONGEST_SECONDS = 600.0


class Reloads(Struct, kw_only=True):
    """What came of reloading: each stream's end, seconds until all served each new version."""

    streams: list[Got]
    converged: list[float]
    broken: int


async def versions(client: httpx.AsyncClient, fleet: Fleet) -> set[str]:
    """Ask every replica which version of the configuration it serves."""
    answers = await asyncio.gather(*(client.get(f"{each.url}/readyz") for each in fleet.replicas))
    return {answer.json()["config"] for answer in answers}


async def converge(client: httpx.AsyncClient, fleet: Fleet, before: set[str]) -> float:
    """Wait until all serve one version that none served before; gives how long it took."""
    began_at = time.monotonic()
    while True:
        now = await versions(client, fleet)
        if len(now) == 1 and not now & before:
            return time.monotonic() - began_at
        assert time.monotonic() - began_at < PATIENCE_SECONDS, now
        await asyncio.sleep(0.02)


def replaced(path: Path, text: str) -> None:
    """Put a text in the place of a file, at one stroke."""
    draft = path.with_suffix(".draft")
    draft.write_text(text)
    draft.replace(path)


def numbered(text: str, number: int) -> str:
    """Change a configuration: its first endpoint gets a model of another name as well."""
    blocks = json.loads(text)
    blocks["endpoints"]["custom"][0]["models"]["default"].append(f"model-{number}")
    return json.dumps(blocks)


async def change(client: httpx.AsyncClient, fleet: Fleet, number: int, text: str) -> float:
    """Change the file, in one of the ways in which files change; gives how long all took."""
    before = await versions(client, fleet)
    if number % 3 == 1:  # an editor that writes in place, and is seen when it is half done
        fleet.config.write_text(text[: len(text) // 2])
        fleet.config.write_text(text)
    elif number % 3 == 2:  # a file that cannot be used comes first, and changes nothing
        await refuse_broken(fleet)
        assert await versions(client, fleet) == before
        replaced(fleet.config, text)
    else:
        replaced(fleet.config, text)
    return await converge(client, fleet, before)


async def refuse_broken(fleet: Fleet) -> None:
    """Put a file in place that cannot be used, and wait until every replica has said so."""
    before = refusals(fleet)
    replaced(fleet.config, BROKEN)
    gives_up_at = time.monotonic() + PATIENCE_SECONDS
    while any(now == then for now, then in zip(refusals(fleet), before, strict=True)):
        assert time.monotonic() < gives_up_at
        await asyncio.sleep(0.02)


def refusals(fleet: Fleet) -> list[int]:
    """Count how often each replica has refused a file."""
    return [each.err.read_text().count("configuration refused") for each in fleet.replicas]


async def reload_under(
    fleet: Fleet, upstream: Speaking, streams: int, reloads: int
) -> tuple[Reloads, str]:
    """Change the file so often while so many streams are open; gives what came, and the figure."""
    text = fleet.config.read_text()
    upstream.is_holding = True
    async with callers_of(fleet.url, LONGEST_SECONDS) as callers, httpx.AsyncClient() as client:
        asked = [asyncio.create_task(callers.call(seconds=HELD)) for _ in range(streams)]
        while upstream.at_once < streams:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.05)
        converged = [
            await change(client, fleet, each, numbered(text, each)) for each in range(reloads)
        ]
        assert upstream.at_once == streams
        upstream.is_holding = False
        got = list(await asyncio.gather(*asked))
        now = await versions(client, fleet)
        assert {(await callers.call()).config for _ in fleet.replicas} == now
        replaced(fleet.config, text)
        await converge(client, fleet, now)
    broken = sum(not each.is_whole for each in got)
    return Reloads(streams=got, converged=converged, broken=broken), (
        f"T-40: {reloads} changes of the file during {streams} open streams on "
        f"{len(fleet.replicas)} replicas: {broken} streams dropped; all served each new version "
        f"{max(converged):.2f} s after it at the latest"
    )
