"""What is read of an example, and what never is."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from endpoints_server.samples.draft import Auth, KeyKind
from endpoints_server.samples.read import LARGEST_BYTES, read_freely, read_sample
from tests.samples.vendors import VENDORS

ADDRESS = "https://gw.example/v1/chat/completions"
BODY = '{"model": "m1", "messages": [{"role": "user", "content": "hi"}]}'

CALLS = {
    "curl": f"""curl {ADDRESS} -H "Authorization: Bearer $GW_KEY" -d '{BODY}'""",
    "a prompt": f"""$ curl {ADDRESS} \\\n> -H "Authorization: Bearer $GW_KEY" -d '{BODY}'""",
    "a lost backslash": f"""curl {ADDRESS}
  -H "Authorization: Bearer $GW_KEY"
  -d '{BODY}'""",
    "a here-document": f"""curl {ADDRESS} -H "Authorization: Bearer $GW_KEY" -d @- <<E1
{BODY}
E1""",
    "a pipe": f"""echo '{BODY}' | curl {ADDRESS} -H "Authorization: Bearer $GW_KEY" -d @-""",
    "cmd": f"""curl {ADDRESS} ^
  -H "Authorization: Bearer %GW_KEY%" ^
  -d "{{\\"model\\":\\"m1\\"}}" """,
    "PowerShell": f"""$b = @{{ model = "m1"; messages = @() }} | ConvertTo-Json
Invoke-RestMethod -Uri "{ADDRESS}" -Headers @{{ Authorization = "Bearer $env:GW_KEY" }} -Body $b""",
    "wget": f"""wget --header="Authorization: Bearer $GW_KEY" --post-data='{BODY}' {ADDRESS}""",
    "HTTPie": f"""http POST {ADDRESS} Authorization:"Bearer $GW_KEY" model=m1 messages:='[]'""",
    "requests": f"""import requests
H = {{"Authorization": f"Bearer {{os.environ['GW_KEY']}}"}}
requests.post("{ADDRESS}", headers=H, json={{"model": "m1", "messages": [],}})""",
    "OpenAI's SDK": """
client = OpenAI(base_url="https://gw.example/v1", api_key=os.getenv("GW_KEY"))
client.chat.completions.create(model="m1", messages=[])""",
    "fetch": f"""await fetch("{ADDRESS}", {{ method: "POST",
  headers: {{ Authorization: `Bearer ${{process.env.GW_KEY}}` }},
  body: JSON.stringify({{ model: 'm1', messages: [], }}) }})""",
    "Go": f"""body := []byte(`{BODY}`)
req, _ := http.NewRequest("POST", "{ADDRESS}", bytes.NewBuffer(body))
req.Header.Set("Authorization", "Bearer "+os.Getenv("GW_KEY"))""",
    "Rust": f"""let r = client.post("{ADDRESS}").header("Authorization",
  format!("Bearer {{}}", std::env::var("GW_KEY")?)).json(&json!({{"model": "m1"}})).send();""",
    "PHP": f"""$ch = curl_init('{ADDRESS}');
curl_setopt($ch, CURLOPT_HTTPHEADER, ['Authorization: Bearer ' . getenv('GW_KEY')]);
curl_setopt($ch, CURLOPT_POSTFIELDS, json_encode(['model' => 'm1', 'messages' => []]));""",
    "a builder": """client = OpenAIOkHttpClient.builder().apiKey(System.getenv("GW_KEY"))
  .baseUrl("https://gw.example/v1").build(); params.builder().model("m1").build();""",
    "the line itself": f"""POST /v1/chat/completions HTTP/1.1
Host: gw.example
Authorization: Bearer ${{GW_KEY}}

{BODY}""",
    "LibreChat": """- name: gw
  apiKey: '${GW_KEY}'
  baseURL: https://gw.example/v1
  models: {default: [m1]}""",
    "pi": """{"gw": {"baseUrl": "https://gw.example/v1", "apiKey": "$GW_KEY", // here
  "models": [{"id": "m1"},]}}""",
    "variables": "GW_BASE_URL=https://gw.example/v1\nGW_API_KEY=${GW_KEY}\nGW_MODEL=m1",
}


@pytest.mark.parametrize("text", CALLS.values(), ids=CALLS.keys())
def test_the_same_call_gives_the_same_draft_in_every_language(text: str) -> None:
    read = read_sample(text, VENDORS)
    assert read.draft is not None
    assert read.draft.base_url == "https://gw.example/v1"
    assert read.draft.upstream_model == "m1"
    assert read.draft.auth == Auth("Authorization", "Bearer")
    assert (read.key, read.draft.api_key_env) == (KeyKind.ENV, "GW_KEY")


def test_quotes_of_a_word_processor_are_mended_and_told() -> None:
    bent = CALLS["curl"].replace("'", "\u2019").replace('"', "\u201d")
    read = read_sample(bent, VENDORS)
    assert read.draft is not None
    assert read.draft.upstream_model == "m1"
    assert read.warnings == ("quotes_repaired",)


def test_neither_comments_nor_messages_say_where_a_call_goes() -> None:
    evil = "https://evil.example/v1/chat/completions"
    text = f"# curl {evil}\n" + CALLS["curl"].replace("hi", f"use {evil}")
    read = read_sample(text, VENDORS)
    assert "evil" not in repr(read)
    assert read.warnings == ()


def test_code_in_a_text_is_not_run_but_named() -> None:
    read = read_sample(f"curl {ADDRESS} -H \"x-api-key: $(cat ~/.key)\" -d '{BODY}'", VENDORS)
    assert read.warnings == ("shell_code_ignored",)
    assert read.key is KeyKind.ENV


@pytest.mark.parametrize(
    "host",
    ["169.254.169.254", "0xA9FEA9FE", "[fe80::1]", "metadata.google.internal", "[fd00:ec2::254]"],
)
def test_what_tells_a_machine_its_secrets_is_no_endpoint(host: str) -> None:
    read = read_sample(f"curl http://{host}/v1/chat/completions -d '{BODY}'", VENDORS)
    assert read.error == "address_not_allowed"
    assert read.draft is None


def test_only_http_is_an_address() -> None:
    assert read_sample("curl file:///etc/passwd", VENDORS).error == "address_not_allowed"


def test_a_server_nearby_is_known_by_its_port_and_by_fields_it_alone_has() -> None:
    text = 'curl http://localhost:8000/v1/chat/completions -d \'{"model": "m1"%s}\''
    plain = read_sample(text % "", VENDORS).draft
    telling = read_sample(text % ', "separate_reasoning": true', VENDORS).draft
    assert plain is not None
    assert telling is not None
    assert (plain.vendor, telling.vendor) == ("vllm", "sglang")
    assert plain.is_local


def test_a_model_that_is_gone_is_told() -> None:
    text = 'curl https://api.openai.com/v1/chat/completions -d \'{"model": "old-1"}\''
    assert read_sample(text, VENDORS).warnings == ("model_retired",)


def test_an_answer_is_no_example() -> None:
    answer = '{"object": "chat.completion", "choices": [{"message": {"content": "hi"}}]}'
    assert read_sample(answer, VENDORS).error == "looks_like_a_response"


def test_hosts_that_differ_are_told_and_the_first_counts() -> None:
    other = CALLS["curl"].replace("gw.example", "other.example")
    read = read_sample(f"{CALLS['curl']}\n{other}", VENDORS)
    assert read.draft is not None
    assert read.draft.base_url == "https://gw.example/v1"
    assert read.warnings == ("several_base_urls",)


def test_a_text_that_is_too_large_is_refused_unread() -> None:
    assert read_sample("x" * (LARGEST_BYTES + 1), VENDORS).error == "api_example_too_large"
    assert read_sample("é" * (LARGEST_BYTES - 1), VENDORS).error == "api_example_too_large"


PLACES = [
    f"curl {ADDRESS} -H 'Authorization: Bearer %s' -d '{BODY}'",
    f"curl {ADDRESS} -u 'me:%s' -d '{BODY}'",
    f"curl '{ADDRESS}?api_key=%s' -d '{BODY}'",
    f"curl https://me:%s@gw.example/v1/chat/completions -d '{BODY}'",
    "export GW_API_KEY=%s\n" + CALLS["curl"],
    CALLS["OpenAI's SDK"].replace('os.getenv("GW_KEY")', 'os.getenv("GW_KEY", "%s")'),
    "new OpenAI({ apiKey: process.env.KEY || '%s', baseURL: 'https://gw.example/v1' })",
    "OpenAI::Client.new(access_token: '%s', uri_base: 'https://gw.example/v1')",
    '.uri("https://gw.example/v1/chat/completions").header("Authorization", "Bearer " + "%s")',
    CALLS["LibreChat"].replace("${GW_KEY}", "%s"),
    '$env:OPENAI_API_KEY = "%s"',
    'setx OPENAI_API_KEY "%s"',
    f'curl {ADDRESS} -d \'{{"model": "m1", "api_key": "%s"}}\'',
]
SIGNS = st.sampled_from("abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789")
DRAWN = st.text(SIGNS, min_size=32, max_size=64).filter(
    lambda text: (
        any(map(str.isdigit, text))
        and len(set(text)) > 12
        and read_sample(f"api_key='{text}'", VENDORS).is_refused
    )
)


@pytest.mark.parametrize("place", PLACES)
@settings(max_examples=20)
@given(key=DRAWN)
def test_a_real_looking_key_is_refused_and_nowhere_in_the_result(place: str, key: str) -> None:
    read = read_sample(place % key, VENDORS)
    assert read.is_refused
    assert read.draft is None
    assert read.key is KeyKind.REAL_LOOKING
    for found in (read, read_freely(place % key, VENDORS)):
        assert key not in repr(found)
        assert key.encode() not in msgspec.json.encode(found)


PIECES = st.sampled_from(
    [
        *CALLS.values(),
        *("'", '"', "`", "{", "}", "[", "]", "(", ")", "<", ">", "$", "\\", "\n", "#", "//", "/*"),
        *("```", "<<E\n", "$(", "${", "@{", "@'", "curl ", "-d ", "client.", ":", "=", "=>", ","),
        *("\ud800", "\x00", "é", "\\ud83d", "\\u{110000}", "await ", "new ", "&a *a", "<<: *x"),
    ]
)


@given(st.lists(PIECES | st.text(max_size=12), max_size=12).map("".join))
def test_no_text_whatever_is_more_than_can_be_read(text: str) -> None:
    assert msgspec.json.encode(read_freely(text, VENDORS))


@given(st.sampled_from(list(CALLS.values())), st.data())
def test_an_example_may_be_cut_off_anywhere(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    assert msgspec.json.encode(read_freely(text[:start] + text[end:], VENDORS))


DEEP = [
    "[",
    "{",
    "(",
    '{"a":',
    "f(",
    "a[b]",
    "new ",
    "await ",
    "$(",
    "${",
    "'",
    '"',
    "`",
    "- ",
    "a: ",
]


@pytest.mark.parametrize("sign", DEEP)
@pytest.mark.parametrize("start", ["", "x = ", f"curl {ADDRESS} -d ", "baseURL: ", "Invoke-X -a "])
def test_nothing_nests_too_deep(start: str, sign: str) -> None:
    assert msgspec.json.encode(read_freely(start + sign * 5000, VENDORS))


def test_values_that_are_used_over_and_over_do_not_grow() -> None:
    lines = [f"a{n + 1} = [a{n}, a{n}]" for n in range(200)]
    call = f'requests.post("{ADDRESS}", json={{"model": "m1", "x": a200}})'
    read = read_sample("\n".join(["a0 = [1]", *lines, call]), VENDORS)
    assert len(msgspec.json.encode(read)) < LARGEST_BYTES


def test_yaml_that_grows_when_it_is_read_is_not_read() -> None:
    text = "a: &a [x]\nb: &b [*a, *a]\nbaseURL: https://gw.example/v1\nmodels: {default: *b}"
    draft = read_sample(text, VENDORS).draft
    assert draft is None or draft.other_models == ()
