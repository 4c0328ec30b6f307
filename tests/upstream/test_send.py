"""Sending to an upstream: what comes back, and what each way of failing becomes."""

import asyncio
import time

import pytest
from msgspec.structs import replace

from endpoints_server.domain.endpoint import Timeouts
from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.upstream.send import Incoming
from tests.upstream.conftest import PROMPT, QUICK, STREAMED, Way, endpoint_at

MEGABYTE = 1024 * 1024
PATIENT = Timeouts(
    connect_seconds=2, first_token_seconds=5, between_tokens_seconds=5, total_seconds=10
)
SOON = replace(PATIENT, connect_seconds=0.1)
"""Gives up early where no connection is to be had."""
LATEST_SECONDS = 1.5
"""Sooner than any deadline but the one that is meant, on a machine that stood still for a while."""


async def drain(incoming: Incoming) -> tuple[bytes, Fault | None]:
    """Read to the end, whatever that is."""
    received = b""
    try:
        while chunk := await incoming.read():
            received += chunk
    except Failed as failed:
        return received, failed.fault
    finally:
        incoming.close()
    return received, None


async def fails(way: Way, behaviour: str, body: bytes = STREAMED) -> Fault:
    """Send what must fail before its headers, and give the fault."""
    with pytest.raises(Failed) as caught:
        await way.send(behaviour, body)
    return caught.value.fault


async def until_left(way: Way, within_seconds: float = LATEST_SECONDS) -> None:
    """Wait until the provider sees us leave."""
    began_at = time.monotonic()
    while not way.provider.last.has_left:
        assert time.monotonic() - began_at < within_seconds, "the provider saw nobody leave"
        await asyncio.sleep(0.002)


async def test_a_whole_answer_arrives_with_status_and_lower_case_headers(way: Way) -> None:
    incoming = await way.send("good", PROMPT)
    assert incoming.status == 200
    assert incoming.headers["content-type"] == "application/json"
    assert "content-type" in dict(incoming.headers)
    assert b"Bad news travels fast." in await incoming.read_all(MEGABYTE)
    assert await incoming.read() == b""
    assert way.provider.last.body == PROMPT
    assert way.provider.last.headers["content-length"] == str(len(PROMPT))


async def test_nothing_but_what_http_needs_is_added_to_a_request(way: Way) -> None:
    (await way.send("good", PROMPT)).close()
    sent = way.provider.last.headers
    assert set(sent) <= {
        *("host", "content-length", "content-type"),
        *("accept", "accept-encoding", "user-agent"),
    }
    assert sent["accept-encoding"] == "identity"
    assert "python" not in sent.get("user-agent", "").lower()


async def test_the_first_bytes_are_given_before_the_rest_has_come(way: Way) -> None:
    incoming = await way.send("two_steps")
    began_at = time.monotonic()
    first = await incoming.read()
    took_seconds = time.monotonic() - began_at
    assert first.startswith(b"data: ")
    assert b"[DONE]" not in first
    assert took_seconds < way.provider.pause_seconds
    rest, fault = await drain(incoming)
    assert rest.endswith(b"data: [DONE]\n\n")
    assert fault is None


@pytest.mark.parametrize("behaviour", ["hang", "hang_after_headers"])
async def test_no_first_byte_in_time_is_slow(way: Way, behaviour: str) -> None:
    began_at = time.monotonic()
    try:
        _, fault = await drain(await way.send(behaviour))
    except Failed as failed:
        fault = failed.fault
    assert 0.15 < time.monotonic() - began_at < LATEST_SECONDS
    assert fault is not None
    assert fault.kind is Kind.UPSTREAM_SLOW
    assert fault.message == "The endpoint 'Bad' did not begin to answer within 0.2 seconds."
    await until_left(way)


async def test_silence_after_the_first_bytes_is_slow_and_the_bytes_are_given(way: Way) -> None:
    received, fault = await drain(await way.send("hang_after_first"))
    assert b"Bad " in received
    assert fault is not None
    assert fault.kind is Kind.UPSTREAM_SLOW
    assert "fell silent in the middle of its answer for 0.2 seconds" in fault.message
    await until_left(way)


async def test_an_answer_that_dribbles_on_meets_the_total_deadline(way: Way) -> None:
    began_at = time.monotonic()
    received, fault = await drain(
        await way.send("dribble", timeouts=replace(QUICK, total_seconds=0.5))
    )
    assert 0.4 < time.monotonic() - began_at < LATEST_SECONDS
    assert 3 < len(received) < 30
    assert fault is not None
    assert fault.kind is Kind.UPSTREAM_SLOW
    assert "did not finish its answer within 0.5 seconds" in fault.message
    await until_left(way)


async def test_a_total_deadline_holds_before_the_headers_too(way: Way) -> None:
    with pytest.raises(Failed) as caught:
        await way.send("hang", timeouts=replace(PATIENT, total_seconds=0.1))
    assert "did not finish its answer within 0.1 seconds" in caught.value.fault.message
    task = asyncio.current_task()
    assert task is not None
    assert not task.cancelling(), "a deadline left the task half cancelled"


async def test_a_caller_that_reads_slowly_is_not_taken_for_a_silent_endpoint(way: Way) -> None:
    quick = replace(QUICK, first_token_seconds=0.05, between_tokens_seconds=0.05)
    incoming = await way.send("good", timeouts=quick)
    received = b""
    while chunk := await incoming.read():
        received += chunk
        await asyncio.sleep(0.15)
    assert received.endswith(b"data: [DONE]\n\n")


@pytest.mark.parametrize("behaviour", ["close_before_headers", "reset_before_headers"])
async def test_a_connection_closed_before_the_headers_is_broken(way: Way, behaviour: str) -> None:
    fault = await fails(way, behaviour)
    assert fault.kind is Kind.UPSTREAM_BROKEN
    assert "closed the connection before its answer was complete" in fault.message
    assert len(way.provider.seen) == 1, "a request on a connection of its own is not sent twice"


@pytest.mark.parametrize("behaviour", ["close_mid_event", "reset_mid_body"])
@pytest.mark.parametrize("body", [STREAMED, PROMPT], ids=["stream", "whole"])
@pytest.mark.parametrize("delay_seconds", [0.0, 0.1], ids=["reading", "not yet reading"])
async def test_an_answer_cut_short_gives_its_bytes_and_then_breaks(
    way: Way, behaviour: str, body: bytes, delay_seconds: float
) -> None:
    incoming = await way.send(behaviour, body)
    await asyncio.sleep(delay_seconds)
    received, fault = await drain(incoming)
    assert received.startswith(b"data: " if body is STREAMED else b"{")
    assert fault is not None
    assert fault.kind is Kind.UPSTREAM_BROKEN


async def test_a_body_shorter_than_announced_is_broken(way: Way) -> None:
    received, fault = await drain(await way.send("short_length", PROMPT))
    assert received.endswith(b"}")
    assert fault is not None
    assert fault.kind is Kind.UPSTREAM_BROKEN


@pytest.mark.parametrize("behaviour", ["gzipped", "deflated", "brotlied", "zstandard"])
async def test_an_answer_encoded_unasked_arrives_decoded(way: Way, behaviour: str) -> None:
    incoming = await way.send(behaviour)
    assert "content-encoding" not in incoming.headers
    assert "content-length" not in incoming.headers
    assert (await incoming.read_all(MEGABYTE)).endswith(b"data: [DONE]\n\n")


async def test_an_answer_falsely_called_encoded_is_broken(way: Way) -> None:
    received, fault = await drain(await way.send("gzip_broken"))
    assert received == b""
    assert fault is not None
    assert fault.kind is Kind.UPSTREAM_BROKEN


async def test_an_answer_in_http_1_0_ends_with_its_connection(way: Way) -> None:
    received, fault = await drain(await way.send("http10"))
    assert received.endswith(b"data: [DONE]\n\n")
    assert fault is None


async def test_a_redirect_is_given_as_it_is_and_not_followed(way: Way) -> None:
    incoming = await way.send("redirect")
    assert incoming.status == 307
    assert incoming.headers["location"] == "/good/v1/models"
    assert await incoming.read_all(MEGABYTE) == b""
    assert len(way.provider.seen) == 1


async def test_an_answer_may_come_while_the_request_is_still_going_out(way: Way) -> None:
    incoming = await way.send("early_answer", b" " * (32 * MEGABYTE), PATIENT)
    assert incoming.status == 413
    assert b"request_too_large" in await incoming.read_all(MEGABYTE)
    await until_left(way)


async def test_what_speaks_no_http_is_broken(way: Way) -> None:
    fault = await fails(way, "no_http")
    assert fault.kind is Kind.UPSTREAM_BROKEN
    assert "could not be read" in fault.message


async def test_a_body_over_the_limit_is_broken_and_let_go(way: Way) -> None:
    incoming = await way.send("oversized")
    with pytest.raises(Failed) as caught:
        await incoming.read_all(MEGABYTE)
    assert caught.value.fault.kind is Kind.UPSTREAM_BROKEN
    assert "more than 1048576 bytes" in caught.value.fault.message
    await until_left(way)


async def test_a_huge_event_arrives_whole(way: Way) -> None:
    body = await (await way.send("huge_event", timeouts=PATIENT)).read_all(16 * MEGABYTE)
    assert len(body) > 8 * MEGABYTE
    assert body.endswith(b"data: [DONE]\n\n")


async def test_a_handshake_that_never_ends_is_unreachable(way: Way) -> None:
    way.endpoint = replace(way.endpoint, timeouts=SOON)
    began_at = time.monotonic()
    with pytest.raises(Failed) as caught:
        await way.send_to(f"{way.provider.slow_tls_url}/v1/chat/completions")
    assert time.monotonic() - began_at < LATEST_SECONDS
    assert caught.value.fault.kind is Kind.UNREACHABLE
    assert "no connection in the time allowed" in caught.value.fault.message


async def test_tls_asked_of_a_server_without_it_is_unreachable(way: Way) -> None:
    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP ready\r\n")
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
        with pytest.raises(Failed) as caught:
            await way.send_to(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    assert caught.value.fault.kind is Kind.UNREACHABLE
    assert "no TLS connection" in caught.value.fault.message


async def test_a_port_nobody_listens_on_is_unreachable(way: Way) -> None:
    with pytest.raises(Failed) as caught:
        await way.send_to("http://127.0.0.1:1/v1?key=s3cr3t-canary")
    fault = caught.value.fault
    assert fault.kind is Kind.UNREACHABLE
    assert "Connection refused" in fault.detail
    assert "canary" not in fault.message + fault.detail


async def test_a_name_that_does_not_resolve_is_unreachable(way: Way) -> None:
    way.endpoint = replace(way.endpoint, timeouts=PATIENT)
    with pytest.raises(Failed) as caught:
        await way.send_to("http://nowhere.invalid/v1")
    assert caught.value.fault.kind is Kind.UNREACHABLE
    assert "host name was not found" in caught.value.fault.message


@pytest.mark.parametrize("url", ["", "nonsense", "ftp://127.0.0.1/x", "http://[::1", "http:///x"])
async def test_what_is_no_address_is_unreachable(way: Way, url: str) -> None:
    with pytest.raises(Failed) as caught:
        await way.send_to(url)
    assert caught.value.fault.kind is Kind.UNREACHABLE
    assert "valid http or https address" in caught.value.fault.message


@pytest.mark.parametrize("behaviour", ["hang", "hang_after_headers", "hang_after_first"])
async def test_the_upstream_sees_a_cancelled_call_leave_at_once(way: Way, behaviour: str) -> None:
    async def call() -> None:
        incoming = await way.send(behaviour, timeouts=PATIENT)
        try:
            while await incoming.read():
                pass
        finally:
            incoming.close()

    calling = asyncio.create_task(call())
    await asyncio.sleep(0.1)
    calling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await calling
    await until_left(way)


async def test_a_call_cancelled_in_its_upload_lets_its_connection_go(way: Way) -> None:
    calling = asyncio.create_task(way.send("deaf", b" " * (32 * MEGABYTE), PATIENT))
    await asyncio.sleep(0.1)
    calling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await calling
    way.provider.last_connection.transport.resume_reading()
    await until_left(way)


async def test_a_cancelled_read_loses_nothing(way: Way) -> None:
    incoming = await way.send("two_steps")
    received = await incoming.read()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(incoming.read(), 0.01)
    rest, fault = await drain(incoming)
    whole = received + rest
    assert whole.count(b"data: ") == len(whole.strip().split(b"\n\n"))
    assert whole.endswith(b"data: [DONE]\n\n")
    assert fault is None


async def test_a_call_cancelled_as_its_deadline_passes_stays_cancelled(way: Way) -> None:
    calling = asyncio.create_task(way.send("hang"))
    asyncio.get_running_loop().call_later(0.2, calling.cancel)
    with pytest.raises((asyncio.CancelledError, Failed)):
        await calling
    assert calling.cancelled() or isinstance(calling.exception(), Failed)


async def test_closing_twice_and_late_does_no_harm(way: Way) -> None:
    incoming = await way.send("good")
    await drain(incoming)
    incoming.close()
    incoming.close()
    assert (await way.send("good")).status == 200


async def test_a_connection_gone_stale_is_replaced_without_a_word(way: Way) -> None:
    assert await (await way.send("stale", PROMPT)).read_all(MEGABYTE)
    assert await (await way.send("stale", PROMPT)).read_all(MEGABYTE)
    assert way.provider.connection_count == 2
    assert [seen.body for seen in way.provider.seen] == [PROMPT] * 3


async def test_a_connection_lost_late_is_not_tried_again(way: Way) -> None:
    assert await (await way.send("good", PROMPT)).read_all(MEGABYTE)
    with pytest.raises(Failed) as caught:
        await way.send("close_later", timeouts=PATIENT)
    assert caught.value.fault.kind is Kind.UPSTREAM_BROKEN
    assert len(way.provider.seen) == 2


async def test_connections_are_used_again_and_none_leaks(way: Way) -> None:
    for _ in range(3):
        incomings = await asyncio.gather(*(way.send("good") for _ in range(10)))
        await asyncio.gather(*(drain(incoming) for incoming in incomings))
    assert way.provider.connection_count == 10
    assert len(way.provider.connections) == 10
    for behaviour in ("close_mid_event", "reset_mid_body", "hang_after_first", "oversized"):
        incoming = await way.send(behaviour)
        await incoming.read()
        incoming.close()
    await asyncio.sleep(0.05)
    assert len(way.provider.connections) <= 10


async def test_no_more_connections_are_opened_than_allowed(way: Way) -> None:
    way.endpoint = endpoint_at(way.provider.url, "narrow", max_connections=2)
    with way.upstreams.acquire(way.endpoint):
        first = await way.send("hang_after_first", timeouts=PATIENT)
        second = await way.send("hang_after_first", timeouts=PATIENT)
        with pytest.raises(Failed) as caught:
            await way.send("good", timeouts=SOON)
        assert caught.value.fault.kind is Kind.UPSTREAM_SLOW
        assert "no free connection" in caught.value.fault.message
        first.close()
        assert (await way.send("good")).status == 200
        second.close()
    assert way.provider.connection_count == 3
