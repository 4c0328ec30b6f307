"""No secret comes out anywhere: not in logs, answers, metrics, pages, commands or the database."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from msgspec import Struct

from endpoints_server.store.keyring.ring import FILE_NAME as RING
from endpoints_server.store.sqlite.open import FILE_NAME
from tests.acceptance.hostile import MODELS, REPLY_HEADER, Hostile
from tests.acceptance.process import PATIENCE_SECONDS, Process, run, served
from tests.upstreams.server import Running

CALLER = "zzcallerkeyzz1187"
OPERATOR = {
    "house": "zzhousekeyzz7341",
    "literal": "zzliteralkeyzz2290",
    "header": "zzheadervaluezz4416",
    "variable": "zzvariablezz9035",
    "user": "zzaddressuserzz",
    "password": "zzaddresspasswordzz",
    "query": "zzaddressquerykeyzz",
}
"""What the operator wrote down, and nobody else is to see."""
OWN = "zzownproviderkeyzz6672"
BODY = {
    "message": "zzmessagetextzz3308",
    "arguments": "zztoolargumentszz",
    "result": "zztoolresultzz",
    "metadata": "zzmetadatazz8121",
}
"""What a caller said, which only comes back to that caller."""
ENVIRON = {"HOUSE_KEY": OPERATOR["house"], "HEADER_SECRET": OPERATOR["variable"]}
NEVER = (*OPERATOR.values(), CALLER, OWN, REPLY_HEADER)
PAGES = (
    *("/", "/console", "/console/keys", "/console/sign-in", "/livez", "/readyz", "/metrics"),
    *("/health/readiness", "/v1/models", "/v1/models/chat/good", "/me", "/me/endpoints"),
    *("/me/models", "/me/keys", "/me/usage", "/nowhere", "/v1/v1/models", "/e/nobody/v1/models"),
)
YAML = """\
version: 1.3.5
server:
  timeouts: {{firstToken: 0.3, betweenTokens: 0.3}}
endpoints:
  custom:
    - name: Chat
      apiKey: ${{HOUSE_KEY}}
      baseURL: "{url}/v1"
      headers: &headers
        X-Tenant: {header}
        X-Signed: "v1 ${{HEADER_SECRET}}"
        X-Person: "{{{{LIBRECHAT_USER_ID}}}} {header}"
      models: &models {{default: [{models}]}}
    - name: Messages
      provider: anthropic
      apiKey: {literal}
      baseURL: "{url}"
      headers: *headers
      models: *models
    - name: Addressed
      apiKey: {literal}
      baseURL: "http://{user}:{password}@{host}/v1?key={query}"
      directEndpoint: true
      models: *models
    - name: Nowhere
      apiKey: {literal}
      baseURL: "http://{user}:{password}@127.0.0.1:9/v1?key={query}"
      headers: *headers
      models: {{default: [nowhere]}}
"""
MISTAKES = (
    ("apiKey: {literal}", "apiKey: [{literal}]"),
    ("apiKey: {literal}", "apiKye: {literal}"),
    ("apiKey: {literal}", "apiKey: {{{literal}: {literal}}}"),
    ("apiKey: {literal}", 'apiKey: "{literal}'),
    ("apiKey: {literal}", "apiKey: {literal}\n  bad: ["),
    ("apiKey: {literal}", "apiKey: !tag {literal}"),
    ("apiKey: {literal}", "apiKey: ${{NO_SUCH}}{literal}"),
    ("X-Tenant: {header}", 'X-Tenant: "{header}\\nX: y"'),
    ("X-Tenant: {header}", "X-Tenant: [{header}]"),
    ("X-Tenant: {header}", 'X-Tenant: "{header} 日本"'),
    ("X-Tenant: {header}", 'X-Tenant: "{header} {{{{LIBRECHAT_USER_IDD}}}}"'),
    ("X-Tenant: {header}", "X Tenant: {header}"),
    ("http://{user}:{password}@{host}/v1", "ftp://{user}:{password}@{host}/v1"),
    ("http://{user}:{password}@{host}/v1", "http://{user}:{password}@{host}:port/v1"),
    ("http://{user}:{password}@{host}/v1", "http://{user}:{password}@{host}/v1 "),
    ("http://{user}:{password}@{host}/v1", "http://{user}:{password}@{host}/v1/chat/completions"),
)
"""Ways to write a secret down wrongly."""


FAULTS = (
    *("upstream_refused", "upstream_denied", "upstream_limited", "upstream_broken", "unreachable"),
    *("upstream_slow", "cancelled", "bad_request", "unauthenticated", "unknown_model"),
    *("configuration refused", "configuration taken"),
)
"""What must have happened for the search to mean anything."""


class Told(Struct, frozen=True):
    """Something that came out, and where."""

    where: str
    text: str


def written(upstream: Hostile) -> str:
    """Write a good configuration that leads to an upstream."""
    host = upstream.url.removeprefix("http://")
    return YAML.format(url=upstream.url, host=host, models=", ".join(MODELS), **OPERATOR)


def body_of(wire: str, model: str, *, is_stream: bool) -> dict[str, object]:
    """Ask with something secret in every place of a request."""
    said: list[object] = [{"role": "user", "content": f"Keep {BODY['message']} to yourself."}]
    asked: dict[str, object] = {
        "model": model,
        "stream": is_stream,
        "max_tokens": 100,
        "user": BODY["metadata"],
    }
    arguments = {"code": BODY["arguments"]}
    if wire == "messages":
        use = {"type": "tool_use", "id": "toolu_1", "name": "look", "input": arguments}
        result = {"type": "tool_result", "tool_use_id": "toolu_1", "content": BODY["result"]}
        turns = [{"role": "assistant", "content": [use]}, {"role": "user", "content": [result]}]
        return asked | {"messages": said + turns, "metadata": {"user_id": BODY["metadata"]}}
    function = {"name": "look", "arguments": json.dumps(arguments)}
    call = {"id": "call_1", "type": "function", "function": function}
    answered = [
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": BODY["result"]},
    ]
    return asked | {"messages": said + answered, "metadata": {"note": BODY["metadata"]}}


def calls(client: httpx.Client) -> Iterator[Told]:
    """Make every call fail in every way, on both wires, with the house's key and a caller's own."""
    ways = [f"{endpoint}/{model}" for endpoint in ("chat", "messages") for model in MODELS]
    ways += ["addressed/good", "addressed/json-400", "addressed/json-500", "nowhere/nowhere"]
    credentials = ({"authorization": f"Bearer {CALLER}"}, own_key())
    for number, way in enumerate(ways * 2):
        for wire in ("chat/completions", "messages"):
            headers = credentials[number % 2 if way[-4:] != "-401" else number > len(ways)]
            for is_stream in (True, False):
                body = body_of(wire, way, is_stream=is_stream)
                yield ask(client, wire, body, headers)


def own_key() -> dict[str, str]:
    """Give the headers of a caller who brings a provider key."""
    return {"x-es-key": CALLER, "authorization": f"Bearer {OWN}"}


def ask(
    client: httpx.Client, wire: str, body: dict[str, object] | bytes, headers: dict[str, str]
) -> Told:
    """Make one call, and give all that came back."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = {"content-type": "application/json", "x-api-version": "1", **headers}
    answer = client.post(f"/v1/{wire}", content=content, headers=sent)
    asked = body["model"] if isinstance(body, dict) else body[:20]
    return told(f"{wire} {asked}", answer)


def told(where: str, answer: httpx.Response) -> Told:
    """Take an answer whole, headers and all."""
    return Told(f"{where}: {answer.status_code}", f"{answer.headers!r}\n{answer.text}")


def refusals(client: httpx.Client) -> Iterator[Told]:
    """Make the calls that our own server refuses."""
    good = body_of("chat/completions", "chat/good", is_stream=False)
    for wire in ("chat/completions", "messages"):
        yield ask(client, wire, good, {"authorization": f"Bearer {OWN}"})
        yield ask(client, wire, good, {"authorization": f"Basic {OWN}"})
        yield ask(client, wire, good, {"x-api-key": OWN, "authorization": f"Bearer {CALLER}"})
        yield ask(client, wire, good, {"x-es-key": OWN})
        yield ask(client, wire, good | {"model": "nobody"}, own_key())
        for broken in (json.dumps(good).encode()[:-9], b'"%s"' % BODY["message"].encode()):
            yield ask(client, wire, broken, own_key())
        for wrong in ("messages", "tools", "max_tokens", "stream"):
            mistaken = good | {wrong: {"a": [BODY["message"]]}}
            yield ask(client, wire, mistaken, own_key())
            yield ask(client, wire, mistaken | {"model": "messages/good"}, own_key())


def pages(client: httpx.Client) -> Iterator[Told]:
    """Open every page, without a key, with one, and signed in."""
    for path in PAGES:
        yield told(path, client.get(path))
        yield told(path, client.get(path, headers={"authorization": f"Bearer {CALLER}"}))
    signed = client.post("/console/sign-in", data={"key": CALLER})
    assert signed.status_code == 303
    for path in PAGES:
        yield told(path, client.get(path, headers={"accept": "text/html"}))


def commands(folder: Path) -> Iterator[Told]:
    """Run the commands that speak of the configuration."""
    shown = ("chat/good", "messages/good", "addressed/good", "nowhere/nowhere", "nobody")
    asked = [("check",), ("check", "--json"), ("models",), ("models", "--json"), ("key", "list")]
    asked += [("explain", model, *more) for model in shown for more in ((), ("--json",))]
    asked += [("try", "chat/json-401", "Hi"), ("try", "nowhere/nowhere", "Hi")]
    for args in asked:
        done = run(folder, *args, **ENVIRON, ES_ADMIN_KEY=CALLER, ES_LOG_LEVEL="debug")
        yield Told(" ".join(args), done.stdout + done.stderr)


def mistakes(server: Process, client: httpx.Client, good: str, host: str) -> Iterator[Told]:
    """Write the file wrongly in many ways under the running server, and back again."""
    file = server.folder / "librechat.yaml"
    for right, wrong in MISTAKES:
        values = {"host": host, **OPERATOR}
        broken = good.replace(right.format(**values), wrong.format(**values))
        assert broken != good, right
        file.write_text(broken)
        done = run(server.folder, "check", **ENVIRON)
        yield Told(f"check {wrong}", done.stdout + done.stderr)
    yield told("/console", client.get("/console", headers={"accept": "text/html"}))
    file.write_text(good)


def troubles(server: Process, client: httpx.Client) -> Iterator[Told]:
    """Take tables away under the running server, so that what nobody expected happens."""
    body = body_of("messages", "chat/good", is_stream=False)
    with closing(sqlite3.connect(server.folder / "data" / FILE_NAME, timeout=10)) as database:
        for table in ("entries", "sessions", "access_keys"):
            database.execute(f"alter table {table} rename to elsewhere")
            for path in PAGES:
                yield told(path, client.get(path, headers=own_key()))
            if table == "entries":  # the call waits for its entry, and is left
                with pytest.raises(httpx.ReadTimeout):
                    client.post("/v1/messages", json=body, headers=own_key(), timeout=1)
            database.execute(f"alter table elsewhere rename to {table}")


def columns(file: Path) -> Iterator[Told]:
    """Read every column of every table."""
    with closing(sqlite3.connect(file)) as database:
        tables = database.execute("select name from sqlite_master where type = 'table'").fetchall()
        for (name,) in tables:
            rows = database.execute(f'select * from "{name}"').fetchall()
            yield Told(f"table {name}", repr(rows))


def files(folder: Path) -> Iterator[Told]:
    """Read every file of the data dir but the key ring, as bytes."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != RING:
            yield Told(path.name, path.read_bytes().decode("latin-1"))


def found(canaries: tuple[str, ...], places: list[Told]) -> list[str]:
    """Name each canary that came out, and where."""
    return [
        f"{canary} in {place.where}: …{around(place.text, canary)}…"
        for place in places
        for canary in canaries
        if canary in place.text
    ]


def around(text: str, canary: str) -> str:
    """Show what stands before and after a canary."""
    start = text.index(canary)
    return text[max(0, start - 60) : start + len(canary) + 20]


@pytest.mark.parametrize("form", ["json", "console"])
def test_no_secret_comes_out_anywhere_however_things_fail(tmp_path: Path, form: str) -> None:
    with Running(Hostile()) as upstream:
        good = written(upstream)
        (tmp_path / "librechat.yaml").write_text(good)
        environ = {**ENVIRON, "ES_ADMIN_KEY": CALLER, "ES_LOG_LEVEL": "debug"}
        with served(tmp_path, ES_LOG_FORMAT=form, **environ) as server:
            client = httpx.Client(base_url=server.url, timeout=PATIENCE_SECONDS)
            answers = list(calls(client)) + list(refusals(client)) + list(pages(client))
            host = upstream.url.removeprefix("http://")
            answers += mistakes(server, client, good, host)
            answers += commands(tmp_path)
            answers += troubles(server, client)
            client.close()
        sent = repr([(each.path, each.headers, each.body) for each in upstream.seen])
    kept = [*columns(tmp_path / "data" / FILE_NAME), *files(tmp_path / "data")]
    logs = [Told("log", server.said())]
    metrics = [each for each in answers if each.where.startswith("/metrics")]
    planted = {*OPERATOR.values(), OWN, *BODY.values()} - {OPERATOR["user"], OPERATOR["password"]}
    assert [each for each in planted if each not in sent] == []
    assert CALLER not in sent
    assert [each for each in FAULTS if each not in repr([*kept, *logs])] == []
    assert found(NEVER, answers + kept + logs) == []
    assert found(tuple(BODY.values()), kept + logs + metrics) == []
