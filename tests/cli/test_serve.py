"""The server as a process: its first words, its first call, its end."""

import json
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.cli.conftest import variables

WORDS = "Client key"
PATIENCE_SECONDS = 20


@contextmanager
def serving(
    folder: Path, *args: str, until: str, **more: str
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run a server until it has said a word; gives it and all it said."""
    out = folder / f"out-{time.monotonic_ns()}.txt"
    with out.open("w") as stdout, (folder / "err.txt").open("a") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", "endpoints_server", *(args or ("serve",)), "--port", "0"],
            cwd=folder,
            env=variables(folder, **more),
            stdout=stdout,
            stderr=stderr,
            text=True,
        )
    try:
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        while until not in out.read_text():
            assert process.poll() is None, (folder / "err.txt").read_text()
            assert time.monotonic() < give_up_at
            time.sleep(0.05)
        time.sleep(0.1)
        yield process, out.read_text()
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def test_the_first_run_says_all_that_a_first_call_needs_in_order(tmp_path: Path) -> None:
    with serving(tmp_path, until="curl") as (process, said):
        places = [said.index(word) for word in ("Serving at", "Sign in once", WORDS, "curl -N")]
        assert places == sorted(places)
        (line,) = [each for each in said.splitlines() if each.startswith("curl")]
        answer = subprocess.run(
            shlex.split(f"{line} -s -i"), capture_output=True, text=True, timeout=30, check=True
        )
        assert "200 OK" in answer.stdout
        assert answer.stdout.count("data: {") > 10
        assert answer.stdout.rstrip().endswith("data: [DONE]")
        link = said.split("Sign in once")[1].split()[0]
        assert httpx.get(link).status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_SECONDS) == 0
    (call,) = [
        each
        for text in (tmp_path / "err.txt").read_text().splitlines()
        if (each := json.loads(text))["event"] == "call"
    ]
    assert call["outcome"] == "delivered"


def test_a_later_run_says_where_things_are_and_no_key(tmp_path: Path) -> None:
    with serving(tmp_path, until="curl") as (_, first):
        key = first.split(WORDS)[1].split()[0]
    with serving(tmp_path, until="State is in") as (process, later):
        assert "es-" not in later
        assert str(tmp_path / "data") in later
        address = later.split(" at ")[1].split()[0]
        models = httpx.get(f"{address}/v1/models", headers={"authorization": f"Bearer {key}"})
        assert "demo-chat" in models.text
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_SECONDS) == 0


def test_a_key_that_the_environment_gives_is_never_printed(tmp_path: Path) -> None:
    given = "a-key-of-the-operator-1234"
    with serving(tmp_path, until="curl", ES_ADMIN_KEY=given) as (_, said):
        assert given not in said
        assert "Bearer $ES_ADMIN_KEY" in said
        address = said.split("Serving at")[1].split()[0]
        models = httpx.get(f"{address}/v1/models", headers={"authorization": f"Bearer {given}"})
        assert models.status_code == 200


def test_the_words_of_a_server_can_be_had_as_json(tmp_path: Path) -> None:
    with serving(tmp_path, "demo", "--json", until="}") as (_, said):
        told = json.loads(said)
        assert told["address"].startswith("http://127.0.0.1:")
        assert told["sign_in"].startswith(f"{told['address']}/console/sign-in?token=")
        assert told["key"] in told["curl"]


def test_the_demo_is_served_whatever_file_there_is(tmp_path: Path) -> None:
    (tmp_path / "librechat.yaml").write_text("this: is no configuration")
    with serving(tmp_path, "demo", until="curl") as (_, said):
        assert "demo/demo-chat" in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("endpoints: {custom: [{name: A}]}", "cannot be used"),
        ("a: [", "cannot be used"),
    ],
)
def test_a_file_that_cannot_be_used_is_not_served(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "librechat.yaml").write_text(text)
    done = subprocess.run(
        [sys.executable, "-m", "endpoints_server", "serve", "--port", "0"],
        cwd=tmp_path,
        env=variables(tmp_path),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 2
    assert said in done.stderr
    assert "librechat.yaml:1:" in done.stderr


@pytest.mark.parametrize("text", ["# nothing\n\n# as yet\n", "", "endpoints: {custom: []}\n"])
def test_a_file_without_endpoints_is_served_and_says_how_to_go_on(
    tmp_path: Path, text: str
) -> None:
    (tmp_path / "librechat.yaml").write_text(text)
    for _ in ("the first run", "a later one"):
        with serving(tmp_path, until="restart") as (process, said):
            assert "holds no endpoints" in said
            assert "endpoints-server demo" in said
            assert "endpoints-server add" in said
            assert "curl" not in said
            address = next(word for word in said.split() if word.startswith("http://"))
            assert httpx.get(f"{address}/livez").status_code == 200
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE_SECONDS) == 0
    assert "Traceback" not in (tmp_path / "err.txt").read_text()


def test_a_hangup_reads_the_configuration_again_and_ends_nothing(tmp_path: Path) -> None:
    (tmp_path / "librechat.yaml").write_text("# nothing\n")
    with serving(tmp_path, until="restart") as (process, said):
        assert len(events(tmp_path, "configuration taken")) == 1
        process.send_signal(signal.SIGHUP)
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        while len(events(tmp_path, "configuration taken")) < 2:
            assert process.poll() is None
            assert time.monotonic() < give_up_at
            time.sleep(0.05)
        address = next(word for word in said.split() if word.startswith("http://"))
        assert httpx.get(f"{address}/livez").status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_SECONDS) == 0


def events(folder: Path, name: str) -> list[dict[str, object]]:
    """Give what a server logged under a name; a line may still be on its way."""
    lines = (folder / "err.txt").read_text().splitlines(keepends=True)
    read = [json.loads(line) for line in lines if line.endswith("\n")]
    return [each for each in read if each["event"] == name]


def test_a_port_that_is_taken_is_told_with_what_to_do(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = subprocess.run(
            [sys.executable, "-m", "endpoints_server", "serve"],
            cwd=tmp_path,
            env=variables(tmp_path, ES_PORT=str(taken.getsockname()[1])),
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    assert done.returncode == 1
    assert "--port" in done.stderr
