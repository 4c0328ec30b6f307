"""Hostile bodies through the running server: every listed wire, relayed and translated."""

import json
import time
from collections.abc import Generator

import httpx2
import pytest

from endpoints_server.domain.wire import Operation, Wire
from endpoints_server.wires.listed import WIRES
from tests.calls.hostile import Case, cases_of
from tests.calls.places import HOUSE_KEY, Block, config
from tests.serving import Serving, serving
from tests.upstreams.polite import Polite
from tests.upstreams.server import Running

PROVIDERS: dict[str, Block] = {
    "openai_chat": {},
    "anthropic_messages": {"provider": "anthropic"},
    "openai_responses": {"provider": "openai-responses"},
    "google_generative": {"provider": "google"},
}
REFUSALS = (400, 404, 413, 422)
SOON_SECONDS = 10.0
"""On a machine that is busy with other tests; a hang takes for ever."""


@pytest.fixture(scope="module")
def upstream() -> Generator[Polite]:
    with Running(Polite()) as upstream:
        yield upstream


@pytest.fixture(scope="module")
def server(upstream: Polite, tmp_path_factory: pytest.TempPathFactory) -> Generator[Serving]:
    endpoints: list[Block] = [
        {
            "name": name,
            "apiKey": HOUSE_KEY,
            "baseURL": f"{upstream.url}/{name}/v1",
            "models": {"default": ["m"]},
            **PROVIDERS[name],
        }
        for name in WIRES
    ]
    with serving(config(endpoints), tmp_path_factory.mktemp("hostile")) as server:
        yield server


@pytest.fixture
def client(server: Serving) -> Generator[httpx2.Client]:
    headers = {**server.headers, "content-type": "application/json"}
    with httpx2.Client(base_url=server.url, headers=headers, timeout=30) as client:
        yield client


def path_of(wire: Wire, model: str) -> str:
    """Give the path of whole chats."""
    return next(
        path.replace("{model}", model)
        for path, entrance in wire.paths.items()
        if entrance.operation is Operation.CHAT and not entrance.is_stream
    )


@pytest.mark.parametrize("wire_out", sorted(WIRES))
@pytest.mark.parametrize("wire_in", sorted(WIRES))
def test_a_hostile_body_is_carried_or_clearly_refused(
    wire_in: str, wire_out: str, client: httpx2.Client, upstream: Polite
) -> None:
    wire, model = WIRES[wire_in], f"{wire_out}/m"
    wrong: dict[str, str] = {}
    for name, case in cases_of(wire, model):
        before, began_at = len(upstream.seen), time.monotonic()
        answer = client.post(path_of(wire, model), content=case.body)
        sent = [seen.body for seen in upstream.seen[before:]]
        upstream.seen.clear()
        took = time.monotonic() - began_at
        if complaint := complaint_of(case, answer, sent) or ("slow" if took > SOON_SECONDS else ""):
            wrong[name] = f"{complaint}: {answer.status_code} {answer.text[:300]}"
    assert not wrong, json.dumps(wrong, indent=1)


def complaint_of(case: Case, answer: httpx2.Response, sent: list[bytes]) -> str:
    """Say what is wrong about an answer, if anything is."""
    if answer.status_code == 200:
        if case.is_refused or len(sent) != 1:
            return "not refused" if case.is_refused else "not sent once"
        return "" if is_plain(sent[0]) else "sent broken"
    if answer.status_code not in REFUSALS or sent:
        return "no refusal" if not sent else "sent all the same"
    error = answer.json()["error"]
    if case.is_carried:
        return "not carried"
    if not (error["message"] and error["es"]["code"] and error["es"]["who"] == "caller"):
        return "not told"
    named = f"{error.get('param')} {error['message']}"
    return "" if case.place in named else "place not named"


def is_plain(body: bytes) -> bool:
    """Say whether a body is JSON with each field of its top level once."""
    pairs: list[tuple[str, object]] = json.loads(body, object_pairs_hook=list)
    return len({name for name, _ in pairs}) == len(pairs)
