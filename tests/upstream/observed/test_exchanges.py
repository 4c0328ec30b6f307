"""What is noted of an exchange, and that it goes on as if nobody looked."""

from msgspec.structs import replace

from endpoints_server.domain.endpoint import Credential, Endpoint
from endpoints_server.domain.secret import Secret
from endpoints_server.upstream.observed.exchanges import HEAD_BYTES, ObservedUpstreams
from endpoints_server.upstream.send import Outgoing, send
from tests.upstreams.server import Exchange, Server

BODY = b"x" * (HEAD_BYTES + 1000)


async def answer(exchange: Exchange) -> None:
    await exchange.read_body()
    exchange.whole("418 I am a teapot", "text/plain", BODY)


async def test_an_exchange_is_noted_and_its_headers_by_name_alone() -> None:
    upstreams = ObservedUpstreams()
    async with Server(answer) as server:
        endpoint = Endpoint(
            name="a",
            slug="a",
            wire="openai_chat",
            address=server.url,
            credential=Credential(secret=Secret("k")),
            models=(),
        )
        headers = {"Authorization": "Bearer c4n4ry"}
        outgoing = Outgoing(url=f"{server.url}/v1", headers=headers, body=b"{}")
        with upstreams.acquire(endpoint) as upstream:
            incoming = await send(upstream, outgoing)
            body = await incoming.read_all(10**6)
            incoming.close()
        with upstreams.acquire(replace(endpoint)) as upstream:
            (await send(upstream, outgoing)).close()
        await upstreams.close()
    first, second = upstreams.exchanges
    assert body == BODY
    assert (first.status, first.request) == (418, b"{}")
    assert first.head == BODY[:HEAD_BYTES]
    assert first.header_names == {"authorization"}
    assert "c4n4ry" not in repr(first)
    assert second.status == 418
