"""What counts as a failure of a client, or of the server that it called."""

import json
import sys
from pathlib import Path

import pytest

from tests.acceptance.process import Process
from tests.clients.__main__ import MARK, Outcome, Servers, calls_broken_at, run

FINISHED = {
    "client": "c",
    "wire": "chat",
    "model": "m",
    "what": "tool loop",
    "is_finished": True,
    "text": "Snow",
}


def printed(told: dict[str, object]) -> str:
    return f"print({MARK + json.dumps(told)!r})\n"


def outcome_of(folder: Path, script: str) -> Outcome:
    """Run a script of Python as if it were a client's."""
    file = folder / "client.py"
    file.write_text(script)
    server = Process(folder)
    return run(Servers(server, server), sys.executable, file)


def test_a_client_that_finished_is_heard_among_words_of_its_own(tmp_path: Path) -> None:
    outcome = outcome_of(tmp_path, "print('a warning')\n" + printed(FINISHED))
    assert [each.text for each in outcome.told] == ["Snow"]
    assert outcome.complaints == []


@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        ("", "ended with 0"),
        (printed(FINISHED) + "raise SystemExit('no such model')", "no such model"),
        (printed(FINISHED | {"is_finished": False}), "tool loop of m on chat was not finished"),
    ],
    ids=["silent", "broken off", "not finished"],
)
def test_a_client_that_did_not_finish_is_named(tmp_path: Path, script: str, complaint: str) -> None:
    (said,) = outcome_of(tmp_path, script).complaints
    assert said.startswith("client.py: ")
    assert complaint in said


def test_a_call_that_was_not_delivered_is_named(tmp_path: Path) -> None:
    server = Process(tmp_path)
    call = {"event": "call", "wire": "openai_chat", "model": "m", "outcome": "delivered"}
    lines = [{"event": "configuration taken"}, call]
    server.err.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert calls_broken_at(server) == []
    server.err.write_text(json.dumps(call | {"outcome": "failed"}))
    (said,) = calls_broken_at(server)
    assert said.endswith("a call of m on openai_chat was failed")
    server.err.write_text(json.dumps(lines[0]))
    assert calls_broken_at(server) == [f"{tmp_path.name}: nobody called"]
