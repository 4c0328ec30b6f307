"""What is a key, what stands for one, and what is neither."""

import pytest

from endpoints_server.samples.draft import KeyKind
from endpoints_server.samples.keys.find import has_key
from endpoints_server.samples.keys.kind import kind_of

RANDOM = "q7Lw2ZrT9xVb4NcY" + "8sKd3HfJ"  # in two pieces, for those who look for keys

STAND_INS = [
    *("sk-your-key-here-please", "<paste it here>", "sk-proj-XXXXXXXXXXXXXXXXXXXXXXXX", "{{KEY}}"),
    *("1234567890abcdef1234567890abcdef", "my-team-gateway-token-2026", "AIzaSy…", "lm-studio"),
]
REFERENCES = [
    *("$KEY", "${KEY:-none}", "%KEY%", "$Env:KEY", "os.environ['KEY']", 'std::env::var("KEY")'),
    *("$(pass show gateway)", "!op read op://a/b", "${{ secrets.KEY }}", "{env:KEY}"),
]
NO_KEYS = [
    'model="accounts/fireworks/models/deepseek-v4p1-flash-1017"',
    '"prompt_cache_key": "user-8f14e45fceea167a5a36dedd4bea2543"',
    '"id": "550e8400-e29b-41d4-a716-446655440000"',
    "https://api.example/client/v4/accounts/023e105f4ecef8ad9ca31a8372d0c353/ai/v1",
    "https://hub.example/models/Mixtral8x7BInstructV01Turbo/v1",
    'api_key = getpass.getpass("the key of the gateway")',
    "credential: new ApiKeyCredential(Environment.GetEnvironmentVariable(name))",
    "anthropic-beta: interleaved-thinking-2025-05-14",
]


@pytest.mark.parametrize("text", STAND_INS)
def test_what_stands_for_a_key_is_a_placeholder(text: str) -> None:
    assert kind_of(text) is KeyKind.PLACEHOLDER


@pytest.mark.parametrize("text", REFERENCES)
def test_what_names_where_a_key_is_kept_is_a_reference(text: str) -> None:
    assert kind_of(text) is KeyKind.ENV


@pytest.mark.parametrize("text", NO_KEYS)
def test_what_is_only_long_is_no_key(text: str) -> None:
    assert not has_key(text)


def test_a_random_text_is_a_key_where_a_key_belongs_and_nowhere_else() -> None:
    assert kind_of(RANDOM, "header api-key") is KeyKind.REAL_LOOKING
    assert kind_of(RANDOM, "header X-Title") is KeyKind.NONE


@pytest.mark.parametrize("prefix", ["sk-", "sk-ant-api03-", "gsk_", "xai-", "hf_", "nvapi-"])
def test_a_key_with_a_known_beginning_is_found_in_any_sentence(prefix: str) -> None:
    assert has_key(f"mine is ({prefix}{RANDOM}), do not tell anybody")


def test_a_key_is_found_behind_the_variable_that_it_stands_in_for() -> None:
    assert has_key(f'os.getenv("KEY", "{RANDOM}")')
    assert has_key(f"${{KEY:-{RANDOM}}}")
