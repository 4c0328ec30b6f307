"""No secret survives scrubbing, and what is no secret does."""

import json
from time import perf_counter
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from endpoints_server.domain.people.access_key import RANDOM_BYTES, make_key
from endpoints_server.domain.scrub import scrub
from endpoints_server.domain.secret import MASK, Secret

CANARY = "c4n4ryZk39dQpLw8"

PLANTED = [
    f"Authorization: Bearer {CANARY}",
    f"authorization: Basic {CANARY}==",
    f"refused Bearer {CANARY}, try again",
    f"{{'x-api-key': '{CANARY}', 'model': 'm'}}",
    f"[(b'x-api-key', b'{CANARY}')]",
    f'{{"apiKey":"{CANARY}"}}',
    f'{{"error":"sent {{\\"api_key\\":\\"{CANARY}\\"}}"}}',
    f'["Proxy-Authorization", "Bearer {CANARY}"]',
    f"Cookie: theme=dark; session={CANARY}",
    f"password={CANARY}",
    f"GET https://host/v1beta/models?key={CANARY}&alt=sse",
    f"https://host/cb?state=1&access_token={CANARY}",
    f"postgresql://someone:{CANARY}@db/name",
    f"https://{CANARY}@host/v1",
    f"Incorrect API key provided: sk-{CANARY}. You can find yours",
    f"sk-proj-{CANARY}_x and gsk_{CANARY} and xai-{CANARY}",
    f"AIza{CANARY}",
    f"eyJhbGciOiJ.{CANARY}.{CANARY}",
]

HARMLESS = [
    "The bearer of this letter is a task-management-system enthusiast.",
    "Basic authentication is needed; the secret is out.",
    "See https://medium.com/@someone and https://example.com/a?page=2",
    '{"api_key": null, "password": 12, "authorization": {}, "model": "es-latin"}',
    "risk-assessment-of-everything",
]


@pytest.mark.parametrize("text", PLANTED)
def test_a_planted_secret_is_gone_from_text_and_bytes(text: str) -> None:
    assert CANARY not in scrub(text)
    assert MASK in scrub(text)
    assert scrub(text.encode()) == scrub(text).encode()


@pytest.mark.parametrize("text", HARMLESS)
def test_words_without_a_secret_stay_as_they_are(text: str) -> None:
    assert scrub(text) == text
    assert scrub(text.encode()) == text.encode()


@given(st.binary(min_size=RANDOM_BYTES, max_size=RANDOM_BYTES), st.text(alphabet=" ,.'\"({\n"))
def test_a_client_key_of_ours_is_always_masked(drawn: bytes, around: str) -> None:
    key = make_key(drawn).reveal()
    assert key not in scrub(around + key + around)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=8))
def test_a_known_secret_is_masked_however_it_is_spelled(value: str) -> None:
    json_text = json.dumps({"said": f"<{value}>"}, ensure_ascii=False)
    ascii_text = json.dumps({"said": f"<{value}>"})
    for text in (f"<{value}>", f"/?x={quote(value, safe='')}#", ascii_text):
        assert MASK in scrub(text, [Secret(value)])
    assert json.loads(scrub(ascii_text, [Secret(value)])) == {"said": f"<{MASK}>"}
    assert MASK in scrub(json_text, [Secret(value)])


def test_a_longer_secret_is_masked_before_its_own_beginning() -> None:
    secrets = [Secret("prefix-1234"), Secret("prefix-1234-and-more")]
    assert scrub("x prefix-1234-and-more y", secrets) == f"x {MASK} y"


def test_a_word_too_short_for_a_secret_is_left_alone() -> None:
    assert scrub("ollama is down", [Secret("ollama")]) == "ollama is down"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["api_key", "authorization", "secret", "Cookie", "x"]), inner
            )
        ),
        max_leaves=12,
    )
)
def test_a_json_document_stays_one(document: object) -> None:
    json.loads(scrub(json.dumps(document)))
    json.loads(scrub(json.dumps(document, ensure_ascii=False)))


@pytest.mark.parametrize("piece", ["eyJ-", "sk-", "://a", "bearer ", "password\\", "?key", "a@"])
def test_a_long_hostile_text_takes_time_in_proportion(piece: str) -> None:
    started = perf_counter()
    scrub(piece * (60_000 // len(piece)))
    assert perf_counter() - started < 2
