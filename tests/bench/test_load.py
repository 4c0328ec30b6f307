"""The load tells right answers from wrong ones: a figure stands for right answers alone."""

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bench.client import Client
from tests.bench.figures import share_left_out, without_its_stops
from tests.bench.load import Ask, Load, Spent, ask_once, keep_asking, keep_pace
from tests.bench.mock import Connection
from tests.bench.wires.chat import CHAT
from tests.bench.wires.every import SCRIPTS
from tests.bench.wires.messages import MESSAGES
from tests.bench.wires.script import Expected, Script, expected, question

STREAM = "mock-d0-n20"
every_wire = pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
every_model = pytest.mark.parametrize("model", ["mock", STREAM])
CHUNKED = (
    b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\na\r\n brown fox\r\n0\r\n\r\n"
)


@pytest.fixture
async def port() -> AsyncIterator[int]:
    server = await asyncio.get_running_loop().create_server(Connection, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


def ask_of(port: int, script: Script, model: str, right: Expected | None = None) -> Ask:
    is_stream = model == STREAM
    body = question(script, model, is_stream=is_stream)
    path = script.path_of(model, is_stream=is_stream)
    head = f"POST {path} HTTP/1.1\r\ncontent-length: {len(body)}\r\n\r\n"
    return Ask(
        port=port,
        request=head.encode() + body,
        expected=right or expected(script, model, is_stream=is_stream),
        patience_seconds=2,
        read_spent=lambda: Spent(wall=0, server=0, generator=0),
    )


@every_wire
@every_model
async def test_what_the_upstream_answers_is_right(port: int, script: Script, model: str) -> None:
    load = await ask_once(ask_of(port, script, model), 3, 0.01)
    assert (load.answers, dict(load.failures)) == (3, {})
    assert load.chunks == 3 * expected(script, model, is_stream=model == STREAM).chunks


async def test_a_pace_is_kept_whatever_comes_back(port: int) -> None:
    load = await keep_pace(ask_of(port, CHAT, "mock"), 500, 0.1)
    assert 40 <= load.answers <= 50
    assert not load.failures


async def test_a_loop_asks_again_until_time_is_up(port: int) -> None:
    load = await keep_asking(ask_of(port, CHAT, "mock"), 2, 0.1)
    assert load.answers > 4
    assert not load.failures
    assert all(
        0 < first <= took for first, took in zip(load.first_token_took, load.took, strict=True)
    )


@pytest.mark.parametrize(
    "wrong",
    [
        Expected(chunks=21, tokens=b"", end=b""),
        Expected(chunks=20, tokens=b'"completion_tokens":601', end=b""),
        Expected(chunks=20, tokens=b"", end=b"[GONE]"),
    ],
)
async def test_an_answer_that_lacks_something_is_a_failure(port: int, wrong: Expected) -> None:
    load = await ask_once(ask_of(port, CHAT, STREAM, wrong), 2, 0)
    assert load.answers == 0
    assert sum(load.failures.values()) == 2


async def test_a_refusal_is_a_failure_told_with_its_status(port: int) -> None:
    ask = ask_of(port, MESSAGES, "mock")
    elsewhere = ask.request.replace(b"/v1/messages", b"/v1/message")
    lost = Ask(
        port=port,
        request=elsewhere,
        expected=ask.expected,
        patience_seconds=1,
        read_spent=ask.read_spent,
    )
    assert dict((await ask_once(lost, 1, 0)).failures) == {"404: ": 1}


@given(st.lists(st.integers(0, len(CHUNKED)), max_size=6))
def test_an_answer_is_the_same_however_it_is_cut(cuts: list[int]) -> None:
    said: list[str] = []
    right = Expected(chunks=1, tokens=b"one", end=b"fox")
    client = Client(b"", right, lambda done: said.append(done.failure))
    client.is_asking = True
    edges = [0, *sorted(cuts), len(CHUNKED)]
    for start, end in pairwise(edges):
        client.data_received(CHUNKED[start:end])
    assert said == [""]
    assert bytes(client.body) == b"one brown fox"


def test_what_was_asked_while_the_machine_stood_still_or_as_long_after_is_left_out() -> None:
    load = Load(
        answers=5,
        asked_at=[0.0, 0.9, 1.1, 1.39, 1.5],
        took=[0.1, 0.3, 0.1, 0.02, 0.2],
        stops=[(1.0, 1.2)],
    )
    assert without_its_stops(load).took == [0.1, 0.2]
    assert share_left_out(load) == 60


def test_whoever_watches_tells_when_it_was_not_let_run() -> None:
    code = """
from tests.bench.witness import watch_core
print("at work", flush=True)
for stop in watch_core():
    print(*stop, flush=True)
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as watch:
        assert watch.stdout
        assert watch.stdout.readline() == "at work\n"
        stops = (line.split() for line in watch.stdout)
        began = time.perf_counter()
        watch.send_signal(signal.SIGSTOP)
        time.sleep(0.2)
        watch.send_signal(signal.SIGCONT)
        start, end = next((float(a), float(z)) for a, z in stops if float(z) - float(a) > 0.15)
        watch.kill()
    assert began - 0.01 < start < end < time.perf_counter()
