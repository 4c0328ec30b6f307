"""Transports live as long as somebody needs them, and no longer."""

import asyncio

import pytest
from msgspec.structs import replace

from endpoints_server.domain.catalog import catalog_of
from endpoints_server.domain.endpoint import Endpoint, Timeouts
from endpoints_server.domain.fault import Failed
from endpoints_server.upstream.clients import Upstreams
from endpoints_server.upstream.send import Incoming, Outgoing, send
from tests.upstream.conftest import QUICK, STREAMED, endpoint_at
from tests.upstreams.bad import BadProvider


async def call(upstreams: Upstreams, endpoint: Endpoint, behaviour: str = "good") -> bytes:
    """Make one call and read its answer."""
    with upstreams.acquire(endpoint) as upstream:
        incoming = await send(upstream, outgoing(endpoint, behaviour))
        try:
            return await incoming.read_all(1 << 20)
        finally:
            incoming.close()


def outgoing(endpoint: Endpoint, behaviour: str) -> Outgoing:
    url = f"{endpoint.address}/{behaviour}/chat/completions"
    return Outgoing(url=url, headers={"content-type": "application/json"}, body=STREAMED)


async def finish(incoming: Incoming) -> bytes:
    received = b""
    while chunk := await incoming.read():
        received += chunk
    return received


async def test_a_connection_is_kept_across_a_reload_that_changes_nothing_about_it(
    provider: BadProvider,
) -> None:
    endpoint = endpoint_at(provider.url)
    upstreams = Upstreams()
    upstreams.adopt(catalog_of((endpoint,), "1"))
    await call(upstreams, endpoint)
    reloaded = replace(endpoint, timeouts=replace(QUICK, total_seconds=9.0), name="Renamed")
    upstreams.adopt(catalog_of((reloaded,), "2"))
    await call(upstreams, reloaded)
    await call(upstreams, endpoint)
    assert provider.connection_count == 1
    await upstreams.close()


async def test_the_deadlines_are_those_of_the_endpoint_a_call_was_planned_with(
    provider: BadProvider,
) -> None:
    hasty = endpoint_at(provider.url)
    patient = replace(hasty, timeouts=Timeouts())
    upstreams = Upstreams()
    upstreams.adopt(catalog_of((patient,), "1"))
    upstream = upstreams.acquire(hasty)
    with upstreams.acquire(patient), upstream, pytest.raises(Failed) as caught:
        await send(upstream, outgoing(hasty, "hang"))
    assert "0.2 seconds" in caught.value.fault.message
    await upstreams.close()


async def test_a_removed_endpoint_is_let_go_only_when_its_last_call_has_ended(
    provider: BadProvider,
) -> None:
    endpoint = endpoint_at(provider.url)
    upstreams = Upstreams()
    upstreams.adopt(catalog_of((endpoint,), "1"))
    with upstreams.acquire(endpoint) as upstream:
        incoming = await send(upstream, outgoing(endpoint, "two_steps"))
        await incoming.read()
        upstreams.adopt(catalog_of((), "2"))
        await asyncio.sleep(0.01)
        assert provider.connections, "the connection of a running call was closed"
        assert (await finish(incoming)).endswith(b"data: [DONE]\n\n")
        assert await call(upstreams, endpoint)
    await asyncio.sleep(0.02)
    assert not provider.connections
    await upstreams.close()


async def test_a_changed_address_opens_a_transport_and_retires_the_old_one(
    provider: BadProvider,
) -> None:
    endpoint = endpoint_at(provider.url)
    upstreams = Upstreams()
    upstreams.adopt(catalog_of((endpoint,), "1"))
    await call(upstreams, endpoint)
    moved = replace(endpoint, address=provider.url + "/good")
    upstreams.adopt(catalog_of((moved,), "2"))
    await asyncio.sleep(0.02)
    assert not provider.connections
    await call(upstreams, moved)
    assert len(provider.connections) == 1
    await upstreams.close()


async def test_an_endpoint_outside_the_catalog_is_connected_while_calls_use_it(
    provider: BadProvider,
) -> None:
    own = endpoint_at(provider.url, "own")
    upstreams = Upstreams()
    upstreams.adopt(catalog_of((), "1"))
    with upstreams.acquire(own):
        await call(upstreams, own)
        await call(upstreams, own)
        assert provider.connection_count == 1
    await asyncio.sleep(0.02)
    assert not provider.connections
    assert await call(upstreams, own)
    await upstreams.close()


async def test_no_call_fails_while_the_catalog_changes_all_the_time(
    provider: BadProvider,
) -> None:
    upstreams = Upstreams()
    one = replace(endpoint_at(provider.url), timeouts=Timeouts())
    other = replace(one, address=provider.url + "/good")
    current = [one]

    async def work() -> None:
        for _ in range(40):
            assert (await call(upstreams, current[0])).endswith(b"data: [DONE]\n\n")

    async def reload() -> None:
        for number in range(60):
            current[0] = (one, other)[number % 2]
            upstreams.adopt(catalog_of((current[0],) if number % 3 else (), str(number)))
            await asyncio.sleep(0.002)

    await asyncio.gather(*(work() for _ in range(8)), reload())
    upstreams.adopt(catalog_of((), "end"))
    await upstreams.close()
    await asyncio.sleep(0.02)
    assert not provider.connections


async def test_closing_ends_what_still_runs(provider: BadProvider) -> None:
    endpoint = endpoint_at(provider.url)
    upstreams = Upstreams()
    upstreams.adopt(catalog_of((endpoint,), "1"))
    with upstreams.acquire(endpoint) as upstream:
        incoming = await send(upstream, outgoing(endpoint, "hang_after_first"))
        await incoming.read()
        await upstreams.close()
    await asyncio.sleep(0.02)
    assert provider.last.has_left
    incoming.close()
