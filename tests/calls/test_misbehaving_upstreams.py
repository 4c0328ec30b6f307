"""Everything an upstream can do wrong, on every wire, to callers of the same and of others."""

import asyncio
import time

import httpx2
import pytest
from msgspec.structs import replace

from endpoints_server.domain.fault import RULES, Kind
from endpoints_server.domain.money.entry import Entry, Outcome
from tests.calls.asking import PATHS, Got, ask
from tests.calls.conftest import TIMEOUTS
from tests.calls.expected import CASES, LARGE, PAIRS, Expected, expected
from tests.calls.places import model_of
from tests.serving import Serving
from tests.upstreams.bad import BEHAVIOURS, BadProvider

WAYS = [(*pair, is_stream) for pair in PAIRS for is_stream in (True, False)]
GRACE_SECONDS = 0.5


def test_the_table_holds_every_behaviour() -> None:
    assert set(CASES) == set(BEHAVIOURS) | {"slow_tls"}


@pytest.mark.parametrize("behaviour", CASES)
async def test_a_caller_gets_the_answer_or_one_clear_error(
    behaviour: str, client: httpx2.AsyncClient, server: Serving, provider: BadProvider
) -> None:
    first_seen = len(provider.seen)
    for way, answer in zip(WAYS, await ask_all(client, behaviour), strict=True):
        wire_in, wire_out, is_stream = way
        hoped = expected(behaviour, wire_out, wire_in, is_stream=is_stream)
        if hoped.may_begin and answer.status == 200:
            hoped = replace(hoped, status=200, text=answer.text)
        where = f"{wire_in} -> {wire_out}, {'streamed' if is_stream else 'whole'}"
        check_answer(answer, hoped, where, is_late=behaviour not in LARGE)
        check_ledger(server.entries(answer.request_id), hoped, where)
    if CASES[behaviour].is_dropped:
        await until_hung_up(provider, first_seen)


async def test_a_date_to_wait_for_is_told_in_seconds_though_the_answer_has_no_date(
    client: httpx2.AsyncClient,
) -> None:
    for answer in await ask_all(client, "limited_date"):
        assert 28 <= int(answer.headers["retry-after"]) <= 30


async def ask_all(client: httpx2.AsyncClient, behaviour: str) -> list[Got]:
    """Ask in every way, at once where that does no harm."""
    calls = [
        ask(client, wire_in, model_of(wire_out, behaviour), is_stream=is_stream)
        for wire_in, wire_out, is_stream in WAYS
    ]
    if behaviour in LARGE:
        return [await call for call in calls]
    return await asyncio.gather(*calls)


def check_answer(answer: Got, hoped: Expected, where: str, *, is_late: bool) -> None:
    """Check what the caller got."""
    assert answer.status == hoped.status, where
    assert answer.text == hoped.text, where
    assert not answer.has_more, where
    is_streamed = answer.headers["content-type"].startswith("text/event-stream")
    if hoped.kind:
        assert len(answer.errors) == 1, where
        assert answer.errors[0]["message"], where
        assert not answer.has_end, where
        assert is_streamed == (hoped.status == 200), where
    else:
        assert not answer.errors, where
        assert answer.has_end == is_streamed, where
    if is_late:
        assert answer.took < TIMEOUTS["total"] + GRACE_SECONDS, where


def check_ledger(entries: list[Entry], hoped: Expected, where: str) -> None:
    """Check what the ledger holds of the call."""
    assert len(entries) == 1, where
    entry = entries[0]
    assert entry.outcome is (Outcome.FAILED if hoped.kind else Outcome.DELIVERED), where
    assert (entry.status, entry.fault) == (hoped.status, hoped.kind), where
    told = (entry.usage_status.value, entry.usage.total_input, entry.usage.total_output)
    assert hoped.usage in (told, told[0]), where
    is_estimate = told[0] == "estimated"
    assert entry.cost_status.value == ("estimated" if is_estimate else "exact"), where
    assert entry.cost_nano_usd == 1000 * told[1] + 2000 * told[2], where


async def until_hung_up(provider: BadProvider, first_seen: int) -> None:
    """Wait until the upstream sees that nobody waits for the rest."""
    deadline = time.monotonic() + GRACE_SECONDS
    while not all(seen.has_left for seen in provider.seen[first_seen:]):
        assert time.monotonic() < deadline, "the upstream saw nobody leave"
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("wire", PATHS)
@pytest.mark.parametrize(
    ("behaviour", "limit", "words"),
    [
        ("slow_tls", "connect", "no connection in the time allowed"),
        ("hang", "first_token", "did not begin to answer within 1 seconds"),
        ("hang_after_headers", "first_token", "did not begin to answer within 1 seconds"),
        ("hang_after_first", "between_tokens", "fell silent in the middle"),
        ("dribble", "total", "did not finish its answer within 2 seconds"),
    ],
)
async def test_each_deadline_ends_a_call_in_its_time(
    behaviour: str, limit: str, words: str, wire: str, client: httpx2.AsyncClient
) -> None:
    name = {"first_token": "firstToken", "between_tokens": "betweenTokens"}.get(limit, limit)
    answer = await ask(client, wire, model_of(wire, behaviour), is_stream=True)
    assert TIMEOUTS[name] - 0.1 < answer.took < TIMEOUTS[name] + GRACE_SECONDS
    assert words in answer.errors[0]["message"]
    is_connect = limit == "connect"
    kind = Kind.UNREACHABLE if is_connect else Kind.UPSTREAM_SLOW
    assert answer.code == RULES[kind].code


async def test_no_connection_is_lost_to_failures(
    client: httpx2.AsyncClient, server: Serving
) -> None:
    """An endpoint of four connections serves on after forty calls that went wrong on it."""
    broken = ("hang_after_first", "close_mid_event", "reset_mid_body", "failing_json", "html_ok")
    for _ in range(2):
        calls = [
            ask(client, "chat", f"narrow/{name}", is_stream=is_stream)
            for name in broken
            for is_stream in (True, False)
            for _ in range(2)
        ]
        assert all(answer.errors for answer in await asyncio.gather(*calls))
    good = await asyncio.gather(*(ask(client, "chat", "narrow/good") for _ in range(8)))
    assert {answer.text for answer in good} == {"Bad news travels fast."}
