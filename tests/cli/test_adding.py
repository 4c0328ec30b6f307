"""A first file, and endpoints that are added to it."""

import io
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Command, Done

CURL = (
    "curl https://gw.example/v1/chat/completions -H 'Authorization: Bearer $GW_KEY'"
    """ -H 'X-Department: engineering' -d '{"model": "m1", "top_k": 3, "messages": []}'\n"""
)
SECRET = "sk-proj-" + "a8Fk29dkLx02mmQp" + "VbnZ81TyRw45GhKj"


def kept(folder: Path) -> str:
    return (folder / "librechat.yaml").read_text()


def paste(command: Command, folder: Path, text: str, *args: str, **more: str) -> Done:
    (folder / "example.txt").write_text(text)
    return command("add", "--from-example", "example.txt", *args, **more)


def test_a_first_file_has_an_endpoint_for_each_key_that_is_set(
    command: Command, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("GROQ_API_KEY=from-the-file-beside\n")
    done = command("init", MISTRAL_API_KEY="from-the-environment")
    assert done.code == 0
    assert "Mistral, with the key in MISTRAL_API_KEY" in done.out
    assert "Groq, with the key in GROQ_API_KEY" in done.out
    assert "endpoints-server check" in done.out
    text = kept(tmp_path)
    assert text.startswith("# yaml-language-server: $schema=./librechat.schema.json\n")
    assert "from-the" not in text
    assert command("check", MISTRAL_API_KEY="k").out == "librechat.yaml is fine: no warnings.\n"


def test_without_any_key_a_sample_stands_in_comments(command: Command, tmp_path: Path) -> None:
    assert "No vendor's key is set" in command("init").out
    assert "    # - name: OpenRouter\n" in kept(tmp_path)
    assert command("check").code == 0
    assert command("add", "--template", "groq").code == 0
    assert "    # - name: OpenRouter\n" in kept(tmp_path)


def test_a_file_that_is_there_is_not_written_over(command: Command, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("# mine\n")
    done = command("init", "mine.yaml")
    assert done.code == 1
    assert "'mine.yaml' is there already" in done.err
    assert (tmp_path / "mine.yaml").read_text() == "# mine\n"
    assert command("init", "no/such/folder.yaml").code == 1


def test_a_first_file_is_told_in_json(command: Command) -> None:
    told = json.loads(command("init", "--json", GROQ_API_KEY="k").out)
    assert told["file"] == "librechat.yaml"
    assert told["endpoints"] == [{"name": "Groq", "variables": ["GROQ_API_KEY"]}]


def test_a_vendor_is_added_and_the_rest_stays_as_it_is(command: Command, tmp_path: Path) -> None:
    command("init", GROQ_API_KEY="k")
    before = kept(tmp_path)
    done = command("add", "--template", "mistral", "--model", "mistral-small-latest")
    assert done.code == 0
    assert kept(tmp_path).startswith(before)
    line = before.count("\n") + 1
    assert f"Written: librechat.yaml:{line}:7" in done.out
    assert "- name: Mistral\n" in done.out
    assert "Set MISTRAL_API_KEY (the key of Mistral)" in done.out
    assert 'endpoints-server try mistral/mistral-small-latest "Say hello"' in done.out
    listed = command("models", "--json", MISTRAL_API_KEY="k", GROQ_API_KEY="k").out
    assert "mistral/mistral-small-latest" in [each["id"] for each in json.loads(listed)]


def test_a_file_that_is_not_there_is_made(command: Command, tmp_path: Path) -> None:
    done = command("add", "--template", "ollama", "--model", "m", "--name", "X", "--file", "f.yaml")
    assert done.code == 0
    assert "Try it: CONFIG_PATH=f.yaml endpoints-server try x/m" in done.out
    assert command("check", "f.yaml").code == 0
    assert "name: X" in (tmp_path / "f.yaml").read_text()


def test_nothing_is_written_on_a_dry_run(command: Command, tmp_path: Path) -> None:
    done = command("add", "--template", "groq", "--dry-run", GROQ_API_KEY="k")
    assert done.code == 0
    assert "It would stand at librechat.yaml:4:7" in done.out
    assert "Set GROQ" not in done.out
    assert not (tmp_path / "librechat.yaml").exists()


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["--template", "mistrall"], "There is no vendor 'mistrall'. Did you mean `mistral`?"),
        (["--template", "ollama"], "a model: name it with --model"),
        ([], "Say what to add"),
        (["--template", "groq", "--from-example", "x"], "x"),
        (["--template", "groq", "--name", "openAI"], "built-in endpoint"),
        (["--template", "groq", "--file", "/proc/nowhere/f.yaml"], "cannot be written"),
    ],
)
def test_what_cannot_be_added_is_told(
    command: Command, tmp_path: Path, args: list[str], told: str
) -> None:
    done = command("add", *args)
    assert (done.code, done.out) == (1, "")
    assert told in done.err
    assert not (tmp_path / "librechat.yaml").exists()


def test_a_name_that_is_taken_is_told_with_its_place(command: Command, tmp_path: Path) -> None:
    command("add", "--template", "groq")
    before = kept(tmp_path)
    done = command("add", "--template", "groq")
    assert done.code == 1
    assert "librechat.yaml:4:13: error: there is an endpoint `Groq` already" in done.err
    assert kept(tmp_path) == before
    assert command("add", "--template", "groq", "--name", "Groq two").code == 0


def test_a_file_with_errors_is_left_alone_and_they_are_told(
    command: Command, tmp_path: Path
) -> None:
    (tmp_path / "librechat.yaml").write_text("version: 1.3.17\nendpoint: {}\n")
    done = command("add", "--template", "groq")
    assert done.code == 2
    assert "librechat.yaml:2:1: error: `endpoint` is not a key" in done.err
    assert kept(tmp_path) == "version: 1.3.17\nendpoint: {}\n"


def test_a_read_only_file_is_told(command: Command, tmp_path: Path) -> None:
    command("add", "--template", "groq")
    (tmp_path / "librechat.yaml").chmod(0o444)
    done = command("add", "--template", "mistral")
    assert done.code == 1
    assert "'librechat.yaml' is read-only" in done.err


def test_an_example_becomes_an_endpoint(command: Command, tmp_path: Path) -> None:
    done = paste(command, tmp_path, CURL, "--name", "Gateway")
    assert done.code == 0
    assert "Set GW_KEY" in done.out
    text = kept(tmp_path)
    assert "apiKey: '${GW_KEY}'" in text
    assert "X-Department: engineering" in text
    assert "engineering" not in done.out
    explained = command("explain", "gateway/m1", "--json", GW_KEY="k").out
    (route,) = json.loads(explained)["routes"]
    assert {"field": "top_k", "origin": "addParams", "value": 3} in route["body"]


@pytest.mark.parametrize("where", ["environment", "file beside", "file"])
def test_what_is_in_use_here_goes_to_no_host_that_an_example_names(
    command: Command, tmp_path: Path, where: str
) -> None:
    mine = "name: Mine\n      apiKey: '${GW_KEY:-none}'\n      baseURL: https://mine.test/v1"
    text = f"version: 1.3.17\nendpoints:\n  custom:\n    - {mine}\n      models: {{default: [m]}}\n"
    (tmp_path / "librechat.yaml").write_text(text if where == "file" else "version: 1.3.17\n")
    (tmp_path / ".env").write_text("GW_KEY=mine\n" if where == "file beside" else "")
    environ = {"GW_KEY": "mine"} if where == "environment" else {}
    done = paste(command, tmp_path, CURL, **environ)
    assert done.code == 0
    assert "Note: GW_KEY, which the example reads, is in use for another" in done.out
    assert "Set GW_EXAMPLE_API_KEY (the key of gw.example)" in done.out
    assert kept(tmp_path).count("GW_KEY") == text.count("GW_KEY") * (where == "file")


def test_a_variable_that_is_set_is_told_with_what_it_is_sent_as(command: Command) -> None:
    done = command("add", "--template", "groq", GROQ_API_KEY="k")
    assert "GROQ_API_KEY is set, and sent as the key of Groq." in done.out


def test_an_example_is_read_from_stdin_too(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(CURL.encode())))
    told = json.loads(command("add", "--from-example", "-", "--json", "--dry-run").out)
    assert (told["name"], told["models"]) == ("gw.example", ["gw-example/m1"])
    assert (told["written"], told["line"]) == (False, 4)
    assert told["unset"] == [{"variable": "GW_KEY", "holds": "the key of gw.example"}]


def test_a_key_in_an_example_is_never_shown_and_nothing_is_written(
    command: Command, tmp_path: Path
) -> None:
    text = CURL.replace("$GW_KEY", SECRET).replace("gw.example", "api.openai.com")
    for args in ((), ("--json",), ("--dry-run",)):
        done = paste(command, tmp_path, text, *args)
        assert done.code == 4
        assert "Set it as the environment variable OPENAI_API_KEY" in done.err
        said = done.out + done.err
        assert not [at for at in range(len(SECRET) - 8) if SECRET[at : at + 8] in said]
    assert not (tmp_path / "librechat.yaml").exists()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "The example is empty"),
        ("Good morning.", "No call to a model is in the example"),
        ("curl http://169.254.169.254/v1/chat/completions", "an address that nothing may be"),
        ("curl https://gw.example/v1/chat/completions", "a model: name it with --model"),
    ],
)
def test_what_is_no_example_is_told(command: Command, tmp_path: Path, text: str, told: str) -> None:
    done = paste(command, tmp_path, text)
    assert done.code == 1
    assert told in done.err
    assert not (tmp_path / "librechat.yaml").exists()


def test_an_example_that_is_no_text_is_told(command: Command, tmp_path: Path) -> None:
    (tmp_path / "example.txt").write_bytes(b"\xff\xfe\x00")
    done = command("add", "--from-example", "example.txt")
    assert (done.code, "not UTF-8" in done.err) == (1, True)


def test_each_warning_is_told_in_words(command: Command, tmp_path: Path) -> None:
    text = CURL.replace("https://gw.example", "gw.example")
    done = paste(command, tmp_path, text)
    assert done.code == 0
    assert "warning: the address has no scheme" in done.err
