"""A server before an upstream that embeds, completes and counts, and the official clients."""

import json
from collections.abc import Generator

import anthropic
import openai
import pytest

from endpoints_server.domain.money.entry import Entry
from tests.calls.places import config, endpoint
from tests.serving import Serving, serving
from tests.upstreams.beside import Beside
from tests.upstreams.server import Running

ODD = (
    *("refuses", "fails-in-200", "talks-nonsense", "breaks-off", "never-streams", "hangs"),
    *("always-streams", "tells-no-usage", "tells-totals"),
)
ADDED = {"temperature": 0.5, "max_tokens": 9, "seed": 3}
HEADERS = {"x-team": "{{LIBRECHAT_USER_ID}}"}


@pytest.fixture(scope="package")
def upstream() -> Generator[Beside]:
    with Running(Beside()) as upstream:
        yield upstream


@pytest.fixture(scope="package")
def server(upstream: Beside, tmp_path_factory: pytest.TempPathFactory) -> Generator[Serving]:
    models = ["m", *ODD]
    plain = endpoint("Local", "chat", upstream.url, models)
    dressed = endpoint("Dressed", "chat", upstream.url) | {"addParams": ADDED, "headers": HEADERS}
    messages = endpoint("Claude", "messages", upstream.url, models)
    messages |= {"addParams": {"max_tokens": 9}, "headers": HEADERS}
    direct = endpoint("Direct", "chat", upstream.url) | {"directEndpoint": True}
    brought = endpoint("Brought", "chat", upstream.url) | {"apiKey": "user_provided"}
    unpriced = endpoint("Unpriced", "messages", upstream.url, ["nobody-knows"])
    del unpriced["tokenConfig"]
    answering = endpoint("Answering", "responses", upstream.url)
    answering["baseURL"] = f"{upstream.url}/v1/responses"
    text = config(
        [plain, dressed, messages, direct, brought, unpriced, answering],
        {"timeouts": {"connect": 1, "firstToken": 0.5, "betweenTokens": 0.5, "total": 2}},
    )
    with serving(text, tmp_path_factory.mktemp("beside")) as server:
        yield server


@pytest.fixture
def oai(server: Serving) -> Generator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{server.url}/v1", api_key=server.key, max_retries=0) as client:
        yield client


@pytest.fixture
def claude(server: Serving) -> Generator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=server.url, api_key=server.key, max_retries=0) as client:
        yield client


def sent(upstream: Beside) -> dict[str, object]:
    """Give the body of the latest request."""
    body: dict[str, object] = json.loads(upstream.last.body)
    return body


def entry_of(server: Serving, request_id: str | None) -> Entry:
    """Give the one entry of a call."""
    assert request_id
    (entry,) = server.entries(request_id)
    return entry
