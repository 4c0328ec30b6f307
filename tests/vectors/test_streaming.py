"""What becomes of an upstream's answer, beside what LibreChat makes of the same bytes."""

import json
from pathlib import Path
from typing import Any

import pytest

from endpoints_server.domain.dialect import Dialect
from endpoints_server.wires.listed import WIRES
from tests.vectors.differences.streaming import ANSWERS
from tests.vectors.streaming import NAMES, Case, is_as_expected, read


@pytest.fixture
def cases(shared: Path) -> list[Case]:
    text = (shared / "vectors" / "librechat-requests" / "streaming.json").read_text()
    found: list[Case] = json.loads(text)["cases"]
    return found


def test_answers_come_to_what_they_come_to_in_librechat(cases: list[Case]) -> None:
    assert len(cases) > 40
    differing = set()
    for case in cases:
        ways = read(case)
        assert ways[0] == ways[-1] or ways[0]["error"], case["id"]
        if not all(is_as_expected(told, case) for told in ways):
            differing.add(case["id"])
    assert differing == {case for listed in ANSWERS.values() for case in listed}


def test_every_wire_of_the_cases_is_played(cases: list[Case]) -> None:
    assert {case["wire"] for case in cases} == set(NAMES)


def test_what_follows_a_tool_call_goes_on_as_the_client_said_it(cases: list[Case]) -> None:
    played = [case for case in cases if "second_request_messages" in case["expect"]]
    assert played
    for case in played:
        messages: Any = case["expect"]["second_request_messages"]
        body = json.dumps({"model": "x/m1", "messages": messages, "stream": True}).encode()
        sent = WIRES[NAMES[case["wire"]]].relay_request(body, "m1", Dialect(), True).body
        assert json.loads(sent)["messages"] == messages
