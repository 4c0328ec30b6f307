"""How an answer of Redis is waited for, and what becomes of those that wait for one."""

import asyncio
import time
from asyncio import CancelledError, StreamReader, StreamWriter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path

import pytest
from hiredis import HiredisError

from endpoints_server.store.redis.line import Line
from endpoints_server.store.redis.patience import LATE_SECONDS, LONGEST_SECONDS, LOOK_SECONDS, LOOKS

HELD_UP_SECONDS = LATE_SECONDS + 0.01
PING, PONG = b"*1\r\n$4\r\nPING\r\n", b"+PONG\r\n"
Talk = Callable[[StreamReader, StreamWriter], Awaitable[None]]


@asynccontextmanager
async def line_to(tmp_path: Path, talk: Talk) -> AsyncGenerator[Line]:
    """Connect to somebody who says what the test wants."""
    path = str(tmp_path / "line.sock")

    async def serve(reader: StreamReader, writer: StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError), closing(writer):
            await talk(reader, writer)
            await reader.read()

    async with await asyncio.start_unix_server(serve, path):
        loop = asyncio.get_running_loop()
        _, line = await loop.create_unix_connection(Line, path)
        yield line
        line.close()


async def say_nothing(reader: StreamReader, _writer: StreamWriter) -> None:
    await reader.read()


async def answer(reader: StreamReader, writer: StreamWriter, after_seconds: float = 0) -> None:
    while await reader.readexactly(len(PING)):
        await asyncio.sleep(after_seconds)
        writer.write(PONG)


async def test_answers_are_given_in_the_order_of_questions_though_somebody_left(
    tmp_path: Path,
) -> None:
    async def count(reader: StreamReader, writer: StreamWriter) -> None:
        for number in range(3):
            await reader.readexactly(len(PING))
            writer.write(b":%d\r\n" % number)

    async with line_to(tmp_path, count) as line:
        first, left, last = [line.ask(["PING"]) for _ in range(3)]
        left.cancel()
        assert [await first, await last] == [0, 2]
        with pytest.raises(CancelledError):
            await left


async def test_a_refusal_is_the_answer_of_one_question_alone(tmp_path: Path) -> None:
    async def refuse(reader: StreamReader, writer: StreamWriter) -> None:
        await reader.readexactly(2 * len(PING))
        writer.write(b"-NOSCRIPT nothing of the kind\r\n" + PONG)

    async with line_to(tmp_path, refuse) as line:
        refused, answered = line.ask(["PING"]), line.ask(["PING"])
        with pytest.raises(HiredisError, match="NOSCRIPT"):
            await refused
        assert await answered == b"PONG"
        assert line.is_open


async def test_whoever_does_not_answer_is_given_up_by_all_who_wait(tmp_path: Path) -> None:
    async with line_to(tmp_path, say_nothing) as line:
        began_at = time.monotonic()
        given = await asyncio.gather(
            *[line.ask(["PING"]) for _ in range(5)], return_exceptions=True
        )
        assert {type(each) for each in given} == {TimeoutError}
        took = time.monotonic() - began_at
        assert LOOKS * LOOK_SECONDS <= took < LONGEST_SECONDS
        assert not line.is_open


async def test_whoever_answers_one_after_the_other_is_waited_for(tmp_path: Path) -> None:
    async def slowly(reader: StreamReader, writer: StreamWriter) -> None:
        await answer(reader, writer, LOOK_SECONDS * LOOKS / 2)

    async with line_to(tmp_path, slowly) as line:
        given = await asyncio.gather(*[line.ask(["PING"]) for _ in range(4)])
        assert given == [b"PONG"] * 4


async def test_whoever_hangs_up_or_talks_nonsense_is_lost_to_all_who_wait(tmp_path: Path) -> None:
    async def hang_up(reader: StreamReader, writer: StreamWriter) -> None:
        await reader.readexactly(len(PING))
        writer.close()

    async def talk_nonsense(reader: StreamReader, writer: StreamWriter) -> None:
        await reader.readexactly(len(PING))
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    for number, talk in enumerate((hang_up, talk_nonsense)):
        (tmp_path / str(number)).mkdir()
        async with line_to(tmp_path / str(number), talk) as line:
            asked = [line.ask(["PING"]) for _ in range(2)]
            given = await asyncio.gather(*asked, return_exceptions=True)
            assert {type(each) for each in given} == {ConnectionError}
            with pytest.raises(ConnectionError):
                await line.ask(["PING"])


async def test_time_in_which_nobody_could_look_does_not_count(tmp_path: Path) -> None:
    slices = LOOKS + 2

    async def late(reader: StreamReader, writer: StreamWriter) -> None:
        await answer(reader, writer, slices * HELD_UP_SECONDS)

    async with line_to(tmp_path, late) as line:
        asked = line.ask(["PING"])
        for _ in range(slices):
            await asyncio.sleep(0.001)
            time.sleep(HELD_UP_SECONDS)  # noqa: ASYNC251  the loop is held up, which is the matter
        assert await asked == b"PONG"


async def test_what_cannot_be_written_is_not_asked_and_moves_no_answer(tmp_path: Path) -> None:
    async with line_to(tmp_path, answer) as line:
        with pytest.raises(ValueError, match="surrogates"):
            await line.ask(["GET", "\ud800"])
        assert await line.ask(["PING"]) == b"PONG"
        assert line.is_open
