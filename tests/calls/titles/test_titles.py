"""Titles as callers see them: made beside the first exchange, never in its way."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Generator
from typing import Any

import httpx2
import openai
import pytest

from endpoints_server.desk.keys import KeyDraft, create_key
from endpoints_server.domain.money.entry import Entry
from endpoints_server.domain.people.person import Person
from endpoints_server.store.open import open_store
from tests.calls.asking import PATHS
from tests.calls.places import HOUSE_KEY, config, endpoint
from tests.calls.titles.upstream import ANSWER, SAID, TITLE, TitleUpstream
from tests.serving import Serving, serving
from tests.upstreams.server import Running

Json = dict[str, Any]
OWN_KEY = "sk-of-ada-herself-00000003"
HEADERS = {"X-Talk": "{{LIBRECHAT_BODY_CONVERSATIONID}}", "X-Who": "{{LIBRECHAT_USER_ID}}"}
PLACES = ("good", "hang", "absent", "flaky", "picky", "garbage", "reasons", "shaped", "down")


def entries(url: str) -> list[Json]:
    """Configure an endpoint for every way to answer, on every wire, and some by themselves."""

    def titled(name: str, wire: str, place: str, **more: object) -> Json:
        return endpoint(name, wire, f"{url}/{place}") | {"titleConvo": True} | more

    return [
        *(titled(f"{place}", "chat", place) for place in PLACES),
        *(titled(f"{place}-final", "chat", place, titleTiming="final") for place in PLACES),
        titled("messages", "messages", "messages"),
        titled("messages-final", "messages", "messages", titleTiming="final"),
        titled("responses-final", "responses", "responses", titleTiming="final"),
        titled("messages-shaped", "messages", "shaped", titleMethod="structured"),
        titled("chat-shaped", "chat", "shaped", titleMethod="functions"),
        titled("picky-shaped", "chat", "picky", titleMethod="structured"),
        titled("placed", "chat", "placed", headers=HEADERS),
        titled("elsewhere", "chat", "chat-only", titleEndpoint="Dear", titleModel="small"),
        titled("borrower", "chat", "chat-only", titleEndpoint="Brought"),
        titled("slow-final", "chat", "slow", titleTiming="final"),
        titled("held", "chat", "slow-title"),
        titled("left", "chat", "left"),
        {**endpoint("Dear", "messages", f"{url}/dear", ["small"]), "apiKey": "sk-dear-0000000004"}
        | {"tokenConfig": {"small": {"prompt": 100, "completion": 200, "context": 1000}}},
        {**endpoint("Brought", "chat", f"{url}/brought", ["m"]), "apiKey": "user_provided"},
        {**endpoint("untitled", "chat", f"{url}/untitled")},
        {**endpoint("off", "chat", f"{url}/off"), "titleConvo": False},
    ]


@pytest.fixture(scope="module")
def upstream() -> Generator[TitleUpstream]:
    with Running(TitleUpstream()) as upstream:
        yield upstream


@pytest.fixture(scope="module")
def server(upstream: TitleUpstream, tmp_path_factory: pytest.TempPathFactory) -> Generator[Serving]:
    timeouts = {"timeouts": {"total": 2, "firstToken": 2}}
    special = {"hang": timeouts, "hang-final": timeouts}
    text = config(entries(upstream.url), {"endpoints": special})
    with serving(text, tmp_path_factory.mktemp("titles")) as server:
        yield server


@pytest.fixture
async def client(server: Serving) -> AsyncGenerator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(
        base_url=server.url, headers=server.headers, timeout=30
    ) as client:
        yield client


async def chat(
    client: httpx2.AsyncClient,
    model: str,
    talk: str,
    wire: str = "chat",
    *,
    said: str = SAID,
    **more: object,
) -> httpx2.Response:
    """Say something in a conversation."""
    turns: list[Json] = [{"role": "user", "content": said}]
    asked: Json = {"messages": turns, "max_tokens": 100}
    body = {"model": model, **({"input": turns} if wire == "responses" else asked), **more}
    headers = {"x-conversation-id": talk} if talk else {}
    return await client.post(PATHS[wire], json=body, headers=headers)


async def title(client: httpx2.AsyncClient, talk: str) -> str:
    """Ask for a title; empty where there is none."""
    answer = await client.get(f"/v1/titles/{talk}")
    if answer.status_code == 404:
        assert answer.json()["error"]["es"]["code"] == "not_found"
        return ""
    assert answer.json() == {"title": answer.json()["title"], "conversation_id": talk}
    return str(answer.json()["title"])


def titles_in_ledger(server: Serving, talk: str) -> list[Entry]:
    """Give the entries of the titles of a conversation."""
    entries = server.latest(200)
    return [e for e in entries if e.operation == "title" and e.conversation_id == talk]


@pytest.mark.parametrize("is_stream", [True, False])
@pytest.mark.parametrize("wire_in", PATHS)
@pytest.mark.parametrize(
    "name", ["good", "good-final", "messages", "messages-final", "responses-final"]
)
async def test_the_first_exchange_gets_a_title_in_a_call_of_its_own(
    client: httpx2.AsyncClient,
    server: Serving,
    upstream: TitleUpstream,
    name: str,
    wire_in: str,
    is_stream: bool,
) -> None:
    talk, place = f"first-{name}-{wire_in}-{is_stream}", name.removesuffix("-final")
    answer = await chat(client, f"{name}/m", talk, wire_in, stream=is_stream)
    assert answer.status_code == 200
    assert await title(client, talk) == TITLE
    (entry,) = titles_in_ledger(server, talk)
    assert (entry.person_id, entry.outcome.value, entry.endpoint) == ("admin", "delivered", name)
    assert entry.cost_nano_usd == 7 * 1000 + 4 * 2000
    assert entry.request_id != answer.headers["x-request-id"]
    sent = upstream.titles(place)[-1]
    assert SAID in str(sent)
    assert (ANSWER in str(sent)) is name.endswith("-final")
    assert sent.get("max_tokens", sent.get("max_output_tokens")) == 1024
    assert "stream" not in sent


@pytest.mark.parametrize("model", ["untitled/m", "off/m"])
async def test_where_titles_are_not_switched_on_none_is_made(
    client: httpx2.AsyncClient, upstream: TitleUpstream, model: str
) -> None:
    assert (await chat(client, model, f"no-{model[:3]}")).status_code == 200
    assert await title(client, f"no-{model[:3]}") == ""
    assert upstream.titles(model.split("/", maxsplit=1)[0]) == []


@pytest.mark.parametrize("name", ["good", "good-final"])
async def test_without_a_conversation_there_is_nothing_to_name(
    client: httpx2.AsyncClient, upstream: TitleUpstream, name: str
) -> None:
    before = len(upstream.titles("good"))
    assert (await chat(client, f"{name}/m", "")).status_code == 200
    await asyncio.sleep(0.1)
    assert len(upstream.titles("good")) == before


@pytest.mark.parametrize("name", ["good", "good-final"])
async def test_a_later_exchange_gets_no_title(
    client: httpx2.AsyncClient, upstream: TitleUpstream, name: str
) -> None:
    before = len(upstream.titles("good"))
    turns = [("user", SAID), ("assistant", "Six minutes."), ("user", "And ham?")]
    messages = [{"role": role, "content": text} for role, text in turns]
    for _ in range(2):
        assert (await chat(client, f"{name}/m", f"later-{name}", messages=messages)).is_success
        assert await title(client, f"later-{name}") == ""
    assert len(upstream.titles("good")) == before


@pytest.mark.parametrize("name", ["good", "good-final"])
async def test_of_many_calls_at_once_one_title_comes(
    client: httpx2.AsyncClient, server: Serving, name: str
) -> None:
    talk = f"many-{name}"
    answers = await asyncio.gather(*(chat(client, f"{name}/m", talk) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {200}
    assert await title(client, talk) == TITLE
    assert (await chat(client, f"{name}/m", talk)).status_code == 200
    await asyncio.sleep(0.1)
    assert len(titles_in_ledger(server, talk)) == 1


async def test_the_conversation_may_be_named_in_the_metadata(client: httpx2.AsyncClient) -> None:
    metadata = {"conversation_id": "in-metadata"}
    assert (await chat(client, "good/m", "", metadata=metadata)).status_code == 200
    assert await title(client, "in-metadata") == TITLE


async def test_nothing_in_the_users_text_acts_and_headers_are_filled_in(
    client: httpx2.AsyncClient, upstream: TitleUpstream
) -> None:
    said = "{{LIBRECHAT_USER_NAME}} {convo} {input} }{ {{LIBRECHAT_BODY_CONVERSATIONID}}"
    assert (await chat(client, "placed/m", "nasty", said=said)).status_code == 200
    assert await title(client, "nasty") == TITLE
    (request,) = upstream.requests("placed")
    (sent,) = upstream.titles("placed")
    assert sent["messages"][0]["content"].endswith(f"User: {said}\nAI: ")
    assert (request.headers["x-talk"], request.headers["x-who"]) == ("nasty", "admin")


@pytest.mark.parametrize("name", ["hang", "absent", "garbage", "reasons"])
@pytest.mark.parametrize("timing", ["", "-final"])
async def test_a_title_that_fails_leaves_the_answer_alone(
    client: httpx2.AsyncClient, server: Serving, name: str, timing: str
) -> None:
    talk, began_at = f"fails-{name}{timing}", time.monotonic()
    answer = await chat(client, f"{name}{timing}/m", talk)
    assert answer.json()["choices"][0]["message"]["content"] == ANSWER
    assert time.monotonic() - began_at < 2
    assert await title(client, talk) == ""
    tries = titles_in_ledger(server, talk)
    assert len(tries) == {"hang": 2, "garbage": 2}.get(name, 1)
    assert {entry.outcome.value for entry in tries} == {
        "delivered" if name == "reasons" else "failed"
    }


async def test_what_may_pass_is_asked_once_more(
    client: httpx2.AsyncClient, server: Serving, upstream: TitleUpstream
) -> None:
    assert (await chat(client, "flaky/m", "flaky")).status_code == 200
    assert await title(client, "flaky") == TITLE
    assert [entry.status for entry in titles_in_ledger(server, "flaky")] == [200, 429]
    assert len(upstream.titles("flaky")) == 2


@pytest.mark.parametrize("name", ["picky", "picky-shaped"])
async def test_what_was_not_understood_is_asked_in_plainer_words(
    client: httpx2.AsyncClient, upstream: TitleUpstream, name: str
) -> None:
    assert (await chat(client, f"{name}/m", f"talk-{name}")).status_code == 200
    assert await title(client, f"talk-{name}") == TITLE
    assert upstream.titles("picky")[-1].keys() == {"model", "messages"}


@pytest.mark.parametrize(("name", "field"), [("messages", "tools"), ("chat", "response_format")])
async def test_a_shape_is_asked_for_and_read(
    client: httpx2.AsyncClient, upstream: TitleUpstream, name: str, field: str
) -> None:
    assert (await chat(client, f"{name}-shaped/m", f"shape-{name}")).status_code == 200
    assert await title(client, f"shape-{name}") == TITLE
    assert field in upstream.titles("shaped")[-1]


async def test_another_endpoint_makes_titles_with_its_own_key_and_price(
    client: httpx2.AsyncClient, server: Serving, upstream: TitleUpstream
) -> None:
    assert (await chat(client, "elsewhere/m", "elsewhere")).status_code == 200
    assert await title(client, "elsewhere") == TITLE
    (request,) = upstream.requests("dear")
    assert request.path == "/dear/v1/messages"
    assert request.headers["x-api-key"] == "sk-dear-0000000004"
    assert HOUSE_KEY not in str(request.headers)
    (entry,) = titles_in_ledger(server, "elsewhere")
    assert (entry.endpoint, entry.model) == ("Dear", "small")
    assert entry.cost_nano_usd == 7 * 100_000 + 4 * 200_000


async def test_an_endpoint_that_wants_the_persons_key_gets_that_or_is_not_asked(
    client: httpx2.AsyncClient, server: Serving, upstream: TitleUpstream
) -> None:
    own = {"x-es-key": server.key, "authorization": f"Bearer {OWN_KEY}x"}
    body = {"model": "borrower/m", "messages": [{"role": "user", "content": SAID}]}
    async with httpx2.AsyncClient(base_url=server.url, timeout=30) as stranger:
        answer = await stranger.post(
            PATHS["chat"], json=body, headers=own | {"x-conversation-id": "no-key"}
        )
    assert answer.status_code == 200
    assert await title(client, "no-key") == ""
    assert upstream.requests("brought") == []
    put = await client.put("/me/credentials/brought", json={"apiKey": OWN_KEY})
    assert put.is_success
    assert (await chat(client, "borrower/m", "with-key")).status_code == 200
    assert await title(client, "with-key") == TITLE
    (request,) = upstream.requests("brought")
    assert request.headers["authorization"] == f"Bearer {OWN_KEY}"
    (entry,) = titles_in_ledger(server, "with-key")
    assert entry.credential == "user"


async def test_a_key_that_came_along_is_used_for_the_title_too(
    server: Serving, upstream: TitleUpstream, client: httpx2.AsyncClient
) -> None:
    own = {"x-es-key": server.key, "authorization": f"Bearer {OWN_KEY}"}
    body = {"model": "good/m", "messages": [{"role": "user", "content": SAID}]}
    async with httpx2.AsyncClient(base_url=server.url, timeout=30) as caller:
        headers = own | {"x-conversation-id": "own-key"}
        assert (await caller.post(PATHS["chat"], json=body, headers=headers)).is_success
    assert await title(client, "own-key") == TITLE
    assert upstream.requests("good")[-1].headers["authorization"] == f"Bearer {OWN_KEY}"
    assert titles_in_ledger(server, "own-key")[0].credential == "caller"


async def key_of(server: Serving, person: Person) -> str:
    """Make a key for somebody."""
    store, ring = server.parts.store, server.parts.ring
    await store.people.add_person(person)
    _, secret = await create_key(store, ring, KeyDraft(person=person), bytes(41), 1)
    return secret.reveal()


async def test_t_07_a_title_is_told_to_its_own_person_alone(
    client: httpx2.AsyncClient, server: Serving
) -> None:
    assert (await chat(client, "good/m", "mine")).status_code == 200
    assert await title(client, "mine") == TITLE
    key = server.ask(key_of(server, Person(id="eve")))
    async with httpx2.AsyncClient(
        base_url=server.url, headers={"authorization": f"Bearer {key}"}, timeout=30
    ) as other:
        for path in ("/v1/titles/mine", "/api/convos/gen_title/mine"):
            foreign, absent = await other.get(path), await other.get(path + "-not")
            assert foreign.status_code == absent.status_code == 404
        assert (await chat(other, "good/m", "mine")).status_code == 200
        assert await title(other, "mine") == TITLE
    for path in ("/v1/titles/mine", "/api/convos/gen_title/mine"):
        async with httpx2.AsyncClient(base_url=server.url) as nobody:
            assert (await nobody.get(path)).status_code == 401


@pytest.mark.parametrize("name", ["good", "slow-final"])
async def test_librechats_page_asks_while_the_answer_is_on_its_way(
    client: httpx2.AsyncClient, name: str
) -> None:
    talk = f"page-{name}"
    asking = asyncio.create_task(chat(client, f"{name}/m", talk, stream=True))
    await asyncio.sleep(0.3)
    told = await client.get(f"/api/convos/gen_title/{talk}")
    assert (told.status_code, told.json()) == (200, {"title": TITLE})
    assert (await asking).status_code == 200
    again = await client.get(f"/api/convos/gen_title/{talk}")
    assert again.json() == {"title": TITLE}
    absent = await client.get("/api/convos/gen_title/not-there")
    assert absent.status_code == 404
    assert list(absent.json()) == ["message"]


async def test_an_exchange_that_fails_is_no_first_exchange(
    client: httpx2.AsyncClient, upstream: TitleUpstream
) -> None:
    assert (await chat(client, "down-final/m", "again")).status_code == 502
    assert await title(client, "again") == ""
    assert upstream.titles("down") == []
    assert (await chat(client, "good-final/m", "again")).status_code == 200
    assert await title(client, "again") == TITLE


async def test_who_leaves_takes_the_title_along_and_may_come_again(
    client: httpx2.AsyncClient, server: Serving, upstream: TitleUpstream
) -> None:
    body = {"model": "left/m", "messages": [{"role": "user", "content": SAID}]}
    headers = {"x-conversation-id": "left"}
    with pytest.raises(httpx2.TimeoutException):
        await client.post(PATHS["chat"], json=body, headers=headers, timeout=0.4)
    await until(lambda: upstream.requests("left")[0].has_left)
    await until(lambda: bool(titles_in_ledger(server, "left")))
    (entry,) = titles_in_ledger(server, "left")
    assert entry.outcome.value == "left"
    assert (await chat(client, "left/m", "left")).status_code == 200
    assert await title(client, "left") == TITLE


async def until(is_so: Callable[[], bool]) -> None:
    """Wait for something, but not for long."""
    async with asyncio.timeout(10):
        while not is_so():  # noqa: ASYNC110 - another thread's doing
            await asyncio.sleep(0.02)


async def test_a_title_is_made_at_once_of_what_is_sent(
    client: httpx2.AsyncClient, server: Serving
) -> None:
    turns = [("user", SAID), ("assistant", "Six minutes.")]
    messages = [{"role": role, "content": text} for role, text in turns]
    body = {"model": "untitled/m", "messages": messages, "conversation_id": "at-once"}
    made = await client.post("/v1/titles", json=body)
    assert (made.status_code, made.json()) == (200, {"title": TITLE, "conversation_id": "at-once"})
    assert made.headers["x-es-endpoint"] == "untitled"
    assert made.headers["x-es-cost"] == "0.000015"
    (entry,) = server.entries(made.headers["x-request-id"])
    assert (entry.operation, entry.conversation_id) == ("title", "at-once")
    assert await title(client, "at-once") == TITLE
    bare = await client.post(
        "/e/untitled/v1/titles", json={"model": "m", "messages": messages, "stream": True}
    )
    assert (bare.status_code, bare.json()) == (200, {"title": TITLE})


async def test_the_official_client_gets_answers_and_titles(server: Serving) -> None:
    async with openai.AsyncOpenAI(base_url=f"{server.url}/v1", api_key=server.key) as official:
        answer = await official.chat.completions.create(
            model="good/m",
            messages=[{"role": "user", "content": SAID}],
            extra_headers={"x-conversation-id": "official"},
        )
        assert answer.choices[0].message.content == ANSWER
        told = await official.get("/titles/official", cast_to=httpx2.Response)
        assert told.json() == {"title": TITLE, "conversation_id": "official"}
        with pytest.raises(openai.NotFoundError):
            await official.get("/titles/not-there", cast_to=object)


@pytest.mark.parametrize(
    ("body", "status", "param"),
    [
        ({"model": "untitled/m"}, 400, "messages"),
        ({"model": "untitled/m", "messages": []}, 400, "messages"),
        ({"model": "untitled/m", "messages": [{"role": "user", "content": ""}]}, 400, "messages"),
        ({"messages": [{"role": "user", "content": SAID}]}, 400, "model"),
        ({"model": "nobody/m", "messages": [{"role": "user", "content": SAID}]}, 404, "model"),
        ({"model": "absent/m", "messages": [{"role": "user", "content": SAID}]}, 404, None),
        ({"model": "reasons/m", "messages": [{"role": "user", "content": SAID}]}, 502, None),
    ],
)
async def test_what_gives_no_title_says_why(
    client: httpx2.AsyncClient, body: Json, status: int, param: str | None
) -> None:
    answer = await client.post("/v1/titles", json=body)
    assert answer.status_code == status
    assert answer.json()["error"]["message"]
    assert answer.json()["error"]["param"] == param


async def test_nothing_but_a_key_opens_the_routes(server: Serving) -> None:
    async with httpx2.AsyncClient(base_url=server.url) as nobody:
        assert (await nobody.post("/v1/titles", json={})).status_code == 401
        assert (await nobody.get("/v1/titles/x")).status_code == 401


async def test_a_title_under_way_ends_with_the_server(
    upstream: TitleUpstream, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("ending")
    with serving(config(entries(upstream.url)), folder) as server:
        async with httpx2.AsyncClient(base_url=server.url, headers=server.headers) as client:
            assert (await chat(client, "held/m", "held")).status_code == 200
            await until(lambda: bool(upstream.requests("slow-title")))
        ended_at = time.monotonic()
    assert time.monotonic() - ended_at < 10
    store = await open_store(folder / "data")
    try:
        entries_kept = await store.ledger.list_entries()
    finally:
        await store.close()
    assert sorted((e.operation, e.outcome.value) for e in entries_kept) == [
        ("chat", "delivered"),
        ("title", "left"),
    ]
