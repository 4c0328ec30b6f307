"""The transport under httpx2's own client, and the one place where addresses can be refused."""

import socket
from collections.abc import AsyncIterator

import httpx2
import pytest
from aiohappyeyeballs import AddrInfoType
from yarl import URL

from endpoints_server.upstream.direct.transport import DirectTransport
from endpoints_server.upstream.proxied import ProxiedTransport
from endpoints_server.upstream.proxy import find_proxy
from tests.upstreams.bad import BadProvider

Transport = DirectTransport | ProxiedTransport


@pytest.fixture(params=[DirectTransport, ProxiedTransport], ids=["direct", "proxied"])
async def transport(request: pytest.FixtureRequest) -> AsyncIterator[Transport]:
    transport: Transport = request.param(10)
    yield transport
    await transport.aclose()


async def test_httpx2_can_use_the_transport(provider: BadProvider, transport: Transport) -> None:
    async with httpx2.AsyncClient(transport=transport) as client:
        listed = await client.get(f"{provider.url}/v1/models")
        assert [model["id"] for model in listed.json()["data"]] == ["bad-1", "bad-2"]
        packed = await client.post(f"{provider.url}/gzipped/v1/chat/completions", json={"n": 1})
        assert packed.json()["choices"]
        assert provider.last.body == b'{"n":1}'


async def test_a_streamed_request_body_is_sent_whole(
    provider: BadProvider, transport: Transport
) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b'{"model":'
        yield b'"bad-1"}'

    async with httpx2.AsyncClient(transport=transport) as client:
        await client.post(f"{provider.url}/good/v1/chat/completions", content=pieces())
    assert provider.last.body == b'{"model":"bad-1"}'
    assert "transfer-encoding" not in provider.last.headers


async def test_every_address_about_to_be_connected_can_be_refused(provider: BadProvider) -> None:
    judged: list[str] = []

    def open_socket(found: AddrInfoType) -> socket.socket:
        judged.append(str(found[4][0]))
        raise PermissionError("not this one")

    transport = DirectTransport(10, open_socket=open_socket)
    port = provider.url.rsplit(":", 1)[1]
    for host in ("127.0.0.1", "localhost"):
        with pytest.raises(httpx2.ConnectError):
            await transport.handle_async_request(
                httpx2.Request("POST", f"http://{host}:{port}/good")
            )
    await transport.aclose()
    assert "127.0.0.1" in judged
    assert not provider.seen


async def test_a_request_goes_through_a_proxy(provider: BadProvider) -> None:
    transport = ProxiedTransport(10, URL(provider.url).with_user("someone").with_password("s3cret"))
    request = httpx2.Request("POST", "http://far.example/v1/chat/completions", content=b"{}")
    assert (await transport.handle_async_request(request)).status_code == 200
    await transport.aclose()
    assert provider.last.path == "http://far.example/v1/chat/completions"
    assert provider.last.headers["host"] == "far.example"
    assert provider.last.headers["proxy-authorization"].startswith("Basic ")


def test_the_environment_names_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    assert find_proxy("https://api.example/v1") is None
    monkeypatch.setenv("HTTPS_PROXY", "proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", "inner.example,.corp.example")
    assert find_proxy("https://api.example/v1") == URL("http://proxy.example:3128")
    assert find_proxy("http://api.example/v1") is None
    assert find_proxy("https://inner.example/v1") is None
    assert find_proxy("https://llm.corp.example/v1") is None


@pytest.mark.parametrize("host", ["localhost:1234", "127.0.0.1:11434", "[::1]:8080"])
def test_this_machine_is_never_behind_a_proxy(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:3128")
    assert find_proxy(f"http://{host}/v1") is None
