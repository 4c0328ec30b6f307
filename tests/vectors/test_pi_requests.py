"""What a caller's request becomes, beside what pi sends to a model that is described alike."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from tests.vectors.differences.pi_requests import NOT_PLAYED, RELAYED, REQUESTS
from tests.vectors.pi_dialect import route_of
from tests.vectors.pi_requests import APIS, Case, expected, play, replay


@pytest.fixture
def cases(shared: Path) -> list[Case]:
    text = (shared / "vectors" / "pi" / "requests.json").read_text()
    found = [case for case in json.loads(text)["cases"] if case["api"] in APIS]
    assert {case["id"] for case in found if "request" not in case} == reviewed(NOT_PLAYED)
    return [case for case in found if "request" in case]


def reviewed(reasons: Mapping[str, Iterable[str]]) -> set[str]:
    return {case for cases in reasons.values() for case in cases}


def test_requests_are_those_of_pi_but_for_reviewed_cases(cases: list[Case]) -> None:
    assert len(cases) > 250
    differing = set()
    for case in cases:
        wanted = list(expected(case))
        if not all(body in wanted for body in play(case)):
            differing.add(case["id"])
    assert differing == reviewed(REQUESTS)


def test_what_pi_itself_sends_goes_on_as_it_is_but_for_reviewed_cases(cases: list[Case]) -> None:
    differing = {case["id"] for case in cases if replay(case) != case["request"]["body"]}
    assert differing == reviewed(RELAYED)


def test_headers_tell_of_a_conversation_where_pi_does(cases: list[Case]) -> None:
    for case in cases:
        told = {
            name
            for name, value in case["request"]["headers"].items()
            if value == case["options"].get("sessionId", "")
        }
        if case["model"].get("compat", {}).get("sendSessionAffinityHeaders"):
            assert set(route_of(case).dialect.cache.session_headers) == told, case["id"]


def test_every_difference_stands_under_one_reason() -> None:
    for reasons in (REQUESTS, RELAYED):
        listed = Counter(case for cases in reasons.values() for case in cases)
        assert [case for case, count in listed.items() if count > 1] == []
