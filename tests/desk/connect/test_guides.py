"""Every client has its guide, and a filled guide says exactly what was filled in."""

import ast
import json
import subprocess
import tomllib

import pytest
from ruamel.yaml import YAML

from endpoints_server.config.load import load_bytes
from endpoints_server.config.problem import has_errors
from endpoints_server.desk.connect.fill import PLACE, Access, fill
from endpoints_server.desk.connect.guide import Block, known_guides
from endpoints_server.domain.fault import Failed
from endpoints_server.domain.secret import Secret

GUIDES = known_guides()
CLIENTS = {
    *("openai", "anthropic", "google", "vercel-ai", "langchain", "pydantic-ai", "litellm"),
    *("claude-code", "codex", "opencode", "pi", "continue", "aider", "llm", "instructor"),
    *("open-webui", "librechat", "curl"),
}
WIRES = {"openai_chat", "openai_responses", "anthropic_messages", "google_generative"}
URL, KEY, MODEL = "https://models.example.org/e/one", "k$HOME`x`{}", "team/a $model: {{key}} #1"
ACCESS = Access(url=URL, key=Secret(KEY), model=MODEL)
FINDS_MODELS = {"model"}
"""What need not be told to a client that asks for the list."""
every_guide = pytest.mark.parametrize("name", GUIDES)


def values_in(block: Block) -> object:
    """Read a text as its language reads it; of programs the constants."""
    match block.form:
        case "json":
            return json.loads(block.text)
        case "toml":
            return tomllib.loads(block.text)
        case "yaml":
            return YAML(typ="safe").load(block.text)
        case "python":
            tree = ast.walk(ast.parse(block.text))
            return [node.value for node in tree if isinstance(node, ast.Constant)]
        case "sh":
            subprocess.run(["sh", "-n"], input=block.text, text=True, check=True)
            return block.text
        case "javascript":
            return block.text


def test_every_client_has_a_guide_and_no_other_is_there() -> None:
    assert set(GUIDES) == CLIENTS


@every_guide
def test_a_guide_tells_address_key_and_model_and_names_its_wires(name: str) -> None:
    guide = GUIDES[name]
    told = {place for block in guide.blocks for place in PLACE.findall(block.text + block.note)}
    assert told == {"url", "key", "model"} - (FINDS_MODELS if name == "open-webui" else set())
    for block in guide.blocks:
        assert set(block.wires) <= WIRES
        assert block.wires
        assert block.text.endswith("\n")


@every_guide
def test_a_filled_text_is_right_in_its_language_whatever_is_filled_in(name: str) -> None:
    filled = fill(GUIDES[name], ACCESS)
    said = [str(values_in(block)) for block in filled.blocks]
    assert any(URL in each for each in said)
    assert any(KEY in each for each in said)
    assert not [block for block in filled.blocks if "{{url}}" in block.text]


def test_a_shell_takes_over_what_was_filled_in_to_the_letter() -> None:
    (block,) = fill(GUIDES["aider"], ACCESS).blocks
    told = subprocess.run(
        ["sh", "-c", f"{block.text}\nenv"], env={}, capture_output=True, text=True, check=True
    ).stdout
    assert f"OPENAI_API_BASE={URL}/v1\n" in told
    assert f"OPENAI_API_KEY={KEY}\n" in told
    assert f"AIDER_MODEL=openai/{MODEL}\n" in told


def test_what_librechat_is_told_is_right_by_our_own_reading_of_its_file() -> None:
    (block,) = fill(GUIDES["librechat"], Access(url=URL, key=Secret("es-1"), model="m")).blocks
    loaded = load_bytes(block.text.encode(), {}, "librechat.yaml")
    assert loaded.settings
    assert not has_errors(loaded.problems)


@pytest.mark.parametrize("ending", ["", "/", "/v1", "/v1/", "/v1beta"])
def test_an_address_of_a_wire_is_understood_as_that_of_the_server(ending: str) -> None:
    (block, *_) = fill(GUIDES["openai"], Access(url=f"http://h{ending}")).blocks
    assert 'base_url="http://h/v1"' in block.text
    assert "es-…" in block.text


@pytest.mark.parametrize(
    ("url", "key", "model"),
    [
        ("models.example.org", "", "m"),
        ("http://h/?q=1", "", "m"),
        ("http://h/'", "", "m"),
        ("http://h", "two words", "m"),
        ("http://h", 'quo"te', "m"),
        ("http://h", "schlüssel", "m"),
        ("http://h", "", "a'b"),
        ("http://h", "", "a\nb"),
        ("http://h", "", " "),
    ],
)
def test_what_cannot_be_quoted_is_refused_and_no_key_is_repeated(
    url: str, key: str, model: str
) -> None:
    access = Access(url=url, key=Secret(key) if key else None, model=model)
    with pytest.raises(Failed) as refused:
        fill(GUIDES["curl"], access)
    assert not key or key not in refused.value.fault.message
