"""Calls with provider keys that people brought: whose key goes where, and what is said without."""

import json
import sqlite3
import time
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx2
import pytest

from endpoints_server.desk.keys import KeyDraft, create_key
from endpoints_server.domain.own_key import OwnKey
from endpoints_server.domain.people.access_key import RANDOM_BYTES
from endpoints_server.domain.people.person import Person
from endpoints_server.domain.secret import Secret
from endpoints_server.store.keyring.ring import FILE_NAME as RING
from endpoints_server.store.open import open_store
from endpoints_server.store.seal import Owner
from endpoints_server.store.sqlite.open import FILE_NAME
from tests.serving import Serving, serving
from tests.upstreams.server import Exchange, Running, Server

ADAS = "zz-adas-provider-key-zz-0001"
GRACES = "zz-graces-provider-key-zz-0002"
HOUSE = "zz-house-key-zz-0003"
HEADER = "zz-header-of-the-house-zz"
BAD = "zz-refused-provider-key-zz"
PATHS = {"chat/completions": "chat.completion", "messages": "message"}
YAML = """\
version: 1.3.5
endpoints:
  allowedAddresses: ["{host}"]
  custom:
    - name: Own Key
      apiKey: user_provided
      baseURL: "{url}/configured/v1"
      headers: {{X-House: {header}, X-User: "{{{{LIBRECHAT_USER_ID}}}}"}}
      models: {{default: [one]}}
    - name: Own Claude
      provider: anthropic
      apiKey: user_provided
      baseURL: "{url}/configured"
      models: {{default: [two]}}
    - name: Own Address
      apiKey: {house}
      baseURL: user_provided
      headers: {{X-House: {header}}}
      models: {{default: [three]}}
"""
USAGE = {"prompt_tokens": 3, "completion_tokens": 1, "total_tokens": 4}


async def answer(exchange: Exchange) -> None:
    """Answer in either wire; a refused key is repeated in the refusal."""
    await exchange.read_body()
    headers = exchange.seen.headers
    key = headers.get("authorization", "").removeprefix("Bearer ") or headers.get("x-api-key", "")
    if key == BAD:
        body = {"error": {"message": f"Incorrect API key provided: {key}", "type": "auth"}}
        exchange.whole("401 Unauthorized", "application/json", json.dumps(body).encode())
        return
    message = {"role": "assistant", "content": "hi"}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    chat = {"id": "c", "object": "chat.completion", "created": 1, "model": "m"}
    said: dict[str, Any] = {**chat, "choices": [choice], "usage": USAGE}
    if exchange.seen.path.endswith("/messages"):
        text = {"type": "text", "text": "hi"}
        said = {"id": "m", "type": "message", "role": "assistant", "model": "m", "content": [text]}
        usage = {"input_tokens": 3, "output_tokens": 1}
        said |= {"stop_reason": "end_turn", "stop_sequence": None, "usage": usage}
    exchange.whole("200 OK", "application/json", json.dumps(said).encode())


@pytest.fixture(scope="module")
def upstream() -> Generator[Server]:
    with Running(Server(answer)) as running:
        yield running


@pytest.fixture
def server(upstream: Server, tmp_path: Path) -> Generator[Serving]:
    upstream.seen.clear()
    with serving(written(upstream), tmp_path, {"HOUSE_SECRET": HOUSE}) as running:
        yield running


def written(upstream: Server) -> str:
    host = upstream.url.removeprefix("http://")
    return YAML.format(url=upstream.url, host=host, header=HEADER, house=HOUSE)


class Someone:
    """A person with a client key of theirs."""

    def __init__(self, server: Serving, name: str) -> None:
        person = Person(id=name)
        parts = server.parts
        server.ask(parts.store.people.add_person(person))
        drawn = name.encode().ljust(RANDOM_BYTES, b"\x07")
        made = create_key(parts.store, parts.ring, KeyDraft(person=person), drawn, now())
        _, self.key = server.ask(made)
        self.name = name
        self.client = httpx2.Client(base_url=server.url, timeout=20)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> httpx2.Response:
        sent = {"authorization": f"Bearer {self.key.reveal()}", **headers}
        return self.client.request(method, path, json=body, headers=sent)

    def call(self, model: str, wire: str = "chat/completions", **headers: str) -> httpx2.Response:
        """Ask a model something short."""
        message = {"role": "user", "content": "hello"}
        body = {"model": model, "max_tokens": 5, "messages": [message]}
        return self.ask("POST", f"/v1/{wire}", body, **headers)

    def store(self, endpoint: str, key: str, **more: str) -> None:
        """Store a provider key."""
        answer = self.ask("PUT", f"/me/credentials/{endpoint}", {"apiKey": key, **more})
        assert answer.status_code == 200, answer.text

    def standing(self, endpoint: str) -> Any:
        """Tell how they stand with an endpoint."""
        return self.ask("GET", f"/me/credentials/{endpoint}").json()


@pytest.fixture
def ada(server: Serving) -> Generator[Someone]:
    someone = Someone(server, "ada")
    with someone.client:
        yield someone


@pytest.fixture
def grace(server: Serving) -> Generator[Someone]:
    someone = Someone(server, "grace")
    with someone.client:
        yield someone


def now() -> int:
    return time.time_ns() // 1000


def code_of(answer: httpx2.Response) -> str:
    """Give our code for a refusal."""
    return str(answer.json()["error"]["es"]["code"])


@pytest.mark.parametrize("wire", PATHS)
@pytest.mark.parametrize("model", ["one", "two", "three"])
def test_without_a_key_a_call_is_refused_in_its_wire_and_told_where_to_put_one(
    server: Serving, upstream: Server, ada: Someone, model: str, wire: str
) -> None:
    answer = ada.call(model, wire)
    assert answer.status_code == 403
    assert answer.headers["x-should-retry"] == "false"
    error = answer.json()["error"]
    assert code_of(answer) == "user_key_required"
    assert error["type"] == "permission_error"
    assert "/console/my-keys" in error["message"]
    assert "'Own " in error["message"]
    assert upstream.seen == []
    assert server.latest() == []


@pytest.mark.parametrize("wire", PATHS)
@pytest.mark.parametrize(("model", "slug"), [("one", "own-key"), ("two", "own-claude")])
def test_a_stored_key_is_used_for_its_owner_and_its_endpoint(
    server: Serving, upstream: Server, ada: Someone, model: str, slug: str, wire: str
) -> None:
    ada.store(slug, ADAS)
    answer = ada.call(model, wire)
    assert answer.status_code == 200, answer.text
    assert answer.headers["x-es-credential"] == "user"
    sent = upstream.last.headers
    assert sent.get("authorization", sent.get("x-api-key")) in (f"Bearer {ADAS}", ADAS)
    assert upstream.last.path.startswith("/configured/")
    if model == "one":
        assert (sent["x-house"], sent["x-user"]) == (HEADER, "ada")
    assert server.latest()[0].credential == "user"
    assert ada.standing(slug)["lastUsedAt"]
    assert ADAS not in answer.text
    assert ada.call("one" if model == "two" else "two").status_code == 403


def test_two_people_never_use_or_see_or_lose_each_others_key(
    upstream: Server, ada: Someone, grace: Someone
) -> None:
    ada.store("own-key", ADAS)
    assert code_of(grace.call("one")) == "user_key_required"
    assert upstream.seen == []
    grace.store("own-key", GRACES)
    for someone, key in ((ada, ADAS), (grace, GRACES), (ada, ADAS)):
        assert someone.call("one").status_code == 200
        assert upstream.last.headers["authorization"] == f"Bearer {key}"
    assert grace.ask("DELETE", "/api/keys?all=true").status_code == 204
    assert code_of(grace.call("one")) == "user_key_required"
    assert ada.call("one").status_code == 200
    assert grace.standing("own-key")["state"] == "missing"


def test_values_swapped_between_rows_open_for_nobody(
    server: Serving, upstream: Server, ada: Someone, grace: Someone
) -> None:
    ada.store("own-key", ADAS)
    grace.store("own-key", GRACES)
    ada.store("own-claude", ADAS)
    with closing(sqlite3.connect(server.data_dir / FILE_NAME, timeout=10)) as database:
        rows = database.execute(
            "select person_id, sealed from credentials where endpoint='own-key'"
        )
        (_, adas), (_, graces) = sorted(rows.fetchall())
        change = "update credentials set sealed = ?, revision = revision + 10 where person_id = ?"
        with database:
            for value, person_id in ((graces, "ada"), (adas, "grace")):
                database.execute(f"{change} and endpoint = 'own-key'", (value, person_id))
    time.sleep(1.1)
    for someone in (ada, grace):
        answer = someone.call("one")
        assert (answer.status_code, code_of(answer)) == (403, "user_key_unreadable")
        assert someone.standing("own-key")["state"] == "unreadable"
    assert upstream.seen == []
    assert ada.call("two").status_code == 200
    ada.store("own-key", ADAS)
    assert ada.call("one").status_code == 200


def test_an_expired_key_is_not_used(server: Serving, upstream: Server, ada: Someone) -> None:
    own_key = OwnKey(api_key=Secret(ADAS))
    vault = server.parts.exchange.vault
    server.ask(vault.put(Owner("ada", "own-key"), own_key, now() - 1, now() - 2))
    answer = ada.call("one")
    assert (answer.status_code, code_of(answer)) == (403, "user_key_expired")
    assert "/console/my-keys" in answer.json()["error"]["message"]
    assert upstream.seen == []


def test_to_an_address_of_ones_own_goes_ones_own_key_and_nothing_of_the_house(
    upstream: Server, ada: Someone, grace: Someone
) -> None:
    ada.store("own-address", ADAS, baseURL=f"{upstream.url}/of-ada/v1")
    grace.store("own-address", GRACES, baseURL=f"{upstream.url}/of-grace/v1")
    tried = ada.ask("POST", "/me/credentials/own-address/test").json()
    assert tried == {"ok": True, "status": 200, "message": "The key works."}
    for someone, key in ((ada, ADAS), (grace, GRACES), (ada, ADAS)):
        answer = someone.call("three")
        assert (answer.status_code, answer.headers["x-es-credential"]) == (200, "user")
        assert upstream.last.path == f"/of-{someone.name}/v1/chat/completions"
        assert upstream.last.headers["authorization"] == f"Bearer {key}"
    sent = repr([(each.path, each.headers, each.body) for each in upstream.seen])
    for secret in (HOUSE, HEADER, ada.key.reveal(), grace.key.reveal()):
        assert secret not in sent


def test_a_key_sent_along_wins_over_a_stored_one(upstream: Server, ada: Someone) -> None:
    for _ in range(2):
        headers = {"x-es-key": ada.key.reveal(), "authorization": f"Bearer {GRACES}"}
        answer = ada.call("one", **headers)
        assert (answer.status_code, answer.headers["x-es-credential"]) == (200, "caller")
        assert upstream.last.headers["authorization"] == f"Bearer {GRACES}"
        ada.store("own-key", ADAS)


@pytest.mark.parametrize("text", ["${HOUSE_SECRET}", "{{LIBRECHAT_USER_ID}}", "!printenv"])
def test_what_looks_like_a_placeholder_in_a_key_is_sent_as_it_is(
    upstream: Server, ada: Someone, text: str
) -> None:
    ada.store("own-key", text)
    assert ada.call("one").status_code == 200
    assert upstream.last.headers["authorization"] == f"Bearer {text}"


def test_a_key_is_tried_without_being_stored_and_told_in_our_own_words(
    server: Serving, upstream: Server, ada: Someone
) -> None:
    path = "/me/credentials/own-key/test"
    tried = ada.ask("POST", path, {"apiKey": ADAS})
    assert tried.json() == {"ok": True, "status": 200, "message": "The key works."}
    assert upstream.last.headers["x-house"] == HEADER
    assert json.loads(upstream.last.body)["max_tokens"] == 1
    refused = ada.ask("POST", path, {"apiKey": BAD})
    assert refused.json()["ok"] is False
    assert refused.json()["status"] == 401
    assert BAD not in refused.text
    assert ada.standing("own-key")["state"] == "missing"
    assert server.latest() == []
    nowhere = {"apiKey": ADAS, "baseURL": "https://192.0.2.1/v1"}
    assert ada.ask("POST", "/me/credentials/own-address/test", nowhere).status_code == 403


def test_a_key_that_a_provider_refuses_is_not_repeated_to_its_owner(ada: Someone) -> None:
    ada.store("own-key", BAD)
    for wire in PATHS:
        answer = ada.call("one", wire)
        assert answer.status_code >= 400
        assert BAD not in answer.text


def test_a_key_stays_with_the_name_it_was_stored_for(
    server: Serving, upstream: Server, ada: Someone
) -> None:
    ada.store("own-key", ADAS)
    server.config.write_text(written(upstream).replace("Own Key", "Another"))
    await_change(server)
    assert code_of(ada.call("one")) == "user_key_required"
    assert upstream.seen == []
    listed = ada.ask("GET", "/me/credentials").json()["data"]
    assert [(each["endpoint"], each["isServed"]) for each in listed][-1] == ("own-key", False)
    assert ada.ask("DELETE", "/me/credentials/own-key").status_code == 204
    assert len(ada.ask("GET", "/me/credentials").json()["data"]) == 3


def test_a_key_stored_with_an_address_goes_to_no_other(
    server: Serving, upstream: Server, ada: Someone
) -> None:
    ada.store("own-address", ADAS, baseURL=f"{upstream.url}/of-ada/v1")
    text = written(upstream).replace(
        "user_provided\n      headers: {X-House: zz-header-of-the-house-zz}",
        f'"{upstream.url}/elsewhere"',
    )
    text = text.replace(f"apiKey: {HOUSE}", "apiKey: user_provided")
    server.config.write_text(text)
    await_change(server)
    assert code_of(ada.call("three")) == "user_key_required"
    assert upstream.seen == []


def await_change(server: Serving) -> None:
    """Wait until a changed file is served."""
    server.ask(server.parts.live.reload())


async def delete_elsewhere(data_dir: Path, owner: Owner) -> None:
    """Delete a key as another process does."""
    store = await open_store(data_dir)
    await store.credentials.delete_credential(owner)
    await store.close()


def test_a_key_deleted_elsewhere_is_used_for_a_second_at_most(
    server: Serving, ada: Someone
) -> None:
    ada.store("own-key", ADAS)
    assert ada.call("one").status_code == 200
    server.ask(delete_elsewhere(server.data_dir, Owner("ada", "own-key")))
    time.sleep(1.05)
    assert code_of(ada.call("one")) == "user_key_required"


def test_a_stored_key_is_in_no_column_and_no_file_in_the_open(
    server: Serving, upstream: Server, ada: Someone, capfd: pytest.CaptureFixture[str]
) -> None:
    ada.store("own-key", ADAS)
    address = f"{upstream.url}/zz-secret-path-zz/v1"
    ada.store("own-address", GRACES, baseURL=address)
    answers = [ada.call("one"), ada.call("three"), ada.ask("GET", "/me/credentials")]
    answers += [ada.ask("GET", path) for path in ("/me/endpoints", "/v1/models", "/metrics")]
    answers.append(ada.ask("GET", "/api/keys?name=Own Key"))
    told = "".join(f"{each.headers}{each.text}" for each in answers)
    assert [each.status_code for each in answers] == [200] * 7
    kept = b"".join(
        path.read_bytes()
        for path in server.data_dir.rglob("*")
        if path.is_file()
        if path.name != RING
    )
    said = "".join(capfd.readouterr())
    for secret in (ADAS, GRACES, "zz-secret-path-zz"):
        assert secret not in told
        assert secret.encode() not in kept
        assert secret not in said
