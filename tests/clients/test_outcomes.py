"""What counts as a failure of a client, or of the server that it called."""

import json
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.clients.scripts import Broken, Script, make_journeys
from tests.clients.table import table
from tests.clients.told import MARK, Calls, Told, calls_broken, calls_refused, complaints_of, judge

TOLD = Told(client="c", wire="openai_chat", model="m", what="loop", is_finished=True, text="Snow")
CALL = {
    "wire": "openai_chat",
    "model": "m",
    "wire_out": "openai_chat",
    "outcome": "delivered",
    "status": 200,
    "fault": "",
    "detail": "",
}
LINE = {name: getattr(TOLD, name) for name in TOLD.__struct_fields__}


def script(folder: Path, text: str) -> Script:
    """Give a script of Python as if it were a client's."""
    file = folder / "client.py"
    file.write_text(text)
    return Script(interpreter=Path(sys.executable), file=file, source="npm")


def test_a_client_that_finished_is_heard_among_words_of_its_own(tmp_path: Path) -> None:
    text = f"print('a warning')\nprint({MARK + json.dumps(LINE)!r})\n"
    (told,) = make_journeys(script(tmp_path, text), {})
    assert told.text == "Snow"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "ended with 0"),
        (f"print({MARK + json.dumps(LINE)!r})\nraise SystemExit('no such model')", "no such model"),
    ],
    ids=["silent", "broken off"],
)
def test_a_script_that_tells_nothing_or_fails_is_broken(
    tmp_path: Path, text: str, complaint: str
) -> None:
    with pytest.raises(Broken, match=complaint):
        make_journeys(script(tmp_path, text), {})


@pytest.mark.parametrize(
    ("calls", "cell"),
    [
        ([CALL], "relayed"),
        ([CALL | {"wire_out": "anthropic_messages"}], "translated"),
        ([], "FAILED"),
        ([CALL | {"wire": "anthropic_messages"}], "FAILED"),
    ],
    ids=["relayed", "translated", "no call", "another wire"],
)
def test_a_journey_is_told_by_the_calls_that_the_server_saw(calls: Calls, cell: str) -> None:
    lines = table([judge(TOLD, calls)], {"m": "openai_chat"}).splitlines()
    assert lines[1].split() == ["c", "openai_chat", "loop", cell]


def test_a_journey_that_was_not_finished_is_named_with_its_last_words() -> None:
    (said,) = complaints_of([judge(replace(TOLD, is_finished=False), [CALL]), judge(TOLD, [CALL])])
    assert said == "c: loop of m on openai_chat was not finished: 'Snow'"


def test_what_is_no_call_of_a_model_needs_none() -> None:
    assert not judge(replace(TOLD, wire=""), []).complaint


def test_a_call_that_was_not_delivered_is_named() -> None:
    broken = CALL | {"outcome": "failed", "status": 502, "fault": "unreachable"}
    refused = CALL | {"outcome": "refused", "status": 400, "fault": "untranslatable", "model": ""}
    assert calls_broken([CALL, refused, broken]) == [
        "a call of m on openai_chat was failed (502: unreachable)"
    ]
    assert calls_refused([CALL, refused, broken]) == [
        "a call of some model on openai_chat was refused (400: untranslatable)"
    ]
    assert calls_broken([]) == ["nobody called the server"]
