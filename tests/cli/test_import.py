"""Files of other programs, written as the file this server reads."""

import json
from pathlib import Path

from tests.cli.conftest import Command

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
