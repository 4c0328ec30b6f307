"""The connection to PostgreSQL that is asked on the loop, and what becomes of who waits there."""

import asyncio
import threading
import time
from asyncio import Future
from collections.abc import AsyncGenerator
from typing import Any

import psycopg
import pytest
from psycopg.pq.abc import PGresult

from endpoints_server.store.postgres.connection import ANSWER_SECONDS
from endpoints_server.store.postgres.line import Line
from endpoints_server.store.postgres.statement import Statement
from tests.postgres import Cluster

SLEEP = Statement(b"sleep", b"select pg_sleep(%s)")
PID = Statement(b"pid", b"select pg_backend_pid() + %s")
ECHO = Statement(b"echo", b"select %s::text")
PATIENCE_SECONDS = 10.0


@pytest.fixture
async def line(own_cluster: Cluster) -> AsyncGenerator[Line]:
    """A line that is free; whatever goes wrong in it where nobody hears it fails the test."""
    unheard: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: unheard.append(context))
    opened = Line(own_cluster.url("postgres"), [SLEEP, PID, ECHO])
    await free(opened)
    yield opened
    opened.close()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert unheard == []


async def free(line: Line) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not line.is_free():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


def asked(line: Line, statement: Statement, value: str) -> Future[PGresult | psycopg.Error]:
    heard: Future[PGresult | psycopg.Error] = asyncio.get_running_loop().create_future()
    line.ask(statement, [value], heard.set_result)
    return heard


async def answer_of(line: Line, statement: Statement, value: str) -> str:
    result = await asked(line, statement, value)
    assert not isinstance(result, psycopg.Error)
    return (result.get_value(0, 0) or b"").decode()


async def test_who_waits_is_told_at_once_that_the_server_hung_up(
    line: Line, own_cluster: Cluster
) -> None:
    pid = await answer_of(line, PID, "0")
    began, waiting = time.monotonic(), asked(line, SLEEP, "60")
    own_cluster.execute(f"select pg_terminate_backend({pid})")
    assert isinstance(await waiting, psycopg.OperationalError)
    assert time.monotonic() - began < ANSWER_SECONDS / 2
    await free(line)
    assert await answer_of(line, PID, "0") != pid


async def test_a_server_that_hangs_up_while_nobody_waits_is_dialed_anew(
    line: Line, own_cluster: Cluster
) -> None:
    pid = await answer_of(line, PID, "0")
    own_cluster.execute(f"select pg_terminate_backend({pid})")
    deadline = time.monotonic() + PATIENCE_SECONDS
    while line.is_free():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)
    await free(line)
    assert await answer_of(line, PID, "0") != pid


async def test_what_the_socket_does_not_take_at_once_is_sent_as_it_takes_it(line: Line) -> None:
    text = "x" * 20_000_000
    assert await answer_of(line, ECHO, text) == text
    assert await answer_of(line, ECHO, "after") == "after"


async def test_a_server_that_has_stopped_holds_up_nobody_for_long(
    line: Line, own_cluster: Cluster
) -> None:
    own_cluster.freeze()
    try:
        began, waiting, longest = time.monotonic(), asked(line, ECHO, "x" * 20_000_000), 0.0
        while not waiting.done():
            at = time.monotonic()
            await asyncio.sleep(0.01)
            longest = max(longest, time.monotonic() - at)
        assert isinstance(await waiting, psycopg.OperationalError)
        assert time.monotonic() - began < ANSWER_SECONDS + 0.5
        assert longest < 0.5  # the loop went on
    finally:
        own_cluster.thaw()
    await free(line)
    assert await answer_of(line, ECHO, "after") == "after"


async def test_what_is_asked_when_an_answer_was_nearly_late_is_not_late_itself(line: Line) -> None:
    loop = asyncio.get_running_loop()
    heard: Future[PGresult | psycopg.Error] = loop.create_future()
    line.ask(ECHO, ["first"], lambda _: line.ask(ECHO, ["next"], heard.set_result))
    time.sleep(ANSWER_SECONDS / 2)  # noqa: ASYNC251  the answer has come, and is not read
    line._give_up()
    assert not isinstance(await heard, psycopg.Error)


def test_what_is_connected_after_the_loop_has_ended_is_hung_up(own_cluster: Cluster) -> None:
    async def open_and_close() -> None:
        Line(own_cluster.url("postgres"), [ECHO]).close()

    loop = asyncio.new_event_loop()
    loop.run_until_complete(open_and_close())
    for thread in threading.enumerate():
        if thread.name == "line":
            thread.join(PATIENCE_SECONDS)
    loop.close()  # a connection that nobody closed would say so now
