"""Files of other programs, written as the file this server reads."""

import json
from pathlib import Path

from tests.cli.configured import CANARY
from tests.cli.conftest import Command
from tests.upstreams.ailing import Ailing
from tests.upstreams.server import Running

PROVIDER = {
    "baseUrl": "http://llm.test/v1",
    "api": "openai-completions",
    "apiKey": "$PI_KEY",
    "models": [{"id": "m", "promptCache": {"short": 1}}],
}


def put(folder: Path, *names: str, **more: object) -> Path:
    path = folder / "models.json"
    path.write_text(json.dumps({"providers": dict.fromkeys(names, PROVIDER | more)}))
    return path


def test_what_is_written_passes_its_check(command: Command, tmp_path: Path) -> None:
    put(tmp_path, "mine")
    done = command("import", "pi", "models.json")
    assert done.code == 0
    assert "models.json:1:" in done.err
    assert "`promptCache` changes nothing here" in done.err
    (tmp_path / "out.yaml").write_text(done.out)
    assert command("check", "out.yaml", PI_KEY="k").code == 0
    assert command("check", "out.yaml").code == 2


def test_it_is_written_to_a_file_that_is_not_there_yet(command: Command, tmp_path: Path) -> None:
    put(tmp_path, "mine")
    assert command("import", "pi", "models.json", "--output", "out.yaml").code == 0
    written = (tmp_path / "out.yaml").read_text()
    assert "name: mine" in written
    again = command("import", "pi", "models.json", "--output", "out.yaml")
    assert again.code == 1
    assert "is there already" in again.err
    assert (tmp_path / "out.yaml").read_text() == written


def test_a_file_that_cannot_be_read_is_told(command: Command, tmp_path: Path) -> None:
    (tmp_path / "models.json").write_text("{")
    done = command("import", "pi", "models.json")
    assert (done.code, done.out) == (2, "")
    assert "models.json:1:2: error:" in done.err
    assert command("import", "pi", "nowhere.json").code == 1


def test_json_holds_the_yaml_and_the_report(command: Command, tmp_path: Path) -> None:
    put(tmp_path, "mine", nope=1)
    told = json.loads(command("import", "pi", "models.json", "--json").out)
    assert "name: mine" in told["yaml"]
    assert "`nope` is no key of a provider" in [each["message"] for each in told["report"]]


def test_json_is_told_beside_a_file_that_is_written(command: Command, tmp_path: Path) -> None:
    put(tmp_path, "mine")
    told = json.loads(command("import", "pi", "models.json", "--json", "--output", "o.yaml").out)
    assert (tmp_path / "o.yaml").read_text() == told["yaml"]
    again = command("import", "pi", "models.json", "--json", "--output", "o.yaml")
    assert again.code == 1


def test_what_stands_in_pis_file_is_explained_with_its_tiers(
    command: Command, tmp_path: Path
) -> None:
    tier = {"inputTokensAbove": 6, "input": 0.3, "output": 0.25, "cacheRead": 0, "cacheWrite": 0}
    cost = {"input": 1, "output": 2, "cacheRead": 0, "cacheWrite": 0, "tiers": [tier]}
    put(tmp_path, "mine", apiKey="!id", models=[{"id": "m", "reasoning": True, "cost": cost}])
    (tmp_path / "librechat.yaml").write_text(
        "version: 1.3.17\nserver: {modelsJson: models.json, allowCommands: true}\n"
    )
    (told,) = json.loads(command("explain", "m", "--json").out)["routes"]
    assert told["price"]["above 6 tokens in"] == {"input": "0.3", "output": "0.25"}
    assert told["credential"] == "house, by a command"
    assert told["dialect"]["thinking"] == {"is_able": True}
    assert "above 6 tokens in" in command("explain", "m").out
    assert command("check").code == 0


def litellm(folder: Path, url: str) -> None:
    params = {"model": "openai/one", "api_base": url, "api_key": CANARY, "seed": 7}
    model = {"model_name": "friendly", "litellm_params": params}
    settings = {"request_timeout": 30}
    (folder / "config.yaml").write_text(
        json.dumps({"model_list": [model], "litellm_settings": settings})
    )


def test_a_model_of_litellms_is_called_by_its_name_there(command: Command, tmp_path: Path) -> None:
    with Running(Ailing()) as upstream:
        litellm(tmp_path, upstream.url)
        done = command("import", "litellm", "config.yaml", "--output", "librechat.yaml")
        assert done.code == 0
        assert "config.yaml:1:" in done.err
        assert CANARY not in done.out + done.err + (tmp_path / "librechat.yaml").read_text()
        assert command("check", KEY_127_0_0_1_API_KEY=CANARY).code == 0
        asked = command("try", "friendly", KEY_127_0_0_1_API_KEY=CANARY)
        assert "Hello." in asked.out
        seen = upstream.last
        assert (upstream.calls[0]["model"], upstream.calls[0]["seed"]) == ("one", 7)
        assert seen.headers["authorization"] == f"Bearer {CANARY}"


def test_a_file_of_litellms_with_errors_is_told(command: Command, tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("model_list: {\n")
    done = command("import", "litellm", "config.yaml", "--json")
    assert done.code == 2
    assert json.loads(done.out)["yaml"] == ""


def test_librechats_own_endpoint_is_called_where_its_variables_say(
    command: Command, tmp_path: Path
) -> None:
    home = tmp_path / "LibreChat"
    home.mkdir()
    (home / "librechat.yaml").write_text("version: 1.3.5\nregistration: {}\n")
    dotenv = f"OPENAI_API_KEY={CANARY}\nOPENAI_REVERSE_PROXY=u\nOPENAI_MODELS=one\n"
    (home / ".env").write_text(dotenv)
    done = command("import", "librechat", "LibreChat/librechat.yaml", "--output", "librechat.yaml")
    assert done.code == 0
    assert ".env:1:1: note: LibreChat's own endpoint becomes `OpenAI API`" in done.err
    assert CANARY not in done.out + done.err + (tmp_path / "librechat.yaml").read_text()
    with Running(Ailing()) as upstream:
        variables = {"OPENAI_API_KEY": CANARY, "OPENAI_REVERSE_PROXY": upstream.url}
        assert "Hello." in command("try", "one", **variables).out
        assert upstream.last.headers["authorization"] == f"Bearer {CANARY}"


def test_a_file_of_librechats_without_variables_is_the_same_file(
    command: Command, tmp_path: Path
) -> None:
    (tmp_path / "librechat.yaml").write_text("version: 1.3.5\ncache: true\n")
    done = command("import", "librechat", "librechat.yaml")
    assert (done.code, done.out) == (0, "version: 1.3.5\ncache: true\n")
    assert "the file can be served as it is" in done.err
    assert command("import", "librechat", "librechat.yaml", "--output", "librechat.yaml").code == 1
