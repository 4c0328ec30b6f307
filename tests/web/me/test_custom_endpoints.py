"""Endpoints of one's own over HTTP: brought, called, replaced, forgotten, and nobody else's."""

import json
import logging
from pathlib import Path
from typing import Any

import anthropic
import httpx2
import openai
import pytest
from msgspec.structs import replace

from endpoints_server.demo.catalog import CHAT, MESSAGES
from endpoints_server.store.own_endpoints import Terms
from tests.acceptance.test_own_keys import Someone, code_of
from tests.serving import Serving, serving
from tests.upstreams.acting import END, LETTER, Acting
from tests.upstreams.bad import BadProvider
from tests.upstreams.server import Running, Server
from tests.web.me.bringing import (
    ALL,
    FRESH,
    KEY,
    RATES,
    body,
    bring,
    host_of,
    rewrite,
    told,
    wait_until,
)

SAID = "it is mine"
A_SECOND = 1.5
"""And how long a call may take beside it, on a machine that others use too."""


def test_it_is_brought_called_and_forgotten(
    ada: Someone, upstream: Server, server: Serving
) -> None:
    brought = ada.ask("POST", ALL, body(upstream, apiKey=KEY, tokenConfig={"llama": RATES}))
    assert brought.status_code == 201, brought.text
    assert brought.headers["location"] == f"{ALL}/my-gpu"
    told = brought.json()
    assert (told["slug"], told["isServed"], told["reason"]) == ("my-gpu", True, "")
    assert (told["state"], told["ending"]) == ("valid", "•••0001")
    assert told["endpoint"] == body(upstream, tokenConfig={"llama": RATES})
    assert ada.ask("GET", brought.headers["location"]).json() == told
    assert ada.ask("GET", f"{ALL}/My GPU").json() == told
    assert ada.ask("GET", ALL).json() == {"data": [told]}

    for model in ("my-gpu/llama", "My GPU/llama", "llama"):
        answer = ada.call(model)
        assert answer.status_code == 200, answer.text
        assert answer.headers["x-es-endpoint"] == "my-gpu"
        assert answer.headers["x-es-credential"] == "user"
        assert upstream.last.headers["authorization"] == f"Bearer {KEY}"
    (entry,) = server.latest()
    assert (entry.person_id, entry.endpoint, entry.model) == (ada.name, "My GPU", "llama")
    assert (entry.credential, entry.price_source) == ("user", "tokenConfig")
    assert entry.cost_nano_usd == 1000 * (entry.usage.input + 2 * entry.usage.output)
    told = ada.ask("GET", f"{ALL}/my-gpu").json()
    assert told["lastUsedAt"] is not None

    assert ada.ask("DELETE", f"{ALL}/my-gpu").status_code == 204
    assert ada.ask("DELETE", f"{ALL}/my-gpu").status_code == 404
    assert ada.call("my-gpu/llama").status_code == 404
    assert ada.ask("GET", ALL).json() == {"data": []}
    assert ada.ask("GET", "/me/credentials").json()["data"][0]["endpoint"] == "typed"
    assert bring(ada, body(upstream))["state"] == "missing"


def test_official_clients_speak_through_it(ada: Someone, server: Serving) -> None:
    with Running(Acting()) as acting:
        allow(server, acting)
        bring(ada, body(acting, apiKey=KEY, models={"default": [CHAT]}))
        claude = {"name": "My Claude", "provider": "anthropic", "models": {"default": [MESSAGES]}}
        bring(ada, {**claude, "baseURL": acting.url, "apiKey": KEY})
        for place in (f"my-gpu/{CHAT}", f"my-claude/{MESSAGES}"):
            endpoint, _, model = place.partition("/")
            assert SAID in by_openai(ada, server.url, place)
            assert SAID in by_openai(ada, f"{server.url}/e/{endpoint}", model)
            assert SAID in by_anthropic(ada, server.url, place)
        sent = {
            each.headers.get("x-api-key") or each.headers["authorization"] for each in acting.seen
        }
        assert sent == {KEY, f"Bearer {KEY}"}
    assert {each.endpoint for each in server.latest(6)} == {"My GPU", "My Claude"}


def allow(server: Serving, upstream: Server) -> None:
    """Let people choose the address of another upstream."""
    more = f'allowedAddresses: ["{host_of(upstream)}", '
    rewrite(server, server.config.read_text().replace("allowedAddresses: [", more))


def by_openai(who: Someone, url: str, model: str) -> str:
    """Have a model say something to OpenAI's client, in a stream."""
    asked: Any = [{"role": "user", "content": f"{LETTER}{SAID} {END}"}]
    with openai.OpenAI(base_url=f"{url}/v1", api_key=who.key.reveal()) as client:
        stream = client.chat.completions.create(model=model, messages=asked, stream=True)
        return "".join(part.choices[0].delta.content or "" for part in stream if part.choices)


def by_anthropic(who: Someone, url: str, model: str) -> str:
    """Have a model say something to Anthropic's client."""
    asked: Any = [{"role": "user", "content": f"{LETTER}{SAID} {END}"}]
    with anthropic.Anthropic(base_url=url, api_key=who.key.reveal()) as client:
        answer = client.messages.create(model=model, max_tokens=99, messages=asked)
        return "".join(part.text for part in answer.content if part.type == "text")


def test_it_is_listed_wherever_models_are_listed(ada: Someone, upstream: Server) -> None:
    bring(ada, body(upstream, modelDisplayLabel="GPU", tokenConfig={"llama": RATES}))
    assert "my-gpu" in {each["owned_by"] for each in told(ada, "/v1/models")}
    assert ada.ask("GET", "/v1/models/my-gpu/llama").json()["requires_user_key"] is True
    assert told(ada, "/e/my-gpu/v1/models")[0]["id"] == "llama"
    mine = next(each for each in told(ada, "/me/endpoints") if each["slug"] == "my-gpu")
    assert (mine["requires_user_key"], mine["has_user_key"]) == (True, False)
    assert "llama" in {each["model"] for each in told(ada, "/me/models")}
    page = ada.ask("GET", "/api/endpoints").json()["My GPU"]
    assert (page["userProvide"], page["userProvideURL"]) == (True, False)
    assert page["modelDisplayLabel"] == "GPU"
    assert ada.ask("GET", "/api/models").json()["My GPU"] == ["llama"]
    rates = ada.ask("GET", "/api/endpoints/token-config").json()["My GPU"]
    assert rates["llama"]["context"] == 1000
    assert upstream.url not in ada.ask("GET", "/me/endpoints").text


def test_nobody_else_learns_that_it_is_there(
    ada: Someone, grace: Someone, upstream: Server
) -> None:
    paths = ("/v1/models", "/me/endpoints", "/me/models", "/me/credentials", "/api/endpoints")
    before = [grace.ask("GET", path).text for path in (*paths, "/api/models", ALL)]
    unknown = [grace.call(model).json()["error"]["message"] for model in ("my-gpu/llama", "llama")]
    bring(ada, body(upstream, apiKey=KEY))
    assert [grace.ask("GET", path).text for path in (*paths, "/api/models", ALL)] == before
    for model, message in zip(("my-gpu/llama", "llama"), unknown, strict=True):
        answer = grace.call(model)
        assert answer.status_code == 404
        assert answer.json()["error"]["message"] == message
    for method in ("GET", "DELETE"):
        assert grace.ask(method, f"{ALL}/my-gpu").status_code == 404
    asked = grace.ask("POST", "/e/my-gpu/v1/chat/completions", {"model": "llama", "messages": []})
    assert code_of(asked) == "endpoint_not_found"
    bring(grace, body(upstream, apiKey=FRESH))
    for who, key in ((grace, FRESH), (ada, KEY)):
        assert who.call("my-gpu/llama").status_code == 200
        assert upstream.last.headers["authorization"] == f"Bearer {key}"


def test_without_a_key_a_call_says_where_to_put_one(ada: Someone, upstream: Server) -> None:
    bring(ada, body(upstream))
    answer = ada.call("my-gpu/llama")
    assert code_of(answer) == "user_key_required"
    assert "/me/credentials/my-gpu" in answer.json()["error"]["message"]
    assert upstream.seen == []
    stored = ada.ask("PUT", "/me/credentials/my-gpu", {"apiKey": KEY})
    assert stored.status_code == 200, stored.text
    assert stored.json()["needsBaseURL"] is False
    assert ada.ask("POST", "/me/credentials/my-gpu/test").status_code == 200
    assert ada.call("my-gpu/llama").status_code == 200
    elsewhere = {"apiKey": KEY, "baseURL": "https://elsewhere.example/v1"}
    assert ada.ask("PUT", "/me/credentials/my-gpu", elsewhere).status_code == 400
    assert ada.ask("DELETE", "/me/credentials/my-gpu").status_code == 204
    assert code_of(ada.call("my-gpu/llama")) == "user_key_required"


def test_librechats_page_stores_its_key(ada: Someone, upstream: Server) -> None:
    bring(ada, body(upstream))
    value = json.dumps({"apiKey": KEY, "baseURL": ""})
    page = {"name": "My GPU", "value": value, "expiresAt": "never"}
    assert ada.ask("PUT", "/api/keys", page).status_code == 201
    assert ada.call("my-gpu/llama").status_code == 200


def test_put_replaces_it_whole_and_makes_it_where_there_is_none(
    ada: Someone, upstream: Server
) -> None:
    made = ada.ask("PUT", f"{ALL}/my-gpu", body(upstream, apiKey=KEY, dropParams=["stop"]))
    assert made.status_code == 201, made.text
    again = ada.ask("PUT", f"{ALL}/my-gpu", body(upstream, models={"default": ["other"]}))
    assert again.status_code == 200, again.text
    first, second = made.json(), again.json()
    assert "dropParams" not in second["endpoint"]
    assert (second["state"], second["ending"]) == ("valid", "•••0001")
    assert second["createdAt"] == first["createdAt"]
    assert ada.call("my-gpu/other").status_code == 200
    assert ada.call("my-gpu/llama").status_code == 404
    taken = ada.ask("POST", ALL, body(upstream))
    assert (taken.status_code, code_of(taken)) == (409, "endpoint_exists")
    renamed = ada.ask("PUT", f"{ALL}/my-gpu", body(upstream, name="My TPU"))
    assert (renamed.status_code, renamed.json()["error"]["param"]) == (400, "name")


def test_a_key_goes_to_no_address_but_the_one_it_came_with(
    ada: Someone, upstream: Server, server: Serving
) -> None:
    bring(ada, body(upstream, apiKey=KEY))
    moved = body(upstream, baseURL=f"{upstream.url}/elsewhere/v1")
    refused = ada.ask("PUT", f"{ALL}/my-gpu", moved)
    assert (refused.status_code, refused.json()["error"]["param"]) == (400, "apiKey")
    assert ada.ask("GET", f"{ALL}/my-gpu").json()["endpoint"] == body(upstream)
    assert ada.ask("PUT", f"{ALL}/my-gpu", moved | {"apiKey": FRESH}).status_code == 200
    assert ada.call("my-gpu/llama").status_code == 200
    assert upstream.last.path == "/elsewhere/v1/chat/completions"
    assert upstream.last.headers["authorization"] == f"Bearer {FRESH}"


def test_a_key_stays_where_it_is_when_a_row_is_changed_by_other_hands(
    ada: Someone, upstream: Server, server: Serving
) -> None:
    bring(ada, body(upstream, apiKey=KEY))
    rows = server.parts.store.own_endpoints
    (own,) = rows.of(ada.name)
    moved = body(upstream, baseURL=f"{upstream.url}/elsewhere/v1")
    server.ask(rows.put_own(replace(own, body=json.dumps(moved)), Terms(50)))
    assert code_of(ada.call("my-gpu/llama")) == "user_key_required"
    assert upstream.seen == []


def test_headers_go_with_the_key_and_are_kept_with_it(
    ada: Someone, upstream: Server, server: Serving
) -> None:
    headers = {"api-key": f"azure-{KEY}", "X-Team": "blue"}
    shown = bring(ada, body(upstream, apiKey=KEY, headers=headers))
    assert shown["headers"] == ["api-key", "X-Team"]
    assert ada.call("my-gpu/llama").status_code == 200
    sent = upstream.last.headers
    assert (sent["api-key"], sent["x-team"]) == (f"azure-{KEY}", "blue")
    assert ada.ask("PUT", f"{ALL}/my-gpu", shown["endpoint"]).json()["headers"] == shown["headers"]
    assert ada.ask("PUT", "/me/credentials/my-gpu", {"apiKey": FRESH}).status_code == 200
    assert ada.call("my-gpu/llama").status_code == 200
    sent = upstream.last.headers
    assert (sent["authorization"], sent["x-team"]) == (f"Bearer {FRESH}", "blue")
    instead = {"Authorization": "Token abc-0123456789"}
    again = ada.ask("PUT", f"{ALL}/my-gpu", body(upstream, apiKey=KEY, headers=instead))
    assert again.json()["headers"] == ["Authorization"]
    assert ada.call("my-gpu/llama").status_code == 200
    sent = upstream.last.headers
    assert (sent["authorization"], sent.get("x-team")) == ("Token abc-0123456789", None)
    texts = [ada.ask("GET", path).text for path in (ALL, f"{ALL}/my-gpu", "/me/credentials")]
    kept = [path.read_bytes() for path in server.data_dir.rglob("*") if path.is_file()]
    assert "0123456789" not in "".join(texts)
    assert b"abc-0123456789" not in b"".join(kept)


def test_an_address_that_is_allowed_no_more_is_refused_at_the_call(
    ada: Someone, upstream: Server, server: Serving
) -> None:
    bring(ada, body(upstream, apiKey=KEY))
    assert ada.call("my-gpu/llama").status_code == 200
    count = len(upstream.seen)
    allowed = f'["{host_of(upstream)}"]'
    rewrite(server, server.config.read_text().replace(allowed, "[]"))
    answer = ada.call("my-gpu/llama")
    assert code_of(answer) == "address_refused"
    assert len(upstream.seen) == count


def test_a_name_of_the_file_is_refused(ada: Someone, upstream: Server) -> None:
    for name in ("House", "house", "HOUSE!"):
        answer = ada.ask("POST", ALL, body(upstream, name=name))
        assert (answer.status_code, code_of(answer)) == (409, "name_taken")
        assert "'House'" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("key", "address"), [("zz-house-key-zz", "{url}/taken/v1"), ("user_provided", "user_provided")]
)
def test_a_name_that_the_file_takes_is_the_files_until_it_lets_go(
    ada: Someone, upstream: Server, server: Serving, key: str, address: str
) -> None:
    bring(ada, body(upstream, apiKey=KEY))
    before = server.config.read_text()
    place = address.format(url=upstream.url)
    entry = f"{{name: my GPU, apiKey: {key}, baseURL: '{place}', models: {{default: [llama]}}}}"
    rewrite(server, f"{before}    - {entry}\n")
    shown = ada.ask("GET", f"{ALL}/my-gpu").json()
    assert (shown["isServed"], shown["state"]) == (False, "valid")
    assert "configuration" in shown["reason"]
    answer = ada.call("my-gpu/llama")
    if key == "user_provided":
        assert code_of(answer) == "user_key_required"
    else:
        assert answer.headers["x-es-credential"] == "house"
        assert upstream.last.path.startswith("/taken/")
    assert KEY not in json.dumps([each.headers for each in upstream.seen])
    refused = ada.ask("PUT", f"{ALL}/my-gpu", body(upstream))
    assert code_of(refused) == "name_taken"
    rewrite(server, before)
    assert ada.ask("GET", f"{ALL}/my-gpu").json()["isServed"] is True
    assert ada.call("my-gpu/llama").status_code == 200
    assert upstream.last.headers["authorization"] == f"Bearer {KEY}"


def test_an_alias_of_the_file_and_a_bare_name_are_as_between_endpoints_of_the_file(
    ada: Someone, upstream: Server, server: Serving
) -> None:
    bring(ada, body(upstream, apiKey=KEY, models={"default": ["shared", "fast"]}))
    assert code_of(ada.call("shared")) == "model_ambiguous"
    assert ada.call("fast").headers["x-es-endpoint"] == "my-gpu"
    aliases = "server: {aliases: {fast: house/shared}}\n"
    rewrite(server, server.config.read_text() + aliases)
    assert ada.call("fast").headers["x-es-endpoint"] == "house"


def test_the_file_may_forbid_it_and_allow_it_again(
    ada: Someone, upstream: Server, server: Serving
) -> None:
    bring(ada, body(upstream, apiKey=KEY))
    before = server.config.read_text()
    rewrite(server, before + "server: {allowOwnEndpoints: false}\n")
    assert ada.call("my-gpu/llama").status_code == 404
    refused = ada.ask("POST", ALL, body(upstream, name="Other"))
    assert (refused.status_code, code_of(refused)) == (403, "own_endpoints_off")
    shown = ada.ask("GET", f"{ALL}/my-gpu").json()
    assert shown["isServed"] is False
    assert "allowOwnEndpoints" in shown["reason"]
    rewrite(server, before)
    assert ada.call("my-gpu/llama").status_code == 200
    assert ada.ask("DELETE", f"{ALL}/my-gpu").status_code == 204


def test_its_own_list_of_models_is_asked_for_by_the_persons_key(
    ada: Someone, grace: Someone, server: Serving
) -> None:
    with Running(BadProvider()) as provider:
        allow(server, provider)
        models = {"default": ["m"], "fetch": True}
        mine = {"name": "Mine", "baseURL": f"{provider.url}/good/v1", "models": models}
        bring(ada, mine | {"apiKey": KEY})
        wait_until(lambda: names(ada) == ["bad-1", "bad-2"])
        assert ada.call("mine/bad-2").status_code == 200
        rewrite(server, server.config.read_text() + "# changed\n")
        assert names(ada) == ["bad-1", "bad-2"]
        assert "Mine" not in grace.ask("GET", "/api/models").json()
        ada.ask("PUT", f"{ALL}/mine", mine | {"models": {"default": ["m"]}})
        assert names(ada) == ["m"]


def names(who: Someone) -> list[str]:
    found: list[str] = who.ask("GET", "/api/models").json()["Mine"]
    return found


def test_one_that_this_version_cannot_read_is_shown_and_put_right(
    ada: Someone, upstream: Server, server: Serving
) -> None:
    bring(ada, body(upstream, apiKey=KEY))
    rows = server.parts.store.own_endpoints
    (own,) = rows.of(ada.name)
    older = json.dumps(body(upstream, longGone=True))
    server.ask(rows.put_own(replace(own, body=older), Terms(50)))
    shown = ada.ask("GET", f"{ALL}/my-gpu").json()
    assert (shown["isServed"], shown["endpoint"]["longGone"]) == (False, True)
    assert "Put it anew" in shown["reason"]
    assert ada.call("my-gpu/llama").status_code == 404
    assert ada.call("shared").status_code == 200
    assert ada.ask("PUT", f"{ALL}/my-gpu", body(upstream)).json()["isServed"] is True
    assert ada.call("my-gpu/llama").status_code == 200


def test_conversations_get_titles_by_the_persons_key(
    ada: Someone, upstream: Server, server: Serving
) -> None:
    bring(ada, body(upstream, apiKey=KEY, titleConvo=True, titleModel="small"))
    assert ada.call("my-gpu/llama", **{"x-conversation-id": "c-1"}).status_code == 200
    assert ada.ask("GET", "/v1/titles/c-1").json()["title"]
    assert upstream.last.headers["authorization"] == f"Bearer {KEY}"
    entries = {each.operation: each for each in server.latest(2)}
    assert entries["title"].model == "small"
    assert {(each.endpoint, each.credential) for each in entries.values()} == {("My GPU", "user")}


def test_nobody_has_more_than_fifty(ada: Someone, upstream: Server) -> None:
    for number in range(50):
        bring(ada, body(upstream, name=f"GPU {number}"))
    answer = ada.ask("POST", ALL, body(upstream, name="One more"))
    assert (answer.status_code, code_of(answer)) == (409, "too_many_endpoints")
    assert ada.ask("PUT", f"{ALL}/gpu-7", body(upstream, name="GPU 7")).status_code == 200
    assert len(told(ada, ALL)) == 50


def test_changes_are_noted_and_counters_know_no_names(
    ada: Someone, upstream: Server, server: Serving
) -> None:
    bring(ada, body(upstream, apiKey=KEY))
    assert ada.call("my-gpu/llama").status_code == 200
    asked = f"{server.url}/admin/v1/audit?kind=endpoint&user={ada.name}"
    audit = httpx2.get(asked, headers=server.headers).json()["data"]
    (made,) = audit
    assert made["name"] == "my-gpu"
    assert KEY not in json.dumps(audit)
    metrics = httpx2.get(f"{server.url}/metrics").text
    assert 'endpoint="(own)"' in metrics
    assert 'endpoint="My GPU"' not in metrics


def test_the_key_is_nowhere_but_sealed_and_sent(
    ada: Someone,
    upstream: Server,
    server: Serving,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    answers = [ada.ask("POST", ALL, body(upstream, apiKey=KEY))]
    answers += [ada.ask("PUT", f"{ALL}/my-gpu", body(upstream, apiKey=KEY, modles=1))]
    answers += [ada.ask("PUT", f"{ALL}/my-gpu", body(upstream, apiKey=f"{KEY} {KEY}"))]
    answers += [ada.ask("POST", ALL, body(upstream, name={"apiKey": KEY}, apiKey=[KEY]))]
    answers += [ada.ask("GET", path) for path in (ALL, f"{ALL}/my-gpu", "/me/credentials")]
    answers += [ada.call("my-gpu/llama"), ada.call("my-gpu/none"), ada.ask("DELETE", f"{ALL}/none")]
    assert all(KEY not in each.text + repr(each.headers) for each in answers)
    assert upstream.last.headers["authorization"] == f"Bearer {KEY}"
    server.latest()
    kept = b"".join(path.read_bytes() for path in server.data_dir.rglob("*") if path.is_file())
    assert KEY.encode() not in kept
    output = capfd.readouterr()
    assert KEY not in output.out + output.err + caplog.text


def test_another_process_serves_it_within_a_second_and_no_longer_within_another(
    ada: Someone, upstream: Server, server: Serving, tmp_path: Path
) -> None:
    (tmp_path / "data").symlink_to(server.data_dir)
    with (
        serving(server.config.read_text(), tmp_path) as other,
        httpx2.Client(base_url=other.url, timeout=20) as client,
    ):

        def called() -> int:
            asked = {"model": "my-gpu/llama", "messages": [{"role": "user", "content": "hello"}]}
            headers = {"authorization": f"Bearer {ada.key.reveal()}"}
            return client.post("/v1/chat/completions", json=asked, headers=headers).status_code

        assert called() == 404
        bring(ada, body(upstream, apiKey=KEY))
        wait_until(lambda: called() == 200, A_SECOND)
        assert ada.ask("DELETE", f"{ALL}/my-gpu").status_code == 204
        wait_until(lambda: called() == 404, A_SECOND)
