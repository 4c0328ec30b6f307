"""A stranger's first minutes: the words of the first run, and the tour of the README."""

import re
import shlex
import subprocess
import time
from pathlib import Path

import httpx
import pytest

from tests.acceptance.process import PATIENCE_SECONDS, Process, run, served, variables

ROOT = Path(__file__).parents[2]
ORDER = (
    r"^Serving at +(http://127\.0\.0\.1:\d+)$",
    r"^Sign in once +(http://\S+/console/sign-in\?token=\S+)$",
    r"^Client key +(es-\S+)$",
    r"^(curl .+)$",
)
INDENT = "    "


def shell(text: str, folder: Path, **more: str) -> str:
    """Paste something into a shell; gives what it prints."""
    done = subprocess.run(
        ["bash", "-c", text],
        cwd=folder,
        env=variables(folder, **more),
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"{text}\n{done.stdout}{done.stderr}"
    return done.stdout


def printed(server: Process) -> tuple[str, ...]:
    """Read address, link, key and curl line; fails where one is missing or out of order."""
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while "\ncurl " not in (said := server.out.read_text()) and time.monotonic() < give_up_at:
        time.sleep(0.02)
    found = [re.search(pattern, said, re.MULTILINE) for pattern in ORDER]
    assert all(found), said
    places = [match.start() for match in found if match]
    assert places == sorted(places)
    return tuple(match[1] for match in found if match)


def test_a_stranger_gets_a_stream_and_a_console_from_what_is_printed(tmp_path: Path) -> None:
    with served(tmp_path) as server:
        address, link, key, line = printed(server)
        assert address == server.url
        answer = shell(line, tmp_path)
        assert answer.count("data: {") > 10
        assert answer.rstrip().endswith("data: [DONE]")
        with httpx.Client(base_url=address, follow_redirects=True) as browser:
            assert "<button" in browser.get(link).text
            console = browser.post("/console/sign-in", data={"token": link.split("token=")[1]})
            assert console.status_code == 200
            assert console.url.path == "/console"
            assert browser.post(link, data={"token": link.split("token=")[1]}).status_code == 410
    server.out.unlink()
    with served(tmp_path, ES_PORT="0") as again:
        while "State is in" not in again.out.read_text():
            time.sleep(0.02)
        said = again.said()
        assert key not in said
        assert "token=" not in said
        models = httpx.get(f"{again.url}/v1/models", headers={"x-api-key": key})
        assert models.status_code == 200


def readme() -> str:
    return (ROOT / "README.md").read_text()


def indented(text: str) -> list[str]:
    """Give the commands of the first indented block, continued lines joined."""
    lines = text.splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith(INDENT))
    block = []
    for line in lines[start:]:
        if line and not line.startswith(INDENT):
            break
        block.append(line.removeprefix(INDENT))
    return "\n".join(block).replace("\\\n", " ").splitlines()


def test_the_tour_of_the_readme_works_when_pasted(tmp_path: Path) -> None:
    tour = [
        line for line in indented(readme().split("<!-- tour -->")[1]) if line.startswith("curl")
    ]
    assert len(tour) >= 3
    with served(tmp_path) as server:
        _, _, key, _ = printed(server)
        places = {"KEY": key, "URL": server.url}
        models, stream, message = (shell(line, tmp_path, **places) for line in tour[:3])
    assert "demo-chat" in models
    assert stream.rstrip().endswith("data: [DONE]")
    assert '"type":"message"' in message
    for name in ("x-es-endpoint", "x-es-upstream-model", "x-es-cost", "x-request-id"):
        assert f"{name}: " in message


def test_the_commands_of_the_readme_work_on_the_demo(tmp_path: Path) -> None:
    """Those that name a model of the README's example are asked of the demo's."""
    commands = [
        shlex.split(line, comments=True)[1:]
        for line in re.findall(r"^ {4}\.venv/bin/(endpoints-server .+)$", readme(), re.MULTILINE)
    ]
    assert {args[0] for args in commands} >= {"check", "explain", "try", "key", "usage", "ledger"}
    demo = {"claude-sonnet-4-5": "demo-messages", "mistral-small-latest": "demo-chat"}
    for args in commands:
        if args[0] == "check":
            continue
        done = run(tmp_path, *(demo.get(each, each) for each in args))
        assert done.returncode == 0, f"{args}\n{done.stdout}{done.stderr}"
        assert done.stdout


def test_the_file_of_the_readme_passes_its_check_and_is_explained(tmp_path: Path) -> None:
    example = re.search(r"```yaml\n(.+?)```", readme(), re.DOTALL)
    assert example
    (tmp_path / "librechat.yaml").write_text(example[1])
    keys = {"MISTRAL_API_KEY": "a-key-of-mistral", "CLAUDE_API_KEY": "a-key-of-anthropic"}
    assert run(tmp_path, "check").returncode == 2
    done = run(tmp_path, "check", **keys)
    assert done.returncode == 0, done.stdout
    for line in re.findall(r"endpoints-server (explain .+)$", readme(), re.MULTILINE):
        explained = run(tmp_path, *shlex.split(line), **keys)
        assert explained.returncode == 0
        assert "https://api.anthropic.com/v1/messages" in explained.stdout


@pytest.mark.parametrize("name", ["openai", "anthropic"])
def test_the_official_sdks_work_as_the_readme_writes_them(tmp_path: Path, name: str) -> None:
    found = re.search(rf"^ {{4}}({name}\..+)$", readme(), re.MULTILINE)
    assert found
    with served(tmp_path) as server:
        _, _, key, _ = printed(server)
        made = found[1].replace("http://127.0.0.1:8484", server.url).replace("es-…", key)
        code = f"import {name}; print([each.id for each in {made}.models.list()])"
        assert "demo-chat" in shell(f"python -c {shlex.quote(code)}", tmp_path)
