"""From a name to a connection: which addresses are tried, and whom TLS trusts."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from socket import gaierror

import httpx2
import pytest
from aiohttp.abc import AbstractResolver

from endpoints_server.domain.fault import Kind
from endpoints_server.upstream.direct.dial import trusting
from endpoints_server.upstream.direct.transport import DirectTransport
from endpoints_server.upstream.trouble import fault_of
from tests.certificate import make_certificate
from tests.upstream.direct.conftest import Script, read_all
from tests.upstream.resolving import Scripted
from tests.upstreams.server import Server


async def ask(transport: DirectTransport, url: str, body: bytes = b"{}") -> bytes:
    return await read_all(await transport.exchange("POST", url, {}, body, 2))


@asynccontextmanager
async def opened(resolver: AbstractResolver | None = None) -> AsyncIterator[DirectTransport]:
    transport = DirectTransport(50, resolver=resolver)
    yield transport
    await transport.aclose()


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    return make_certificate(tmp_path, "llm.example")


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Have the system trust that certificate."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    trusting.cache_clear()
    yield certificate
    trusting.cache_clear()


@asynccontextmanager
async def behind_tls(server: Server, certificate: Path) -> AsyncIterator[int]:
    """Put a server behind TLS too, and give that port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(server._connect, "127.0.0.1", 0, ssl=context)
    yield listening.sockets[0].getsockname()[1]
    listening.close()


async def test_a_place_with_tls_is_reached_kept_and_sent_large_bodies(
    whole: Script, trusted: Path
) -> None:
    async with Server(whole) as server, behind_tls(server, trusted) as port:
        async with opened(Scripted()) as transport:
            for host in ("llm.example", "LLM.example", "llm.example."):
                for _ in range(2):
                    assert await ask(transport, f"https://{host}:{port}/") == b"ok"
            assert server.connection_count == 2
            body = bytes(8 * 1024 * 1024)
            assert await ask(transport, f"https://llm.example:{port}/", body) == b"ok"
            assert server.last.body == body
        await asyncio.sleep(0.05)
        assert not server.connections


async def test_a_certificate_of_another_host_is_not_accepted(whole: Script, trusted: Path) -> None:
    async with (
        Server(whole) as server,
        behind_tls(server, trusted) as port,
        opened(Scripted()) as transport,
    ):
        for host in ("other.example", "127.0.0.1"):
            with pytest.raises(ssl.SSLCertVerificationError) as caught:
                await ask(transport, f"https://{host}:{port}/")
            assert "certificate was not accepted" in fault_of(caught.value, "Far").message
    assert not server.seen


async def test_a_certificate_that_nobody_vouches_for_is_not_accepted(
    whole: Script, certificate: Path
) -> None:
    async with (
        Server(whole) as server,
        behind_tls(server, certificate) as port,
        opened(Scripted()) as transport,
    ):
        with pytest.raises(ssl.SSLCertVerificationError):
            await ask(transport, f"https://llm.example:{port}/")
    assert not server.seen


async def test_a_name_is_looked_up_once_for_many_connections(whole: Script) -> None:
    resolver = Scripted()
    async with Server(whole) as server, opened(resolver) as transport:
        port = server.url.rsplit(":", 1)[1]
        await asyncio.gather(*(ask(transport, f"http://far.example:{port}/") for _ in range(20)))
        assert server.connection_count > 1
        assert resolver.asked == ["far.example"]


async def test_a_name_that_was_not_found_is_looked_up_again(whole: Script) -> None:
    resolver = Scripted(far_example=lambda times: ("127.0.0.1",) if times else ())
    async with Server(whole) as server, opened(resolver) as transport:
        url = server.url.replace("127.0.0.1", "far.example")
        with pytest.raises(gaierror):
            await ask(transport, url)
        assert await ask(transport, url) == b"ok"


async def test_an_address_that_refuses_does_not_hide_one_that_answers(whole: Script) -> None:
    resolver = Scripted(far_example=lambda _: ("127.0.0.9", "::1", "127.0.0.1"))
    async with Server(whole) as server, opened(resolver) as transport:
        for _ in range(4):
            assert await ask(transport, server.url.replace("127.0.0.1", "far.example")) == b"ok"


async def test_a_refusal_is_told_in_the_systems_words() -> None:
    async with opened() as transport:
        with pytest.raises(httpx2.ConnectError) as caught:
            await ask(transport, "http://127.0.0.1:1/")
    fault = fault_of(caught.value, "Far")
    assert fault.kind is Kind.UNREACHABLE
    assert fault.detail == "ConnectError: Connection refused"
