"""Embeddings through the official client: what goes out, what comes back, what it cost."""

import base64
import struct
from typing import Any

import httpx2
import openai
import pytest

from endpoints_server.domain.money.entry import CostStatus, Outcome, UsageStatus
from endpoints_server.domain.money.usage import Usage
from tests.calls.beside.conftest import entry_of, sent
from tests.calls.places import HOUSE_KEY
from tests.serving import KEY, Serving
from tests.upstreams.beside import VECTOR, Beside


def test_vectors_come_in_the_encoding_that_the_client_asks_for_unasked(
    oai: openai.OpenAI, upstream: Beside, server: Serving
) -> None:
    raw = oai.embeddings.with_raw_response.create(model="local/m", input=["one", "two"])
    found = raw.parse()
    assert [each.embedding for each in found.data] == [list(VECTOR)] * 2
    assert upstream.last.path == "/v1/embeddings"
    assert sent(upstream) == {"model": "m", "input": ["one", "two"], "encoding_format": "base64"}
    assert upstream.last.headers["authorization"] == f"Bearer {HOUSE_KEY}"
    told = base64.b64decode(raw.http_response.json()["data"][0]["embedding"])
    assert struct.unpack("<3f", told) == VECTOR


def test_only_what_goes_in_is_counted_and_paid(oai: openai.OpenAI, server: Serving) -> None:
    raw = oai.embeddings.with_raw_response.create(model="local/m", input="one")
    entry = entry_of(server, raw.headers["x-request-id"])
    assert entry.operation == "embeddings"
    assert entry.usage == Usage(input=7)
    assert (entry.usage_status, entry.outcome) == (UsageStatus.REPORTED, Outcome.DELIVERED)
    assert (entry.cost_nano_usd, entry.cost_status) == (7_000, CostStatus.EXACT)
    assert (entry.model, entry.answered_model, entry.is_stream) == ("m", "embedder-1", False)
    assert raw.headers["x-es-cost"] == "0.000007"
    assert raw.headers["x-es-cost-status"] == "exact"
    assert raw.headers["x-es-endpoint"] == "local"
    assert "x-es-estimated" not in raw.headers


@pytest.mark.parametrize(
    ("model", "usage", "status"),
    [
        ("local/tells-totals", Usage(input=9), UsageStatus.REPORTED),
        ("local/tells-no-usage", Usage(input=5), UsageStatus.ESTIMATED),
    ],
)
def test_usage_told_otherwise_or_not_at_all_is_counted_all_the_same(
    oai: openai.OpenAI, server: Serving, model: str, usage: Usage, status: UsageStatus
) -> None:
    inputs: Any = ["to be, or not", ""]
    raw = oai.embeddings.with_raw_response.create(model=model, input=inputs)
    entry = entry_of(server, raw.headers["x-request-id"])
    assert (entry.usage, entry.usage_status) == (usage, status)


@pytest.mark.parametrize(
    "inputs", ["text", ["a", "b"], [1, 2, 3], [[1, 2], [3]], [{"text": "a"}, {"image": "b"}]]
)
def test_every_kind_of_input_arrives_as_it_was_sent(
    server: Serving, upstream: Beside, inputs: object
) -> None:
    asked = {"model": "tells-no-usage", "input": inputs, "dimensions": 64, "x": [1.0]}
    url = f"{server.url}/e/local/v1/embeddings"
    answer = httpx2.post(url, json=asked, headers=server.headers)
    assert answer.status_code == 200
    assert sent(upstream) == asked
    entry = entry_of(server, answer.headers["x-request-id"])
    assert 0 < entry.usage.input <= 3


def test_configured_headers_go_along_and_parameters_of_chats_do_not(
    oai: openai.OpenAI, upstream: Beside
) -> None:
    oai.embeddings.create(model="dressed/m", input="one", encoding_format="float")
    assert sent(upstream) == {"model": "m", "input": "one", "encoding_format": "float"}
    assert upstream.last.headers["x-team"] == "admin"


def test_a_refusal_of_the_upstream_comes_back_as_it_was_sent(
    oai: openai.OpenAI, server: Serving
) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        oai.embeddings.create(model="local/refuses", input="one")
    assert "does not do that" in caught.value.message
    entry = entry_of(server, caught.value.response.headers["x-request-id"])
    assert (entry.outcome, entry.status, entry.cost_nano_usd) == (Outcome.FAILED, 400, 0)


@pytest.mark.parametrize("model", ["fails-in-200", "talks-nonsense", "always-streams"])
def test_an_answer_that_holds_no_vectors_is_the_upstreams_fault(
    oai: openai.OpenAI, server: Serving, model: str
) -> None:
    with pytest.raises(openai.InternalServerError) as caught:
        oai.embeddings.create(model=f"local/{model}", input="one")
    assert caught.value.status_code == 502
    entry = entry_of(server, caught.value.response.headers["x-request-id"])
    assert (entry.outcome, entry.usage) == (Outcome.FAILED, Usage())


def test_an_upstream_that_does_not_answer_is_given_up(oai: openai.OpenAI, server: Serving) -> None:
    with pytest.raises(openai.InternalServerError) as caught:
        oai.embeddings.create(model="local/hangs", input="one")
    assert caught.value.status_code == 504
    assert entry_of(server, caught.value.response.headers["x-request-id"]).status == 504


@pytest.mark.parametrize("model", ["claude/m", "direct/m"])
def test_an_endpoint_without_embeddings_says_so_and_names_those_that_have(
    oai: openai.OpenAI, upstream: Beside, model: str
) -> None:
    before = len(upstream.seen)
    with pytest.raises(openai.NotFoundError) as caught:
        oai.embeddings.create(model=model, input="one")
    assert caught.value.code == "operation_not_found"
    assert caught.value.param == "model"
    assert "has no embeddings" in caught.value.message
    assert "local, dressed, brought, answering" in caught.value.message
    assert len(upstream.seen) == before


def test_a_key_of_ones_own_is_asked_for_and_used(server: Serving, upstream: Beside) -> None:
    url = f"{server.url}/v1/embeddings"
    asked = {"model": "brought/m", "input": "one"}
    refused = httpx2.post(url, json=asked, headers=server.headers)
    assert refused.status_code == 403
    assert refused.json()["error"]["code"] == "user_key_required"
    mine = {"x-es-key": KEY, "authorization": "Bearer sk-mine"}
    answer = httpx2.post(url, json=asked, headers=mine)
    assert answer.headers["x-es-credential"] == "caller"
    assert upstream.last.headers["authorization"] == "Bearer sk-mine"


@pytest.mark.parametrize(
    ("path", "model", "status"),
    [
        ("/v1/embeddings", "local/none", 404),
        ("/e/nobody/v1/embeddings", "m", 404),
        ("/v1/embeddings", "m", 400),
    ],
)
def test_a_model_that_cannot_be_found_is_told_as_it_is_for_chats(
    server: Serving, path: str, model: str, status: int
) -> None:
    asked = {"model": model, "input": "one"}
    answer = httpx2.post(f"{server.url}{path}", json=asked, headers=server.headers)
    assert answer.status_code == status
    assert answer.json()["error"]["type"] == "invalid_request_error"


def test_an_endpoint_of_the_responses_wire_has_them_at_the_same_base(
    oai: openai.OpenAI, upstream: Beside, server: Serving
) -> None:
    raw = oai.embeddings.with_raw_response.create(model="answering/m", input="one")
    assert [each.embedding for each in raw.parse().data] == [list(VECTOR)]
    assert upstream.last.path == "/v1/embeddings"
    assert upstream.last.headers["authorization"] == f"Bearer {HOUSE_KEY}"
    entry = entry_of(server, raw.headers["x-request-id"])
    assert (entry.wire_in, entry.wire_out, entry.cost_nano_usd) == ("openai_chat",) * 2 + (7_000,)
    oai.completions.create(model="answering/m", prompt="Once")
    assert upstream.last.path == "/v1/completions"
