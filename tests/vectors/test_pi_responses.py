"""What becomes of an upstream's answer, beside what pi makes of the same bytes."""

import json
from pathlib import Path

import pytest

from tests.vectors.differences.pi_responses import ANSWERS, NOT_PLAYED
from tests.vectors.pi_requests import APIS
from tests.vectors.pi_responses import Case, expected, is_as_expected, read


@pytest.fixture
def cases(shared: Path) -> list[Case]:
    text = (shared / "vectors" / "pi" / "responses.json").read_text()
    unplayed = {case for cases in NOT_PLAYED.values() for case in cases}
    found = [case for case in json.loads(text)["cases"] if case["api"] in APIS]
    return [case for case in found if case["id"] not in unplayed]


def test_answers_come_to_what_they_come_to_in_pi(cases: list[Case]) -> None:
    assert len(cases) > 70
    differing = set()
    for case in cases:
        if not all(is_as_expected(told, expected(case)) for told in read(case)):
            differing.add(case["id"])
    assert differing == {case for listed in ANSWERS.values() for case in listed}
