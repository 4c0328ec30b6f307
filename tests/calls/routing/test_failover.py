"""One route fails before its first byte, and the next one answers; on every wire."""

import json
from collections.abc import Generator
from itertools import product

import httpx2
import pytest

from endpoints_server.domain.money.entry import Outcome, UsageStatus
from tests.calls.asking import ask
from tests.calls.expected import NEWS
from tests.calls.pausing import until
from tests.calls.places import SUFFIXES
from tests.calls.routing.stage import CALM, Stage, played
from tests.serving import Serving

WIRES = tuple(SUFFIXES)
IMPATIENT = {"timeouts": {"firstToken": 0.2, "betweenTokens": 0.2}}
ACTORS = {f"{wire}-{part}": wire for wire in WIRES for part in ("first", "mute", "second")}
ALIASES = {wire: [f"{wire}-first/m", f"{wire}-second/m"] for wire in WIRES}
MUTE = {f"mute-{wire}": [f"{wire}-mute/m", f"{wire}-second/m"] for wire in WIRES}
"""The first of these is waited for but a short while."""
CROSSED = {
    f"to-{wire}": [f"{other}-first/m", f"{wire}-second/m"]
    for other, wire in zip(WIRES, WIRES[1:] + WIRES[:1], strict=True)
}
FAILING = {
    "close_before_headers": "upstream_broken",
    "failing_json": "upstream_broken",
    "failing_empty": "upstream_broken",
    "overloaded": "upstream_broken",
    "html_ok": "upstream_broken",
    "redirect": "upstream_broken",
    "limited_seconds": "upstream_limited",
    "denied": "upstream_denied",
    "hang": "upstream_slow",
    "hang_after_headers": "upstream_slow",
}
OTHERS = [name for name in FAILING if name not in ("failing_json", "hang")]
BEGUN = {"reset_mid_body": "upstream_broken", "hang_after_first": "upstream_slow"}


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[Serving, Stage]]:
    server = {
        **CALM,
        "aliases": ALIASES | CROSSED | MUTE,
        "endpoints": {f"{wire}-mute": IMPATIENT for wire in WIRES},
    }
    with played(tmp_path_factory.mktemp("failover"), ACTORS, server) as staged:
        yield staged


@pytest.mark.parametrize("is_stream", [True, False])
@pytest.mark.parametrize(
    ("wire", "behaviour"),
    [*product(WIRES, ("failing_json", "hang")), *product(["chat"], OTHERS)],
)
async def test_the_next_route_answers_where_one_fails(
    wire: str,
    behaviour: str,
    is_stream: bool,
    staged: tuple[Serving, Stage],
    client: httpx2.AsyncClient,
) -> None:
    server, stage = staged
    is_mute = behaviour.startswith("hang")
    failing = f"{wire}-mute" if is_mute else f"{wire}-first"
    stage.play({failing: behaviour})
    answer = await ask(client, wire, f"mute-{wire}" if is_mute else wire, is_stream=is_stream)
    assert (answer.status, answer.text, answer.errors) == (200, NEWS, ())
    assert answer.headers["x-es-attempts"] == "2"
    assert answer.headers["x-es-fallbacks"] == "1"
    assert answer.headers["x-es-endpoint"] == f"{wire}-second"
    first, second = server.entries(answer.request_id)
    assert (first.attempt, first.endpoint, first.outcome) == (1, failing, Outcome.FAILED)
    assert (first.fault, first.usage_status) == (FAILING[behaviour], UsageStatus.NONE)
    assert first.cost_nano_usd == 0
    assert (second.attempt, second.outcome) == (2, Outcome.DELIVERED)
    assert second.cost_nano_usd == 15_000
    assert second.started_at > first.started_at


@pytest.mark.parametrize("is_stream", [True, False])
@pytest.mark.parametrize(("wire_in", "alias"), list(product(WIRES, CROSSED)))
async def test_callers_of_every_wire_are_served_by_routes_of_any(
    wire_in: str, alias: str, is_stream: bool, stage: Stage, client: httpx2.AsyncClient
) -> None:
    failing, serving = (target.partition("/")[0] for target in CROSSED[alias])
    stage.play({failing: "failing_json"})
    answer = await ask(client, wire_in, alias, is_stream=is_stream)
    assert (answer.status, answer.text, answer.errors) == (200, NEWS, ())
    assert answer.headers["x-es-endpoint"] == serving


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize("behaviour", BEGUN)
async def test_nobody_else_is_asked_once_the_caller_has_the_first_byte(
    wire: str, behaviour: str, staged: tuple[Serving, Stage], client: httpx2.AsyncClient
) -> None:
    server, stage = staged
    stage.play({f"{wire}-mute": behaviour})
    answer = await ask(client, wire, f"mute-{wire}", is_stream=True)
    assert answer.status == 200
    assert len(answer.errors) == 1
    assert not stage.asked(f"{wire}-second")
    (entry,) = server.entries(answer.request_id)
    assert entry.fault == BEGUN[behaviour]


@pytest.mark.parametrize("wire", WIRES)
async def test_a_whole_answer_that_breaks_off_has_not_begun_for_its_caller(
    wire: str, staged: tuple[Serving, Stage], client: httpx2.AsyncClient
) -> None:
    server, stage = staged
    stage.play({f"{wire}-first": "reset_mid_body"})
    answer = await ask(client, wire, wire)
    assert (answer.status, answer.text) == (200, NEWS)
    first, second = server.entries(answer.request_id)
    assert (first.cost_nano_usd, second.cost_nano_usd) == (0, 15_000)


@pytest.mark.parametrize("wire", WIRES)
async def test_what_is_the_callers_own_fault_is_not_tried_again(
    wire: str, stage: Stage, client: httpx2.AsyncClient
) -> None:
    stage.play({f"{wire}-first": "early_answer"})
    answer = await ask(client, wire, wire)
    assert answer.status == 413
    assert not stage.asked(f"{wire}-second")
    assert answer.headers["x-es-attempts"] == "1"


@pytest.mark.parametrize("wire", WIRES)
async def test_where_all_fail_the_caller_is_told_what_may_pass(
    wire: str, stage: Stage, client: httpx2.AsyncClient, capfd: pytest.CaptureFixture[str]
) -> None:
    stage.play({f"{wire}-first": "failing_json", f"{wire}-second": "denied"})
    answer = await ask(client, wire, wire)
    assert (answer.status, answer.code) == (502, "upstream_error")
    assert answer.headers["x-es-attempts"] == "2"
    assert answer.headers["x-should-retry"] == "true"
    lines: list[str] = []

    def is_logged() -> bool:
        lines.extend(capfd.readouterr().err.splitlines())
        return any(answer.request_id in line for line in lines)

    await until(is_logged)
    logged = json.loads(next(line for line in lines if answer.request_id in line))
    assert (logged["status"], logged["fault"]) == (502, "upstream_broken")
    assert logged["earlier"] == [f"{wire}-first: upstream_broken"]
