"""Connections are used again, bounded, waited for in turn, and let go."""

import asyncio

import httpx2
import pytest

from tests.upstream.direct.conftest import Script, line_to, read_all, saying
from tests.upstreams.server import Exchange

OPEN = b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\na"


async def test_the_connection_used_last_is_used_first(whole: Script) -> None:
    async with line_to(whole) as line:
        answers = await asyncio.gather(*(line.ask() for _ in range(4)))
        for answer in answers:
            await read_all(answer)
        latest = set()
        for _ in range(5):
            await read_all(await line.ask())
            latest.add(line.server.last.connection)
        assert len(latest) == 1


async def test_who_waits_is_served_in_turn() -> None:
    served: list[str] = []

    async def note(exchange: Exchange) -> None:
        served.append(exchange.seen.path)
        await exchange.read_body()
        await asyncio.sleep(0.005)
        exchange.whole("200 OK", "text/plain", b"ok")

    async with line_to(note, limit=2) as line:
        await asyncio.gather(*(line.ask(f"/{number}") for number in range(12)))
        assert served == [f"/{number}" for number in range(12)]
        assert line.server.connection_count == 2


async def test_nobody_passes_those_who_wait(whole: Script) -> None:
    async with line_to(whole, limit=1) as line:
        order: list[int] = []

        async def ask(number: int) -> None:
            await line.ask()
            order.append(number)

        asking = [asyncio.create_task(ask(number)) for number in range(4)]
        while not order:  # noqa: ASYNC110
            await asyncio.sleep(0)
        asking.append(asyncio.create_task(ask(4)))
        await asyncio.gather(*asking)
        assert order == [0, 1, 2, 3, 4]


async def test_a_waiter_that_is_cancelled_takes_nobodys_place() -> None:
    async with line_to(saying(OPEN), limit=1) as line:
        for _ in range(20):
            first = await line.ask()
            waiting = [asyncio.create_task(line.ask()) for _ in range(3)]
            await asyncio.sleep(0)
            first.close()
            waiting[0].cancel()
            waiting[2].cancel()
            (await waiting[1]).close()
        held = await line.ask()
        with pytest.raises(httpx2.PoolTimeout):
            await line.ask(connect_seconds=0.02)
        held.close()
        await asyncio.sleep(0.02)
        assert not line.server.connections


async def test_failures_of_every_kind_give_their_place_back(whole: Script) -> None:
    async with line_to(whole, limit=1) as line:
        refused = "http://127.0.0.1:1/"
        for _ in range(3):
            with pytest.raises(httpx2.ConnectError):
                await line.transport.exchange("GET", refused, {}, b"", 1)
            with pytest.raises(httpx2.LocalProtocolError):
                await line.ask(headers={"x": "\n"})
            asking = asyncio.create_task(line.ask())
            await asyncio.sleep(0)
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking
        assert await read_all(await line.ask()) == b"ok"


async def test_an_idle_connection_that_breaks_is_forgotten_at_once(whole: Script) -> None:
    async with line_to(whole) as line:
        await read_all(await line.ask())
        line.server.last_connection.transport.close()
        await asyncio.sleep(0.02)
        await read_all(await line.ask())
        assert len(line.server.seen) == 2
        assert line.server.connection_count == 2


async def test_an_idle_connection_that_speaks_is_cut(whole: Script) -> None:
    async with line_to(whole) as line:
        await read_all(await line.ask())
        line.server.last_connection.transport.write(b"HTTP/1.1 200 OK\r\n\r\nforged")
        await asyncio.sleep(0.02)
        assert not line.server.connections
        assert await read_all(await line.ask()) == b"ok"


async def test_closing_turns_everybody_away(whole: Script) -> None:
    async with line_to(saying(OPEN), limit=1) as line:
        held = await line.ask()
        waiting = asyncio.create_task(line.ask())
        await asyncio.sleep(0)
        await line.transport.aclose()
        with pytest.raises(httpx2.ConnectError):
            await waiting
        with pytest.raises(httpx2.ConnectError):
            await line.ask()
        assert await held.read() == b"a"
        with pytest.raises(httpx2.ReadError):
            await held.read()
        await asyncio.sleep(0.02)
        assert not line.server.connections


async def test_any_mixture_of_leaving_leaks_nothing() -> None:
    async def answer(exchange: Exchange) -> None:
        await exchange.read_body()
        exchange.begin()
        for _ in range(3):
            exchange.chunk(b"abc")
            await asyncio.sleep(0.001)
        exchange.end()

    async with line_to(answer, limit=5) as line:

        async def call(number: int) -> None:
            answer = await line.ask()
            for _ in range(number % 5):
                if not await answer.read():
                    break
            answer.close()

        for _ in range(10):
            calls = [asyncio.create_task(call(number)) for number in range(40)]
            await asyncio.sleep(0.003)
            for task in calls[::7]:
                task.cancel()
            await asyncio.gather(*calls, return_exceptions=True)
        assert len(line.server.connections) <= 5
        answers = await asyncio.gather(*(line.ask() for _ in range(5)))
        assert [await read_all(answer) for answer in answers] == [b"abc" * 3] * 5
