"""What the doctor finds before upstreams that ail, and what it tells to change."""

import json
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.configured import CANARY, HEADER_CANARY, Json, entry, write
from tests.cli.conftest import Command, Done
from tests.upstreams.acting import Acting
from tests.upstreams.ailing import JSON, STREAM, Ailing, chat, events
from tests.upstreams.bad import BadProvider
from tests.upstreams.server import Running

Ask = Callable[..., Done]


@pytest.fixture
def upstream() -> Iterator[Ailing]:
    with Running(Ailing()) as server:
        yield server


@pytest.fixture
def ask(command: Command, tmp_path: Path, upstream: Ailing) -> Ask:
    """Configure one endpoint before the upstream, and have the doctor look at it."""

    def run(*args: str, path: str = "/v1", server: Json | None = None, **more: object) -> Done:
        write(tmp_path, entry(upstream.url + path, **more), server=server or {})
        return command("doctor", *args)

    return run


def finding_of(done: Done) -> Json:
    """Give the only finding."""
    (endpoint,) = json.loads(done.out)["endpoints"]
    (found,) = endpoint["findings"]
    assert isinstance(found, dict)
    return found


def test_an_endpoint_that_is_well_is_told_to_be_and_the_call_is_in_the_ledger(
    ask: Ask, command: Command, upstream: Ailing
) -> None:
    done = ask()
    assert done.code == 0
    assert "FAULT" not in done.out.upper()
    assert "`one` answers" in done.out
    assert upstream.calls[0]["stream"] is True
    assert upstream.calls[0]["max_tokens"] < 100
    usage = json.loads(command("usage", "--by", "endpoint", "--json").out)
    assert [(row["name"], row["attempts"]) for row in usage["rows"]] == [("Acme", 1)]


def test_the_demo_is_well_on_every_wire(command: Command) -> None:
    done = command("doctor", "--json")
    told = json.loads(done.out)["endpoints"]
    assert done.code == 0
    assert [each["findings"] for each in told] == [[], []]
    assert [step["step"] for step in told[0]["steps"]] == ["key", "address", "models", "call"]


WIRES = {
    "openai": ("/v1", "demo-chat"),
    "openai-responses": ("/v1", "m"),
    "anthropic": ("", "demo-messages"),
    "google": ("/v1beta", "m"),
}


@pytest.mark.parametrize("provider", WIRES)
def test_an_endpoint_that_is_well_is_so_on_its_own_wire(
    command: Command, tmp_path: Path, provider: str
) -> None:
    path, model = WIRES[provider]
    with Running(Acting()) as server:
        more = {"provider": provider, "models": {"default": [model]}}
        write(tmp_path, entry(server.url + path, **more))
        done = command("doctor")
    assert done.code == 0
    assert f"`{model}` answers" in done.out


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
def test_an_unknown_model_is_told_apart_from_a_path_on_each_wire(
    command: Command, tmp_path: Path, provider: str
) -> None:
    with Running(Acting()) as server:
        more = {"provider": provider, "models": {"default": ["nobody"]}}
        write(tmp_path, entry(server.url + WIRES[provider][0], **more))
        done = command("doctor", "--json")
    assert done.code == 1
    assert finding_of(done)["rule"] == "unknown_model"


def test_without_a_call_no_model_is_asked(ask: Ask, upstream: Ailing) -> None:
    done = ask("--no-call")
    assert done.code == 0
    assert "--no-call" in done.out
    assert not upstream.calls


def test_one_endpoint_is_looked_at_alone(
    command: Command, tmp_path: Path, upstream: Ailing
) -> None:
    write(tmp_path, entry(upstream.url), entry("http://127.0.0.1:9", name="Other"))
    assert command("doctor", "acme").code == 0
    assert command("doctor").code == 3
    done = command("doctor", "acne")
    assert done.code == 1
    assert "Did you mean `acme`?" in done.err


def test_a_file_that_does_not_compile_is_told_with_its_places(
    command: Command, tmp_path: Path
) -> None:
    write(tmp_path, entry("http://x.test", apiKye="x"))
    done, told = command("doctor"), command("doctor", "--json")
    assert (done.code, told.code) == (2, 2)
    assert "librechat.yaml:1:" in done.err
    assert "apiKey" in done.err
    assert json.loads(told.out)["usable"] is False


def test_a_key_that_people_bring_is_noted_and_no_fault(ask: Ask, upstream: Ailing) -> None:
    done = ask(apiKey="user_provided")
    assert done.code == 0
    assert "credential set acme" in done.out
    assert not upstream.calls


def test_an_address_that_people_bring_is_noted_and_no_fault(
    command: Command, tmp_path: Path
) -> None:
    write(tmp_path, entry("user_provided", apiKey="user_provided", headers={}))
    done = command("doctor")
    assert done.code == 0
    assert "each person brings their own" in done.out


# the way there


def unused_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def test_a_refused_connection_is_told_with_host_and_port(command: Command, tmp_path: Path) -> None:
    port = unused_port()
    write(tmp_path, entry(f"http://127.0.0.1:{port}/v1"))
    done = command("doctor")
    assert done.code == 3
    assert f"127.0.0.1:{port} is refused" in done.out
    assert "nothing listens on that port" in done.out or "nothing listens on 127" in done.out


def test_the_other_address_of_this_machine_is_tried_too(command: Command, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        write(tmp_path, entry(f"http://[::1]:{port}/v1"))
        done = command("doctor", "--json")
    assert done.code == 3
    assert finding_of(done)["symptom"] == f"[::1]:{port} is refused, 127.0.0.1:{port} works"
    assert finding_of(done)["paste"] == f"baseURL: http://127.0.0.1:{port}/v1"


def test_a_name_that_leads_nowhere_is_told(command: Command, tmp_path: Path) -> None:
    write(tmp_path, entry("http://nowhere.invalid/v1"))
    done = command("doctor")
    assert done.code == 3
    assert "the name nowhere.invalid has no address" in done.out


def test_plain_http_to_a_port_with_tls_is_told(ask: Ask, upstream: Ailing) -> None:
    page = b"<html><h1>The plain HTTP request was sent to HTTPS port</h1></html>"
    upstream.answers("400 Bad Request", page, "text/html")
    done = ask("--json")
    assert done.code == 1
    assert "baseURL: https://" in finding_of(done)["paste"]


PROXIES = ["http://me:{key}@127.0.0.1:{port}", "http://me:{key}@127.0.0.1:99999", "http://"]


@pytest.mark.parametrize("proxy", PROXIES)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_does_not_work_is_told_to_be_one(
    command: Command, tmp_path: Path, scheme: str, proxy: str
) -> None:
    write(tmp_path, entry(f"{scheme}://api.x.test:443/v1"))
    named = {f"{scheme}_proxy": proxy.format(key=CANARY, port=unused_port())}
    done = command("doctor", "--json", **named)
    assert done.code == 3
    assert finding_of(done)["rule"] == "proxy_fails"
    assert CANARY not in done.out + done.err


# the list of models


def test_models_that_the_list_lacks_are_told_with_near_names(ask: Ask, upstream: Ailing) -> None:
    upstream.names = ["one", "two-large"]
    done = ask("--json", models={"default": ["two", "one"], "fetch": True})
    found = finding_of(done)
    assert done.code == 1
    assert found["symptom"] == "not on the list: `two`"
    assert "two-large" in found["change"]
    assert upstream.calls[0]["model"] == "one"


def test_a_list_that_has_all_models_is_fine(ask: Ask, upstream: Ailing) -> None:
    upstream.names = ["one", "two:latest", "three"]
    done = ask(models={"default": ["two", "one"], "fetch": True})
    assert done.code == 0
    assert "3 listed" in done.out


@pytest.mark.parametrize("names", [None, []])
def test_a_list_that_is_not_there_need_not_be_fetched(
    ask: Ask, upstream: Ailing, names: list[str] | None
) -> None:
    upstream.names = names
    done = ask("--json", models={"default": ["one"], "fetch": True})
    assert done.code == 1
    assert finding_of(done)["rule"] == "no_model_list"
    assert finding_of(done)["paste"] == "models:\n  fetch: false"


def test_a_list_that_fails_is_told_as_any_failure(ask: Ask, upstream: Ailing) -> None:
    upstream.list_status = "503 Service Unavailable"
    done = ask("--json", models={"default": ["one"], "fetch": True})
    assert done.code == 3
    assert finding_of(done)["rule"] == "upstream_fails"
    assert finding_of(done)["step"] == "models"


def test_a_key_that_may_not_list_is_told_as_any_key(ask: Ask, upstream: Ailing) -> None:
    upstream.list_status = "401 Unauthorized"
    done = ask("--json", models={"default": ["one"], "fetch": True})
    assert done.code == 4
    assert finding_of(done)["rule"] == "key_refused"


# answers

REFUSALS = {
    "a wrong key": ("401 Unauthorized", "No such key.", "the key is wrong", 4),
    "a forbidden key": ("403 Forbidden", "Not for you.", "may not use this model", 4),
    "a refused key under 400": ("400 Bad Request", "API key not valid.", "key is wrong", 4),
    "a limit": ("429 Too Many Requests", "Rate limit reached: 3 per minute", "limits how often", 4),
    "a quota": ("429 Too Many Requests", "You exceeded your current quota", "quota or balance", 4),
    "a debt under 400": ("400 Bad Request", "Your credit balance is too low.", "quota or", 4),
    "a debt": ("402 Payment Required", "Top up.", "quota or balance", 4),
    "a failure": ("500 Internal Server Error", "Boom.", "out of order", 3),
    "an unavailability": ("503 Service Unavailable", "Later.", "out of order", 3),
    "something nobody knows": ("418 I am a teapot", "Short and stout.", "Short and stout", 4),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_a_refusal_is_told_with_its_words_and_its_cause(
    ask: Ask, upstream: Ailing, case: str
) -> None:
    status, said, words, code = REFUSALS[case]
    upstream.refuses(status, said)
    done = ask()
    assert done.code == code
    assert words in done.out
    assert said in done.out
    assert status.split()[0] in done.out


def test_the_text_of_an_example_is_no_key(ask: Ask, upstream: Ailing) -> None:
    upstream.refuses("401 Unauthorized", "Nope.")
    done = ask(apiKey="your-api-key-here")
    assert done.code == 4
    assert "`apiKey` looks like the text of an example" in done.out
    assert "looks like the text of an example" in done.out


def test_a_limit_is_told_with_the_wait(ask: Ask, upstream: Ailing) -> None:
    body = {"error": {"message": "slow down"}}
    upstream.answers("429 Too Many Requests", body, JSON, "retry-after: 7")
    done = ask()
    assert done.code == 4
    assert "wait 7 seconds" in done.out


PATHS = {
    "/": "/v1",
    "/v1/messages?version=7": "/v1?version=7",
    "/v1/v1": "/v1",
    "/v1/messages": "/v1",
    "/v1/completions": "/v1",
}


@pytest.mark.parametrize("path", PATHS)
def test_a_path_that_is_not_there_is_mended(ask: Ask, upstream: Ailing, path: str) -> None:
    upstream.answers("404 Not Found", {"detail": "Not Found"})
    done = ask("--json", path=path)
    assert done.code == 1
    assert finding_of(done)["rule"] == "path_not_found"
    assert "Not Found" in finding_of(done)["symptom"]
    assert finding_of(done)["paste"] == f"baseURL: {upstream.url}{PATHS[path]}"


def test_an_exact_address_that_is_a_base_is_mended(ask: Ask, upstream: Ailing) -> None:
    upstream.answers("404 Not Found", b"", "text/plain")
    done = ask("--json", directEndpoint=True)
    assert done.code == 1
    assert finding_of(done)["paste"] == "directEndpoint: false"


def test_an_unknown_model_is_told_with_near_names(ask: Ask, upstream: Ailing) -> None:
    upstream.names = ["gpt-oss-120b", "acme/mixtral-8x7b", "one-more"]
    upstream.refuses("404 Not Found", "The model `mixtral-8x7` does not exist.")
    done = ask("--json", models={"default": ["mixtral-8x7", "one"]})
    found = finding_of(done)
    assert done.code == 1
    assert found["rule"] == "unknown_model"
    assert "acme/mixtral-8x7b" in found["change"]
    assert found["paste"] == "models:\n  default: ['acme/mixtral-8x7b', 'one']"


MISLEADING = {
    "Country, region, or territory not supported": ("403 Forbidden", "key_refused", "the place"),
    "<!DOCTYPE html>You have been blocked": ("403 Forbidden", "key_refused", "firewall"),
    "Streaming is not supported for this model": ("400 Bad Request", "refused", "refuses"),
    "The stream was closed by our filter": ("400 Bad Request", "refused", "refuses"),
    "The model one is overloaded: no stream": ("400 Bad Request", "refused", "refuses"),
    "/v1/chat/completions of model one not found": ("404 Not Found", "path_not_found", "path"),
    "": ("405 Method Not Allowed", "path_not_found", "no such path"),
    "No such model": ("404 Not Found", "model_not_served", "the upstream lists `one`"),
}


@pytest.mark.parametrize("said", MISLEADING)
def test_words_that_mislead_are_not_taken_for_another_cause(
    ask: Ask, upstream: Ailing, said: str
) -> None:
    status, rule, words = MISLEADING[said]
    upstream.answers(status, said.encode(), "text/plain")
    found = finding_of(ask("--json"))
    assert found["rule"] == rule
    assert words in found["cause"]


def test_a_key_in_a_header_of_its_own_is_not_said_to_be_missing(ask: Ask, upstream: Ailing) -> None:
    upstream.refuses("401 Unauthorized", "No.")
    found = finding_of(ask("--json", headers={"Authorization": "", "X-Token": HEADER_CANARY}))
    assert "no key was sent" not in found["cause"]


@pytest.mark.parametrize("status", ["200 OK", "404 Not Found", "405 Method Not Allowed"])
def test_a_web_page_is_told_to_be_none_of_an_api(ask: Ask, upstream: Ailing, status: str) -> None:
    page = b"<!DOCTYPE html><html><title>Welcome</title></html>"
    upstream.answers(status, page, "text/html")
    done = ask(path="/")
    assert done.code == 1
    assert "this is a web page, not an API endpoint" in done.out
    assert f"baseURL: {upstream.url}/v1" in done.out


REDIRECTS = {
    "https://api.x.test/v2/chat/completions": "baseURL: https://api.x.test/v2",
    "https://me:secret@api.x.test/v1/chat/completions?sig=1": "baseURL: https://api.x.test/v1",
    "/v1/chat/completions/": "baseURL: {url}/v1/chat/completions/\ndirectEndpoint: true",
    "https://sso.x.test/login?to=/v1/chat/completions": "",
    "http://[::1": "",
    "http://x.test:99999/v1": "",
    "": "",
}


@pytest.mark.parametrize("location", REDIRECTS)
def test_a_redirect_is_told_with_where_it_leads_if_the_api_is_there(
    ask: Ask, upstream: Ailing, location: str
) -> None:
    upstream.answers("307 Temporary Redirect", b"", JSON, f"location: {location}")
    done = ask("--json")
    assert done.code == 1
    assert finding_of(done)["rule"] == "redirect"
    assert finding_of(done)["paste"] == REDIRECTS[location].format(url=upstream.url)


def test_a_whole_answer_instead_of_a_stream_is_noted(ask: Ask, upstream: Ailing) -> None:
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": "Hi"},
        "finish_reason": "stop",
    }
    upstream.answers("200 OK", {"id": "c", "object": "chat.completion", "choices": [choice]})
    done = ask("--json")
    assert done.code == 0
    assert finding_of(done)["cause"] == "the server does not stream"
    assert finding_of(done)["paste"] == "addParams:\n  stream: false"


OTHERS = {
    "Messages": (
        events({"type": "message_start", "message": {"id": "m", "content": []}}),
        STREAM,
        "provider: anthropic",
    ),
    "Responses": (
        events({"type": "response.created", "response": {"id": "r"}}),
        STREAM,
        "provider: openai-responses",
    ),
    "Google's": (
        b'data: {"candidates": [{"content": {"parts": [{"text": "Hi"}]}}]}\n\n',
        STREAM,
        "provider: google",
    ),
    "Ollama's own": (
        b'{"model": "m", "message": {"role": "assistant", "content": "Hi"}, "done": false}\n'
        b'{"model": "m", "message": {"role": "assistant", "content": ""}, "done": true}\n',
        "application/x-ndjson",
        "/v1",
    ),
}


@pytest.mark.parametrize("other", OTHERS)
def test_another_wire_than_configured_is_recognised(ask: Ask, upstream: Ailing, other: str) -> None:
    body, content_type, paste = OTHERS[other]
    upstream.answers("200 OK", body, content_type)
    done = ask("--json", directEndpoint=True, path="/api/chat")
    assert done.code == 1
    assert finding_of(done)["rule"] == "another_wire"
    assert other in finding_of(done)["symptom"]
    assert finding_of(done)["paste"].endswith(paste)


def test_chat_completions_are_recognised_where_messages_are_configured(
    ask: Ask, upstream: Ailing
) -> None:
    done = ask("--json", provider="anthropic", path="")
    assert done.code == 1
    assert "Chat Completions" in finding_of(done)["symptom"]
    assert finding_of(done)["paste"] == "provider: openai"


def test_a_refusal_in_the_words_of_messages_tells_the_wire(ask: Ask, upstream: Ailing) -> None:
    error = {"type": "error", "error": {"type": "not_found_error", "message": "Not found"}}
    upstream.answers("404 Not Found", error)
    done = ask("--json")
    assert done.code == 1
    assert finding_of(done)["paste"] == "provider: anthropic"


EMPTY = {
    "in the reasoning": (chat({"reasoning_content": "All of it."}), 1),
    "used up by thinking": (chat({"reasoning_content": "So far"}, reason="length"), 0),
    "the answer is empty": (chat({"content": ""}), 1),
}


@pytest.mark.parametrize("words", EMPTY)
def test_an_empty_answer_is_told_with_why(ask: Ask, upstream: Ailing, words: str) -> None:
    body, code = EMPTY[words]
    upstream.answers("200 OK", body, STREAM)
    done = ask()
    assert done.code == code
    assert words in done.out


FIELDS = {
    "stream_options": "supportsUsageInStreaming: false",
    "max_tokens": "maxTokensField: max_completion_tokens",
    "store": "supportsStore: false",
    "temperature": "dropParams: [temperature]",
    "depth": "dropParams: [extra.depth]",
}


@pytest.mark.parametrize("name", FIELDS)
def test_a_refused_field_is_kept_away_by_what_is_told(
    ask: Ask, upstream: Ailing, name: str
) -> None:
    said = f"Unsupported parameter: '{name}' is not supported with this model."
    upstream.refuses("400 Bad Request", said)
    more = {"temperature": 0.5, "extra": {"depth": 1}}
    done = ask("--json", addParams=more, compat={"supportsStore": True})
    assert done.code == 1
    assert finding_of(done)["cause"] == f"the upstream does not take `{name}`"
    assert finding_of(done)["paste"].endswith(FIELDS[name])


def test_a_field_that_was_not_sent_is_not_blamed(ask: Ask, upstream: Ailing) -> None:
    upstream.refuses("400 Bad Request", "We could not store your logprobs.")
    done = ask("--json")
    assert done.code == 4
    assert finding_of(done)["rule"] == "refused"


@pytest.mark.parametrize("body", [b"\x1f\x8b\x08\x00packed", b"\xfc\xdfe"])
def test_what_is_no_text_is_shown_in_its_first_bytes(
    ask: Ask, upstream: Ailing, body: bytes
) -> None:
    upstream.answers("200 OK", body, STREAM)
    done = ask()
    assert done.code == 1
    assert body[:4].hex(" ") in done.out


def test_bytes_that_are_no_text_are_shown_where_they_are(ask: Ask, upstream: Ailing) -> None:
    upstream.answers("200 OK", b"data: gr\xfc\xdfe", STREAM)
    assert "at byte 8 it goes fc df 65" in finding_of(ask("--json"))["symptom"]


def test_an_error_in_a_stream_is_told_in_its_words(ask: Ask, upstream: Ailing) -> None:
    upstream.answers("200 OK", events({"error": {"message": "Too busy.", "code": 503}}), STREAM)
    done = ask("--json")
    assert done.code == 3
    assert finding_of(done)["rule"] == "error_in_answer"
    assert "Too busy." in finding_of(done)["symptom"]


@pytest.mark.parametrize("behaviour", ["reset_mid_body", "close_before_headers"])
def test_an_answer_that_breaks_off_is_told(
    command: Command, tmp_path: Path, behaviour: str
) -> None:
    with Running(BadProvider()) as provider:
        write(tmp_path, entry(f"{provider.url}/{behaviour}/v1"))
        done = command("doctor")
    assert done.code == 3
    assert "the upstream closed the connection" in done.out


def test_an_answer_that_does_not_come_is_told_with_what_waits_longer(
    command: Command, tmp_path: Path
) -> None:
    with Running(BadProvider()) as provider:
        timeouts = {"timeouts": {"firstToken": 0.3}}
        write(tmp_path, entry(f"{provider.url}/hang/v1"), server=timeouts)
        done = command("doctor")
    assert done.code == 3
    assert "`firstToken`" in done.out


@pytest.mark.parametrize("abandoned", ["cancel", "drain"])
def test_an_answer_that_never_ends_is_not_waited_for(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, abandoned: str
) -> None:
    monkeypatch.setattr("endpoints_server.cli.commands.run.doctor.SPEAKING_SECONDS", 0.5)
    with Running(BadProvider(pause_seconds=0.05)) as provider:
        rules = {"abandoned": abandoned, "timeouts": {"firstToken": 1}}
        server = {"endpoints": {"Acme": rules}}
        write(tmp_path, entry(f"{provider.url}/dribble/v1"), server=server)
        done = command("doctor", "--json")
    assert done.code == 3
    assert "within 1.5 seconds" in finding_of(done)["symptom"]
    usage = json.loads(command("usage", "--json").out)
    assert usage["total"]["attempts"] == 1


def test_each_key_is_tried(ask: Ask, upstream: Ailing, command: Command) -> None:
    upstream.refused_key = WORDLESS
    done = ask("--json", server={"endpoints": {"Acme": {"apiKeys": [WORDLESS]}}})
    assert done.code == 4
    assert finding_of(done)["step"] == "call, key 2"
    assert finding_of(done)["rule"] == "key_refused"
    usage = json.loads(command("usage", "--json").out)
    assert usage["total"]["attempts"] == 2


def test_a_warning_is_given_once(ask: Ask, command: Command) -> None:
    ask()
    assert command("doctor", ES_FOO="1").err.count("ES_FOO is set") == 1


# secrets


def test_no_key_is_printed_whatever_an_upstream_repeats(ask: Ask, upstream: Ailing) -> None:
    echo = f"Bearer {CANARY} of {HEADER_CANARY} at ?key={CANARY} is refused"
    bodies = [
        {"error": {"message": echo}},
        {"detail": echo},
        echo.encode(),
        chat({"content": echo}),
    ]
    for status in ("200 OK", "400 Bad Request", "401 Unauthorized", "404 Not Found", "500 Broken"):
        for body in bodies:
            upstream.answers(status, body, JSON)
            for done in (ask(), ask("--json")):
                assert CANARY not in done.out + done.err
                assert HEADER_CANARY not in done.out + done.err


def test_no_secret_of_an_address_is_printed(command: Command, tmp_path: Path) -> None:
    port = unused_port()
    write(tmp_path, entry(f"http://me:{CANARY}@127.0.0.1:{port}/v1/v1?sig={CANARY}"))
    done = command("doctor")
    assert done.code == 3
    assert CANARY not in done.out + done.err


WORDLESS = "q7Zw93kdLmPx02VbNnTr5543"
"""A key without the look of one: it is known by its value alone."""
REPEATS = {
    "where words are cut off": f"{'x ' * 142}bad {WORDLESS} here".encode(),
    "in bytes that are no text": WORDLESS.encode() + b"\xff",
    "in another charset": f"key {WORDLESS}".encode("utf-16-le"),
}


@pytest.mark.parametrize("where", REPEATS)
def test_no_part_of_a_key_is_printed_however_an_answer_repeats_it(
    ask: Ask, upstream: Ailing, where: str
) -> None:
    upstream.answers("400 Bad Request", REPEATS[where], "text/plain")
    done = ask("--json", apiKey=WORDLESS)
    begun = WORDLESS[:8]
    assert begun not in done.out + done.err
    assert begun.encode().hex(" ") not in done.out
    assert "\\u0000" not in done.out


def test_a_key_that_a_command_gave_is_masked_too(ask: Ask, upstream: Ailing) -> None:
    upstream.refuses("401 Unauthorized", f"No such key: {WORDLESS}")
    done = ask(apiKey=f"!/bin/echo {WORDLESS}", server={"allowCommands": True})
    assert done.code == 4
    assert "No such key: •••" in done.out
    assert WORDLESS not in done.out + done.err


def test_what_an_upstream_says_does_not_steer_the_terminal(ask: Ask, upstream: Ailing) -> None:
    upstream.refuses("400 Bad Request", "\x1b]0;title\x07 \x1b[2J \u202e no")
    found = finding_of(ask("--json"))
    assert found["symptom"].isprintable()
