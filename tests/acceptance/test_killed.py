"""Whoever saw the end of a call finds it in the ledger, however the server died."""

import asyncio
import random
import sqlite3
import time
from collections import Counter
from collections.abc import Awaitable
from contextlib import closing
from pathlib import Path
from statistics import median

import aiohttp
import pytest

from endpoints_server.store.open import open_store
from endpoints_server.store.sqlite.open import FILE_NAME
from tests.acceptance.process import Process
from tests.upstreams.request import Request
from tests.upstreams.server import Exchange, Server

MOMENTS = 50
CLIENTS = 20
LEAVING = 0.1
SEED = 20260131
KEY = "the-key-of-the-kill-test"
PIECE_SECONDS = 0.004
ENDINGS = {"chat/completions": b"data: [DONE]", "messages": b"event: message_stop"}

YAML = """\
version: 1.3.5
endpoints:
  custom:
    - {{name: Chat, apiKey: k, baseURL: "{url}/v1", models: {{default: [chat]}}}}
    - name: Messages
      provider: anthropic
      apiKey: k
      baseURL: "{url}"
      models: {{default: [messages]}}
"""


async def speak(exchange: Exchange) -> None:
    """Answer at once, or with a stream whose pieces take a few milliseconds each."""
    await exchange.read_body()
    request = Request(exchange, 0)
    if not request.is_stream:
        request.answer()
        return
    exchange.begin()
    for event in request.good():
        exchange.chunk(event)
        await asyncio.sleep(PIECE_SECONDS)
    exchange.end()
    exchange.connection.server.seen.clear()


class Load:
    """Clients that never stop asking, and what they saw the end of."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_over = False
        self.may_ask = asyncio.Event()
        self.may_ask.set()
        self.ended: list[str] = []
        self.kinds: Counter[tuple[str, str, bool]] = Counter()
        self.broken = self.left = 0
        self.chance = random.Random(SEED)

    async def run(self, between: Awaitable[list[float]]) -> list[float]:
        """Keep clients busy until something else is done."""
        timeout = aiohttp.ClientTimeout(total=20)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            asking = [asyncio.create_task(self.ask_on(session)) for _ in range(CLIENTS)]
            try:
                return await between
            finally:
                self.is_over = True
                await asyncio.gather(*asking)

    async def ask_on(self, session: aiohttp.ClientSession) -> None:
        """Ask again and again, whatever happens."""
        while not self.is_over:
            await self.may_ask.wait()
            try:
                await self.ask(session)
            except (aiohttp.ClientError, TimeoutError):
                self.broken += 1
                await asyncio.sleep(0.01)

    async def ask(self, session: aiohttp.ClientSession) -> None:
        """Make one call of some kind; note it if its end was seen."""
        wire = self.chance.choice(("chat/completions", "messages"))
        model = self.chance.choice(("chat", "messages"))
        is_stream = self.chance.random() < 0.5
        body: dict[str, object] = {
            "model": model,
            "max_tokens": 100,
            "stream": is_stream,
            "messages": [{"role": "user", "content": "Hello"}],
        }
        headers = {"authorization": f"Bearer {KEY}"}
        async with session.post(f"{self.url}/v1/{wire}", json=body, headers=headers) as answer:
            answer.raise_for_status()
            if is_stream and self.chance.random() < LEAVING:
                await answer.content.readany()
                self.left += 1
                answer.close()
                return
            said = await answer.read()
        if not is_end_of(said, wire, is_stream=is_stream):
            self.broken += 1
            return
        self.ended.append(answer.headers["x-request-id"])
        self.kinds[wire, model, is_stream] += 1


def is_end_of(said: bytes, wire: str, *, is_stream: bool) -> bool:
    """Say whether a client saw the end of its call, and no error instead."""
    if not is_stream:
        return said.endswith(b"}") and b'"usage"' in said
    return ENDINGS[wire] in said


async def kill_again_and_again(server: Process, load: Load) -> list[float]:
    """Kill at random moments under load; gives how long each start after it took.

    Nobody asks while the server starts: on a small machine the askers would slow it down.
    """
    chance, starts = random.Random(SEED), list[float]()
    for _ in range(MOMENTS):
        await asyncio.sleep(chance.uniform(0.2, 0.8))
        server.kill()
        load.may_ask.clear()
        await asyncio.to_thread(server.start)
        load.may_ask.set()
        starts.append(server.started_in_seconds)
    await asyncio.sleep(0.3)
    return starts


def entries_of(data_dir: Path) -> Counter[str]:
    """Count the entries of each request."""
    with closing(sqlite3.connect(data_dir / FILE_NAME)) as connection:
        rows = connection.execute("select request_id, count(*) from entries group by 1").fetchall()
    return Counter(dict(rows))


async def test_what_a_caller_saw_end_survives_fifty_kills(
    tmp_path: Path, pytestconfig: pytest.Config, capfd: pytest.CaptureFixture[str]
) -> None:
    async with Server(speak) as upstream:
        (tmp_path / "librechat.yaml").write_text(YAML.format(url=upstream.url))
        server = Process(tmp_path, ES_ADMIN_KEY=KEY, ES_LOG_LEVEL="warning")
        await asyncio.to_thread(server.start)
        load, began_at = Load(server.url), time.monotonic()
        starts = await load.run(kill_again_and_again(server, load))
        took = time.monotonic() - began_at
        assert await asyncio.to_thread(server.stop) == 0
    store = await open_store(tmp_path / "data", "")
    verification = await store.ledger.verify()
    await store.close()
    counts = entries_of(tmp_path / "data")
    summary = (
        f"{len(load.ended)} calls seen ended, {load.left} left, {load.broken} broken off by "
        f"{MOMENTS} kills in {took:.0f} s; {counts.total()} entries; start-up "
        f"{median(starts):.2f} s (median), {max(starts):.2f} s (longest)"
    )
    with capfd.disabled():
        pytestconfig.get_terminal_writer().line(f"\n{summary}")
    assert [each for each in load.ended if counts[each] != 1] == []
    assert set(counts.values()) == {1}
    assert not verification.findings
    assert len(load.kinds) == 8
    assert len(load.ended) > MOMENTS
