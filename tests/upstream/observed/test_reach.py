"""How far one comes towards real sockets of this machine."""

import asyncio
import ssl
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from endpoints_server.upstream.observed.reach import Meeting, find_reach
from tests.certificate import make_certificate

Serve = Callable[[StreamReader, StreamWriter], Awaitable[None]]


async def refuse(reader: StreamReader, writer: StreamWriter) -> None:
    """Answer whatever comes as a server does that speaks plain HTTP."""
    await reader.read(1)
    writer.write(b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n")
    writer.close()


async def listen(reader: StreamReader, writer: StreamWriter) -> None:
    """Say nothing."""
    await reader.read()
    writer.close()


@asynccontextmanager
async def listening(
    serve: Serve, host: str = "127.0.0.1", context: ssl.SSLContext | None = None
) -> AsyncIterator[int]:
    writers: list[StreamWriter] = []

    async def noted(reader: StreamReader, writer: StreamWriter) -> None:
        writers.append(writer)
        await serve(reader, writer)

    server = await asyncio.start_server(noted, host, 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for writer in writers:
            writer.transport.abort()
        await asyncio.sleep(0.01)


async def test_what_listens_is_reached() -> None:
    async with listening(listen) as port:
        reach = await find_reach(f"http://127.0.0.1:{port}/v1")
    assert reach.is_open
    assert reach.tried[0].meeting is Meeting.CONNECTED


async def test_of_this_machine_both_addresses_are_tried() -> None:
    async with listening(listen) as port:
        reach = await find_reach(f"http://[::1]:{port}")
        named = await find_reach(f"http://localhost:{port}")
    met = {each.ip: each.meeting for each in reach.tried}
    assert met.keys() == {"127.0.0.1", "::1"}
    assert met["127.0.0.1"] is Meeting.CONNECTED
    assert not reach.is_connected
    assert named.is_open


async def test_nothing_is_reached_where_nothing_listens() -> None:
    async with listening(listen) as port:
        pass
    reach = await find_reach(f"http://127.0.0.1:{port}")
    assert not reach.is_open
    assert reach.tried[0].meeting is Meeting.REFUSED


async def test_a_name_that_leads_nowhere_has_nothing_to_try() -> None:
    reach = await find_reach("http://nowhere.invalid")
    assert not reach.tried
    assert not reach.is_open


async def test_a_certificate_that_signs_itself_is_not_accepted(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(make_certificate(tmp_path, "localhost"))
    async with listening(listen, context=context) as port:
        reach = await find_reach(f"https://localhost:{port}")
    assert reach.is_connected
    assert not reach.is_open
    assert reach.is_untrusted
    assert "self-signed" in reach.tls_trouble


async def test_plain_http_is_no_tls() -> None:
    async with listening(refuse) as port:
        reach = await find_reach(f"https://127.0.0.1:{port}")
    assert reach.tls_trouble in ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE")
    assert not reach.is_untrusted


async def test_silence_in_the_greeting_is_told() -> None:
    async with listening(listen) as port:
        reach = await find_reach(f"https://127.0.0.1:{port}", patience_seconds=0.2)
    assert "no answer" in reach.tls_trouble


async def test_what_goes_through_a_proxy_is_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://me:secret@proxy.test:3128")
    reach = await find_reach("https://somewhere.test/v1")
    assert reach.proxy == "proxy.test"
    assert reach.is_open
    assert not reach.tried
