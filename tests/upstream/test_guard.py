"""Addresses that people chose: what is refused is never connected to."""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from socket import AF_INET, IPPROTO_TCP, SOCK_STREAM

import httpx2
import pytest
from msgspec.structs import replace

from endpoints_server.domain.address.allowed import AllowedAddresses, Mistake, read_allowed
from endpoints_server.domain.catalog import catalog_of
from endpoints_server.domain.endpoint import Credential, Endpoint, Timeouts
from endpoints_server.domain.fault import Failed, Fault
from endpoints_server.domain.wire import Target
from endpoints_server.upstream.clients import Upstreams
from endpoints_server.upstream.direct.transport import DirectTransport
from endpoints_server.upstream.guard import Guard
from endpoints_server.upstream.send import Outgoing, send
from endpoints_server.wires.openai_chat.address import address as chat_address
from tests.upstream.conftest import PROMPT, endpoint_at
from tests.upstream.resolving import Scripted
from tests.upstream.spellings import INVALID, REFUSED
from tests.upstreams.server import Exchange, Server

PUBLIC = "93.184.215.14"
watchers: list[list[object]] = []


def note(event: str, told: tuple[object, ...]) -> None:
    if event == "socket.connect":
        for watcher in watchers:
            watcher.append(told[1])


sys.addaudithook(note)


@contextmanager
def watched() -> Iterator[list[object]]:
    """Give every address that this process connects a socket to, meanwhile."""
    reached: list[object] = []
    watchers.append(reached)
    yield reached
    watchers.remove(reached)


async def welcome(exchange: Exchange) -> None:
    await exchange.read_body()
    exchange.whole("200 OK", "application/json", b'{"ok":true}')


@pytest.fixture
async def listener() -> AsyncIterator[Server]:
    async with Server(welcome) as server:
        yield server


def port_of(server: Server) -> int:
    return int(server.url.rsplit(":", 1)[1])


def personal(address: str) -> Endpoint:
    return replace(
        endpoint_at(address),
        credential=Credential(owner="user"),
        timeouts=Timeouts(),
        is_personal=True,
    )


def allowing(*entries: str) -> AllowedAddresses:
    places = [read_allowed(entry) for entry in entries]
    return frozenset(place for place in places if not isinstance(place, Mistake))


def upstreams_with(resolver: Scripted, *entries: str) -> Upstreams:
    upstreams = Upstreams(resolver)
    upstreams.adopt(catalog_of((), "1", allowed_addresses=allowing(*entries)))
    return upstreams


async def status_of(upstreams: Upstreams, endpoint: Endpoint, url: str = "") -> int:
    """Make one call, read its answer, and give its status."""
    url = url or chat_address(endpoint.address, Target())
    with upstreams.acquire(endpoint) as upstream:
        incoming = await send(upstream, Outgoing(url=url, headers={}, body=PROMPT))
        try:
            await incoming.read_all(1 << 20)
        finally:
            incoming.close()
        return incoming.status


async def fault_of(upstreams: Upstreams, endpoint: Endpoint, url: str = "") -> Fault:
    with pytest.raises(Failed) as caught:
        await status_of(upstreams, endpoint, url)
    return caught.value.fault


def test_the_corpus_holds_more_than_three_hundred_spellings() -> None:
    assert len(REFUSED) + len(set(INVALID)) > 300


async def test_no_spelling_reaches_an_address_that_is_refused(listener: Server) -> None:
    upstreams = Upstreams(Scripted())
    with watched() as reached:
        for text in REFUSED:
            url = text.replace("{port}", str(port_of(listener)))
            fault = await fault_of(upstreams, personal(url))
            assert (fault.public_code, fault.http_status) == ("address_refused", 403), url
            assert not fault.rule.may_retry
            assert not fault.rule.has_next
        for text in INVALID:
            url = text.replace("{port}", str(port_of(listener)))
            fault = await fault_of(upstreams, personal(url))
            assert (fault.public_code, fault.http_status) == ("address_invalid", 400), url
        assert not reached
    assert listener.connection_count == 0
    await upstreams.close()


async def test_the_administrators_own_addresses_are_not_restricted(listener: Server) -> None:
    upstreams = Upstreams(Scripted())
    for number, host in enumerate(("127.0.0.1", "[::ffff:127.0.0.1]", "localhost", "ollama"), 1):
        with watched() as reached:
            assert await status_of(upstreams, endpoint_at(f"http://{host}:{port_of(listener)}"))
            assert reached
        assert listener.connection_count == number
    await upstreams.close()


@pytest.mark.parametrize(
    "answers",
    [
        ("127.0.0.1",),
        ("127.0.0.1", "127.0.0.1"),
        ("10.0.0.1", PUBLIC),
        (PUBLIC, "10.0.0.1"),
        (PUBLIC, PUBLIC, "2606:4700::1111", "::1"),
        ("2606:4700::1111", "::ffff:127.0.0.1"),
        ("::ffff:7f00:1",),
        ("64:ff9b::7f00:1",),
        ("fe80::1%lo",),
        ("169.254.169.254",),
        ("0.0.0.0",),
        ("::",),
        ("fec0::1", "ff02::1"),
    ],
)
async def test_one_refused_address_of_a_name_refuses_it(
    listener: Server, answers: tuple[str, ...]
) -> None:
    upstreams = Upstreams(Scripted(llm_example=lambda _: answers))
    with watched() as reached:
        fault = await fault_of(upstreams, personal(f"http://LLM.example:{port_of(listener)}"))
        assert not reached
    assert fault.public_code == "address_refused"
    assert "'LLM.example'" in fault.message
    assert not any(answer in fault.message for answer in answers)
    assert listener.connection_count == 0
    await upstreams.close()


async def test_a_name_that_changes_between_look_ups_never_gets_through() -> None:
    async with Server(welcome) as forbidden:
        friend = Server(welcome)
        port = port_of(forbidden)
        listening = await asyncio.get_running_loop().create_server(
            friend._connect, "127.0.0.2", port
        )
        turns = Scripted(llm_example=lambda times: ("127.0.0.1" if times % 2 else "127.0.0.2",))
        upstreams = upstreams_with(turns, f"127.0.0.2:{port}")
        endpoint = personal(f"http://llm.example:{port}")
        for number in range(20):
            if number % 2:
                assert (await fault_of(upstreams, endpoint)).public_code == "address_refused"
            else:
                assert await status_of(upstreams, endpoint) == 200
        assert turns.asked == ["llm.example"] * 20
        assert friend.connection_count == 10
        assert forbidden.connection_count == 0
        await upstreams.close()
        listening.close()
        for connection in list(friend.connections):
            connection.transport.abort()


async def test_many_calls_at_once_are_all_refused(listener: Server) -> None:
    upstreams = Upstreams(Scripted())
    endpoint = personal(f"http://llm.example:{port_of(listener)}")
    faults = await asyncio.gather(*(fault_of(upstreams, endpoint) for _ in range(50)))
    assert {fault.public_code for fault in faults} == {"address_refused"}
    assert listener.connection_count == 0
    await upstreams.close()


@pytest.mark.parametrize(
    ("host", "entry"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("[::ffff:127.0.0.1]", "127.0.0.1"),
        ("127.0.0.1", "[::FFFF:7f00:1]"),
        ("localhost", "LocalHost"),
        ("localhost.", "localhost"),
        ("ollama", "ollama"),
        ("ollama", "127.0.0.1"),
    ],
)
async def test_an_allowed_address_is_reached(listener: Server, host: str, entry: str) -> None:
    upstreams = upstreams_with(Scripted(), f"{entry}:{port_of(listener)}")
    endpoint = personal(f"http://{host}:{port_of(listener)}/v1")
    assert await status_of(upstreams, endpoint) == 200
    assert listener.last.path == "/v1/chat/completions"
    await upstreams.close()


@pytest.mark.parametrize(
    ("host", "entry"),
    [
        ("127.0.0.1", "localhost:{port}"),
        ("localhost", "127.0.0.1:{port}"),
        ("127.0.0.1", "127.0.0.2:{port}"),
        ("127.0.0.1", "127.0.0.1:80"),
        ("ollama", "ollama:80"),
        ("ollama", "llm:{port}"),
        ("x.ollama", "ollama:{port}"),
        ("ollama", "*:{port}"),
    ],
)
async def test_an_entry_allows_its_own_host_and_port_alone(
    listener: Server, host: str, entry: str
) -> None:
    port = port_of(listener)
    upstreams = upstreams_with(Scripted(), entry.replace("{port}", str(port)))
    fault = await fault_of(upstreams, personal(f"http://{host}:{port}"))
    assert fault.public_code == "address_refused"
    assert f"'{host}:{port}'" in fault.message
    assert listener.connection_count == 0
    await upstreams.close()


async def test_connections_are_kept_and_names_looked_up_once(listener: Server) -> None:
    resolver = Scripted()
    upstreams = upstreams_with(resolver, f"llm.example:{port_of(listener)}")
    endpoint = personal(f"http://llm.example:{port_of(listener)}")
    with upstreams.acquire(endpoint):
        for _ in range(5):
            assert await status_of(upstreams, endpoint) == 200
    assert listener.connection_count == 1
    assert resolver.asked == ["llm.example"]
    assert listener.last.headers["host"] == f"llm.example:{port_of(listener)}"
    await upstreams.close()


async def test_what_is_no_longer_allowed_is_not_reached_by_a_kept_connection(
    listener: Server,
) -> None:
    upstreams = upstreams_with(Scripted(), f"127.0.0.1:{port_of(listener)}")
    endpoint = personal(listener.url)
    with upstreams.acquire(endpoint):
        assert await status_of(upstreams, endpoint) == 200
        upstreams.adopt(catalog_of((), "2"))
        assert (await fault_of(upstreams, endpoint)).public_code == "address_refused"
    assert len(listener.seen) == 1
    await upstreams.close()


async def test_a_person_cannot_use_the_connections_of_an_endpoint_of_the_same_name(
    listener: Server,
) -> None:
    upstreams = Upstreams(Scripted())
    house = endpoint_at(listener.url)
    upstreams.adopt(catalog_of((house,), "1"))
    assert await status_of(upstreams, house) == 200
    fault = await fault_of(upstreams, personal(listener.url))
    assert fault.public_code == "address_refused"
    assert await status_of(upstreams, house) == 200
    assert len(listener.seen) == 2
    await upstreams.close()


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:{port}/v1", "http://other.example:{port}/v1", "https://llm.example"]
)
async def test_a_call_cannot_leave_the_origin_of_its_endpoint(listener: Server, url: str) -> None:
    port = port_of(listener)
    entries = (f"llm.example:{port}", f"other.example:{port}", f"127.0.0.1:{port}")
    upstreams = upstreams_with(Scripted(), *entries)
    endpoint = personal(f"http://llm.example:{port}")
    assert await status_of(upstreams, endpoint) == 200
    fault = await fault_of(upstreams, endpoint, url.replace("{port}", str(port)))
    assert fault.public_code == "address_refused"
    assert len(listener.seen) == 1
    await upstreams.close()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_to_a_private_address_is_not_followed(
    listener: Server, status: int
) -> None:
    async def elsewhere(exchange: Exchange) -> None:
        await exchange.read_body()
        exchange.whole(f"{status} Moved", "text/plain", b"", f"location: {listener.url}/v1")

    async with Server(elsewhere) as sending:
        upstreams = upstreams_with(Scripted(), f"llm.example:{port_of(sending)}")
        endpoint = personal(f"http://llm.example:{port_of(sending)}")
        assert await status_of(upstreams, endpoint) == status
        await upstreams.close()
    assert listener.connection_count == 0


async def test_a_person_s_endpoint_is_reached_without_a_proxy(
    listener: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Server(welcome) as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        upstreams = upstreams_with(Scripted(), f"llm.example:{port_of(listener)}")
        url = f"http://llm.example:{port_of(listener)}"
        assert await status_of(upstreams, personal(url)) == 200
        assert proxy.connection_count == 0
        assert await status_of(upstreams, endpoint_at(url)) == 200
        assert proxy.connection_count == 1
        await upstreams.close()
    assert len(listener.seen) == 1


async def test_tls_is_asked_for_by_the_name_that_was_typed() -> None:
    hello: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hello.set_result(await reader.read(4096))
        writer.close()

    async with await asyncio.start_server(listen, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        upstreams = upstreams_with(Scripted(), f"llm.example:{port}")
        fault = await fault_of(upstreams, personal(f"https://LLM.example:{port}"))
        assert fault.public_code == "upstream_unreachable"
        assert b"llm.example" in await hello
        await upstreams.close()


async def test_the_socket_itself_is_refused_where_a_look_up_was_not_judged(
    listener: Server,
) -> None:
    guard = Guard(f"http://llm.example:{port_of(listener)}", frozenset(), Scripted())
    with pytest.raises(PermissionError):
        guard.open_socket((AF_INET, SOCK_STREAM, IPPROTO_TCP, "", ("127.0.0.1", 80)))
    guard.open_socket((AF_INET, SOCK_STREAM, IPPROTO_TCP, "", (PUBLIC, 80))).close()
    transport = DirectTransport(1, open_socket=guard.open_socket, resolver=Scripted())
    for host in ("llm.example", "127.0.0.1"):
        with pytest.raises(httpx2.ConnectError):
            await transport.handle_async_request(
                httpx2.Request("POST", f"http://{host}:{port_of(listener)}")
            )
    await transport.aclose()
    assert listener.connection_count == 0
