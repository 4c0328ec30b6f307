"""What can go wrong with an answer's way here: silence, endings, encodings, lies about length."""

import asyncio
import gzip
import sys
import zlib
from collections.abc import Callable

import brotli  # type: ignore[import-untyped]

from tests.upstreams.request import Request, behaviour

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

# 1-5: silence


@behaviour
async def hang(request: Request) -> None:
    await request.exchange.hang()


@behaviour
async def deaf(request: Request) -> None:
    """Does not even read the body."""
    request.exchange.connection.transport.pause_reading()
    await request.exchange.hang()


@behaviour
async def hang_after_headers(request: Request) -> None:
    request.exchange.begin()
    await request.exchange.hang()


@behaviour
async def hang_after_first(request: Request) -> None:
    await cut(request, [*request.speech.opening(), request.speech.texts()[0]])
    await request.exchange.hang()


@behaviour
async def dribble(request: Request) -> None:
    exchange = request.exchange
    body = b"".join(request.good()) if request.is_stream else request.speech.whole()
    exchange.begin("text/event-stream" if request.is_stream else "application/json")
    for byte in body:
        exchange.chunk(bytes((byte,)))
        await asyncio.sleep(request.pause_seconds)
    exchange.end()


@behaviour
async def close_before_headers(request: Request) -> None:
    request.exchange.close()


@behaviour
async def reset_before_headers(request: Request) -> None:
    request.exchange.reset()


@behaviour
async def close_later(request: Request) -> None:
    """Takes the request, thinks, and closes without an answer."""
    await asyncio.sleep(0.7)
    request.exchange.close()


# 6-8: endings


@behaviour
async def close_mid_event(request: Request) -> None:
    text = request.speech.texts()[0]
    await cut(request, [*request.speech.opening(), text[: len(text) // 2]])
    request.exchange.close()


@behaviour
async def reset_mid_body(request: Request) -> None:
    await cut(request, [*request.speech.opening(), request.speech.texts()[0]])
    request.exchange.reset()


@behaviour
async def no_end_marker(request: Request) -> None:
    request.answer([*request.speech.opening(), *request.speech.texts()])


@behaviour
async def data_after_end(request: Request) -> None:
    request.answer([*request.good(), *request.speech.texts(["after ", "the end"])])


# 24-30: transport


async def encoded(request: Request, name: str, encode: Callable[[bytes], bytes]) -> None:
    body = b"".join(request.good()) if request.is_stream else request.speech.whole()
    kind = "text/event-stream" if request.is_stream else "application/json"
    request.exchange.whole("200 OK", kind, encode(body), f"content-encoding: {name}")


@behaviour
async def gzipped(request: Request) -> None:
    await encoded(request, "gzip", gzip.compress)


@behaviour
async def deflated(request: Request) -> None:
    await encoded(request, "deflate", zlib.compress)


@behaviour
async def brotlied(request: Request) -> None:
    await encoded(request, "br", brotli.compress)


@behaviour
async def zstandard(request: Request) -> None:
    await encoded(request, "zstd", zstd.compress)


@behaviour
async def gzip_broken(request: Request) -> None:
    await encoded(request, "gzip", lambda body: body)


@behaviour
async def http10(request: Request) -> None:
    body = b"".join(request.good()) if request.is_stream else request.speech.whole()
    kind = "text/event-stream" if request.is_stream else "application/json"
    request.exchange.head("200 OK", f"content-type: {kind}", version="1.0")
    request.exchange.write(body)
    request.exchange.close()


@behaviour
async def redirect(request: Request) -> None:
    request.exchange.whole("307 Temporary Redirect", "text/plain", b"", "location: /good/v1/models")


@behaviour
async def early_answer(request: Request) -> None:
    """Refuses a body before it has come, and goes on reading it."""
    request.fail("413 Content Too Large", "request_too_large")
    await request.exchange.read_body()


@behaviour
async def oversized(request: Request) -> None:
    request.exchange.begin("application/json")
    while True:
        request.exchange.chunk(b" " * 65536)
        await asyncio.sleep(0)
        await request.exchange.drained()


@behaviour
async def short_length(request: Request) -> None:
    """Announces more than it sends."""
    body = request.speech.whole()
    length = f"content-length: {len(body) + 100}"
    request.exchange.head("200 OK", "content-type: application/json", length)
    request.exchange.write(body)
    await asyncio.sleep(0.02)
    request.exchange.close()


@behaviour
async def no_http(request: Request) -> None:
    request.exchange.write(b"220 mail.example ESMTP ready\r\n")
    request.exchange.close()


@behaviour
async def stale(request: Request) -> None:
    """Answers the first request of a connection, and cuts it at the second."""
    connection = request.exchange.connection
    if any(seen.connection == connection.number for seen in connection.server.seen[:-1]):
        request.exchange.reset()
        return
    request.answer()


@behaviour
async def two_steps(request: Request) -> None:
    """Sends the second half of its answer only after a pause."""
    exchange, events = request.exchange, request.good()
    exchange.begin()
    exchange.chunk(events[0])
    await asyncio.sleep(request.pause_seconds)
    for event in events[1:]:
        exchange.chunk(event)
    exchange.end()


async def cut(request: Request, pieces: list[bytes]) -> None:
    """Write pieces and wait a little, so that they arrive before what follows."""
    if request.is_stream:
        request.exchange.begin()
        for piece in pieces:
            request.exchange.chunk(piece)
    else:
        body = request.speech.whole()
        request.exchange.head(
            "200 OK", "content-type: application/json", f"content-length: {len(body)}"
        )
        request.exchange.write(body[:20])
    await asyncio.sleep(0.02)
