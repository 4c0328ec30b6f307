"""Where an answer begins and ends, however the bytes fall."""

import asyncio
import gzip
import zlib

import httpx2
import pytest

from tests.upstream.direct.conftest import line_to, read_all, saying
from tests.upstreams.server import Exchange

OK = b"HTTP/1.1 200 OK\r\n"
HINT = b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n"
POURED_BYTES = 64 * 1024
POURED_TIMES = 640


@pytest.mark.parametrize(
    ("text", "body", "connections"),
    [
        (OK + b"content-length: 3\r\n\r\nabc", b"abc", 1),
        (OK + b"transfer-encoding: chunked\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\n\r\n", b"abc", 1),
        (OK + b"transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nx-sum: 1\r\n\r\n", b"abc", 1),
        (b"HTTP/1.1 204 No Content\r\n\r\n", b"", 1),
        (b"HTTP/1.1 304 Not Modified\r\ncontent-length: 9\r\n\r\n", b"", 1),
        (OK + b"content-length: 0\r\n\r\n", b"", 1),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK + b"content-length: 3\r\n\r\nabc", b"abc", 1),
        (HINT * 3 + OK + b"content-length: 1\r\n\r\na", b"a", 1),
        (OK + b"connection: close\r\ncontent-length: 3\r\n\r\nabc", b"abc", 2),
        (b"HTTP/1.0 200 OK\r\ncontent-length: 3\r\n\r\nabc", b"abc", 2),
        (b"HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 3\r\n\r\nabc", b"abc", 1),
        (OK + b"content-length: 3\r\n\r\nabcHTTP/1.1 200 OK\r\n\r\nunasked", b"abc", 2),
        (OK + b"content-length: 3\r\n\r\nabcd", b"abc", 2),
    ],
)  # fmt: skip
async def test_an_answer_is_read_to_its_end_and_its_connection_kept_if_that_is_sure(
    text: bytes, body: bytes, connections: int
) -> None:
    async with line_to(saying(text)) as line:
        for _ in range(2):
            answer = await line.ask()
            assert await read_all(answer) == body
            assert answer.is_whole
            assert answer.is_spent
            assert "link" not in answer.headers
            assert "x-sum" not in answer.headers
        assert line.server.connection_count == connections


@pytest.mark.parametrize("head", [OK, b"HTTP/1.0 200 OK\r\n", OK + b"connection: close\r\n"])
async def test_a_body_without_a_length_ends_with_its_connection(head: bytes) -> None:
    async with line_to(saying(head + b"\r\nabc", closes=True)) as line:
        assert await read_all(await line.ask()) == b"abc"
        assert await read_all(await line.ask()) == b"abc"


async def test_an_answer_may_come_byte_by_byte() -> None:
    text = b"HTTP/1.1 100 Continue\r\n\r\n" + OK
    text += b"x-long: abc\r\ntransfer-encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\nx: y\r\n\r\n"

    async def dribble(exchange: Exchange) -> None:
        await exchange.read_body()
        for byte in text:
            exchange.write(bytes([byte]))
            await asyncio.sleep(0)

    async with line_to(dribble) as line:
        for _ in range(3):
            answer = await line.ask()
            assert answer.headers["x-long"] == "abc"
            assert await read_all(answer) == b"abc"
        assert line.server.connection_count == 1


async def test_a_question_about_the_head_alone_waits_for_no_body() -> None:
    async with line_to(saying(OK + b"content-length: 9\r\n\r\n")) as line:
        answer = await line.ask(method="HEAD", body=b"")
        assert answer.headers["content-length"] == "9"
        assert await read_all(answer) == b""


@pytest.mark.parametrize(
    "text",
    [
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
        OK + b"x: " + b"a" * 70_000 + b"\r\n\r\n",
        OK + b"x: " + b"a" * 70_000,
        OK + b"x: y\r\n" * 300 + b"\r\n",
        OK + b"content-length: 1\r\ncontent-length: 2\r\n\r\nab",
        OK + b"content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 5000,
    ],
)
async def test_what_is_no_answer_is_refused_and_its_connection_cut(text: bytes) -> None:
    async with line_to(saying(text)) as line:
        with pytest.raises(httpx2.RemoteProtocolError):
            await asyncio.wait_for(line.ask(), 2)
        await asyncio.sleep(0.02)
        assert not line.server.connections


@pytest.mark.parametrize(
    "text",
    [
        OK + b"content-length: 9\r\n\r\nabc",
        OK + b"transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n",
        OK + b"transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n",
        OK + b"transfer-encoding: chunked\r\n\r\n9\r\nabc",
    ],
)
async def test_a_body_cut_short_gives_its_bytes_and_then_the_failure(text: bytes) -> None:
    async with line_to(saying(text, closes=True)) as line:
        answer = await line.ask()
        assert await answer.read() == b"abc"
        with pytest.raises((httpx2.ReadError, OSError)):
            await answer.read()
        assert not answer.is_whole


async def test_an_endless_trailer_is_refused() -> None:
    text = OK + b"transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nx: "

    async def trail(exchange: Exchange) -> None:
        await exchange.read_body()
        exchange.write(text)
        while True:
            exchange.write(b"a" * 4096)
            await asyncio.sleep(0)

    async with line_to(trail) as line:
        answer = await line.ask()
        assert await answer.read() == b"abc"
        with pytest.raises(httpx2.RemoteProtocolError):
            await asyncio.wait_for(answer.read(), 2)


async def test_headers_of_one_name_are_joined_and_read_in_either_encoding() -> None:
    text = OK + "x-a: 1\r\nX-A: é\r\n".encode() + "x-b: é\r\n".encode("latin-1")
    async with line_to(saying(text + b"content-length: 0\r\n\r\n")) as line:
        headers = (await line.ask()).headers
    assert (headers["x-a"], headers["x-b"]) == ("1, é", "é")


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
async def test_a_small_body_that_unpacks_to_a_huge_one_is_unpacked_in_pieces(coding: str) -> None:
    plain = bytes(16 * 1024 * 1024)
    packed = gzip.compress(plain) if coding == "gzip" else zlib.compress(plain)
    head = f"content-encoding: {coding}\r\ncontent-length: {len(packed)}\r\n\r\n".encode()
    async with line_to(saying(OK + head + packed)) as line:
        answer = await line.ask()
        length = 0
        while chunk := await answer.read():
            assert len(chunk) <= 1024 * 1024
            length += len(chunk)
        assert length == len(plain)
        assert answer.is_spent


async def test_encoded_pieces_are_given_as_they_arrive() -> None:
    packing = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
    go_on = asyncio.Event()

    async def stream(exchange: Exchange) -> None:
        await exchange.read_body()
        exchange.begin("text/event-stream", "content-encoding: gzip")
        exchange.chunk(packing.compress(b"one") + packing.flush(zlib.Z_SYNC_FLUSH))
        await go_on.wait()
        exchange.chunk(packing.compress(b"two") + packing.flush())
        exchange.end()

    async with line_to(stream) as line:
        answer = await line.ask()
        assert await asyncio.wait_for(answer.read(), 1) == b"one"
        go_on.set()
        assert await read_all(answer) == b"two"


async def test_no_more_is_taken_than_is_read() -> None:
    sent = 0

    async def pour(exchange: Exchange) -> None:
        nonlocal sent
        await exchange.read_body()
        exchange.begin()
        for _ in range(POURED_TIMES):
            while exchange.connection.transport.get_write_buffer_size():  # noqa: ASYNC110
                await asyncio.sleep(0.001)
            exchange.chunk(bytes(POURED_BYTES))
            sent += POURED_BYTES
        exchange.end()

    async with line_to(pour) as line:
        answer = await line.ask()
        await asyncio.sleep(0.2)
        assert sent < 24 * 1024 * 1024
        assert answer.waiting_bytes < 1024 * 1024
        assert len(await read_all(answer)) == POURED_TIMES * POURED_BYTES
