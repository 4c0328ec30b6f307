"""A server that is told to end: who is served still, who is not, and what the ledger says of it."""

import asyncio
import json
import socket
import time
from asyncio import StreamReader, StreamWriter, Task
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

import httpx

from endpoints_server.cli.door import answer_no_more, let_in
from endpoints_server.domain.money.entry import CostStatus, Entry, Outcome, UsageStatus
from endpoints_server.store.open import open_store
from tests.acceptance.process import Process
from tests.replicas.calling import Callers, Got, callers_of
from tests.replicas.fleet import KEY, file_of
from tests.replicas.speaking import Speaking

LONG_SECONDS = 30.0
CALLERS = 64
HEADERS = {"x-api-key": KEY}


@asynccontextmanager
async def under_way(
    folder: Path, upstream: Speaking, *streams: tuple[str, float], **environ: str
) -> AsyncIterator[tuple[Process, Callers, list[Task[Got]]]]:
    """Serve, with streams under way that take so many seconds on a wire each."""
    abandoned = {"messages": {"abandoned": "drain"}}
    (folder / "librechat.yaml").write_text(file_of(upstream, endpoints=abandoned))
    server = Process(folder, ES_ADMIN_KEY=KEY, ES_LOG_LEVEL="warning", **environ)
    await asyncio.to_thread(server.start)
    try:
        async with callers_of(server.url) as callers:
            before = upstream.count
            asked = [
                asyncio.create_task(callers.call(wire=wire, seconds=seconds))
                for wire, seconds in streams
            ]
            while upstream.count < before + len(streams):  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.01)
            yield server, callers, asked
    finally:
        server.end()


async def ended(server: Process) -> int:
    """Wait for a server that was told to end, and give its exit code."""
    assert server.running is not None
    return await asyncio.to_thread(server.running.wait, LONG_SECONDS)


async def is_open(server: Process) -> bool:
    """Say whether strangers are served."""
    async with callers_of(server.url) as strangers:
        return (await strangers.call()).is_whole


async def entries_of(folder: Path) -> dict[str, Entry]:
    """Read the ledger, which must be sound, by request."""
    store = await open_store(folder / "data")
    entries = await store.ledger.list_entries()
    assert not (await store.ledger.verify()).findings
    await store.close()
    assert len({each.request_id for each in entries}) == len(entries)
    return {each.request_id: each for each in entries}


def terminate(server: Process) -> None:
    """Send SIGTERM."""
    assert server.running is not None
    server.running.terminate()


async def test_t_37_readiness_says_no_at_once_and_calls_finish(
    tmp_path: Path, upstream: Speaking
) -> None:
    async with under_way(tmp_path, upstream, ("chat", 2.0), ("messages", 2.0)) as given:
        server, callers, asked = given
        async with httpx.AsyncClient(base_url=server.url) as client:
            assert (await client.get("/readyz")).status_code == 200
            terminate(server)
            told_at = time.monotonic()
            while (answer := await client.get("/readyz")).status_code == 200:
                assert time.monotonic() - told_at < 0.1
            assert answer.status_code == 503
            assert answer.json()["checks"]["serving"] == "failing"
        late = await callers.call()
        assert late.is_whole
        got = await asyncio.gather(*asked)
        assert all(each.is_whole for each in got)
        assert not await is_open(server)
        assert await ended(server) == 0
    entries = await entries_of(tmp_path)
    assert {each.request_id for each in (*got, late)} == set(entries)
    assert {each.outcome for each in entries.values()} == {Outcome.DELIVERED}


async def test_t_37_what_is_not_over_in_time_ends_with_an_error_in_its_own_wire(
    tmp_path: Path, upstream: Speaking
) -> None:
    streams = [("chat", LONG_SECONDS), ("messages", LONG_SECONDS)]
    environ = {"ES_DRAIN_SECONDS": "1", "ES_LINGER_SECONDS": "0"}
    async with under_way(tmp_path, upstream, *streams, **environ) as (server, _, asked):
        terminate(server)
        told_at = time.monotonic()
        chat, messages = await asyncio.gather(*asked)
        assert await ended(server) == 0
        assert 1.0 <= time.monotonic() - told_at < 3.0
    for got in (chat, messages):
        assert got.status == 200
        assert not got.is_whole
        assert '"server_ending"' in got.said
    assert "event: error" in messages.said
    entries = await entries_of(tmp_path)
    for got in (chat, messages):
        entry = entries[got.request_id]
        assert (entry.outcome, entry.fault) == (Outcome.FAILED, "unavailable")
        assert entry.usage_status is UsageStatus.ESTIMATED
        assert entry.cost_status is CostStatus.ESTIMATED
        assert entry.cost_nano_usd
        assert not entry.abandoned


async def test_a_call_that_waits_for_its_answer_is_told_to_ask_again(
    tmp_path: Path, upstream: Speaking
) -> None:
    environ = {"ES_DRAIN_SECONDS": "1", "ES_LINGER_SECONDS": "0"}
    async with under_way(tmp_path, upstream, **environ) as (server, _, _):
        body = {
            "model": "chat-model",
            "messages": [{"role": "user", "content": f"x-seconds={LONG_SECONDS};"}],
        }
        async with httpx.AsyncClient(base_url=server.url, headers=HEADERS, timeout=10) as client:
            asked = asyncio.create_task(client.post("/v1/chat/completions", json=body))
            while not upstream.at_once:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.01)
            terminate(server)
            answer = await asked
        assert answer.status_code == 503
        assert answer.headers["x-should-retry"] == "true"
        assert int(answer.headers["retry-after"]) >= 1
        assert answer.json()["error"]["es"]["code"] == "server_ending"
        assert await ended(server) == 0
    entry = (await entries_of(tmp_path))[answer.headers["x-request-id"]]
    assert (entry.outcome, entry.status) == (Outcome.FAILED, 503)
    assert entry.usage.input > 0


async def test_a_second_signal_waits_for_nobody(tmp_path: Path, upstream: Speaking) -> None:
    async with under_way(tmp_path, upstream, ("chat", LONG_SECONDS)) as (server, _, asked):
        terminate(server)
        assert server.running is not None
        await asyncio.sleep(0.2)
        server.running.send_signal(2)
        assert await ended(server) == 0
        (got,) = await asyncio.gather(*asked)
    assert not got.is_whole
    assert got.request_id in await entries_of(tmp_path)


async def test_workers_end_together_and_keep_nobody_waiting(
    tmp_path: Path, upstream: Speaking
) -> None:
    streams = [("chat", 2.0)] * 6
    async with under_way(tmp_path, upstream, *streams, ES_WORKERS="2") as given:
        server, _, asked = given
        terminate(server)
        got = await asyncio.gather(*asked)
        assert all(each.is_whole for each in got)
        assert not await is_open(server)
        assert await ended(server) == 0
    assert {each.request_id for each in got} == set(await entries_of(tmp_path))


async def knock(port: int) -> str:
    """Make a call over a connection of its own, and say what became of it."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return "refused"
    return await ask(reader, writer)


async def ask(reader: StreamReader, writer: StreamWriter) -> str:
    """Make a call over a connection, and say what became of it."""
    body = json.dumps({"model": "chat-model", "messages": [{"role": "user", "content": "Hi"}]})
    head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: here\r\nx-api-key: {KEY}\r\n"
    framing = f"connection: close\r\ncontent-length: {len(body)}\r\n\r\n"
    try:
        writer.write(f"{head}{framing}{body}".encode())
        said = await reader.read()
    except OSError:
        return "reset"
    finally:
        writer.close()
    return "answered" if said.startswith(b"HTTP/1.1 200 ") else "broken off"


async def test_t_37_i_75_whoever_is_let_connect_is_answered(
    tmp_path: Path, upstream: Speaking, measured: Callable[[str], None]
) -> None:
    came: Counter[str] = Counter()

    async def call_until_refused(port: int) -> None:
        while came["refused"] < CALLERS:
            came[await knock(port)] += 1

    async with under_way(tmp_path, upstream, ES_LINGER_SECONDS="0") as (server, _, _):
        calling = [asyncio.create_task(call_until_refused(server.port)) for _ in range(CALLERS)]
        while came["answered"] < 5 * CALLERS:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)
        terminate(server)
        assert await ended(server) == 0
        await asyncio.gather(*calling)
    assert set(came) == {"answered", "refused"}
    measured(
        f"T-37: {came['answered']} calls of {CALLERS} callers, each over a connection of its own, "
        "until the server had ended: none that could connect went without an answer"
    )


async def test_whoever_has_only_just_come_in_may_still_ask(
    tmp_path: Path, upstream: Speaking
) -> None:
    streams = [("chat", 1.0)]
    async with under_way(tmp_path, upstream, *streams, ES_LINGER_SECONDS="0") as (server, _, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        await asyncio.sleep(0.1)
        terminate(server)
        await asyncio.sleep(0.3)
        assert await ask(reader, writer) == "answered"
        assert await ended(server) == 0


async def test_the_door_is_not_closed_before_all_are_let_in() -> None:
    accepted: list[socket.socket] = []
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))

        def accept_one() -> None:
            time.sleep(0.02)  # ASYNC251  a machine that is busy with something else
            accepted.append(stack.enter_context(listener.accept()[0]))

        for _ in range(CALLERS):
            stack.enter_context(socket.create_connection(listener.getsockname()))
        asyncio.get_running_loop().add_reader(listener, accept_one)
        answer_no_more(listener)
        await let_in([listener])
        asyncio.get_running_loop().remove_reader(listener)
    assert len(accepted) == CALLERS


def test_a_closing_door_lets_in_who_came_before_and_answers_nobody_after() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = listener.getsockname()
        with socket.create_connection(address) as before:
            answer_no_more(listener)
            with socket.socket() as after:
                after.settimeout(0.2)
                assert after.connect_ex(address) != 0
            before.sendall(b"here")
            accepted, _ = listener.accept()
            with accepted:
                assert accepted.recv(4) == b"here"
