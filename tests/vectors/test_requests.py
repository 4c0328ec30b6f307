"""What a caller's request becomes, beside what LibreChat sends for the same entry."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.vectors.differences.requests import NOT_ASSERTED, REQUESTS
from tests.vectors.requests import Case, expected, plain, play

SPELLINGS_MEANT_FOR_OTHER_WIRES = {"max_output_tokens", "extra_body"}


def cases_of(shared: Path) -> list[Case]:
    text = (shared / "vectors" / "librechat-requests" / "requests.json").read_text()
    cases: list[Case] = json.loads(text)["cases"]
    return cases


def is_played(case: Case) -> bool:
    marks = {case["group"], *(name for name in ("naming_sensitive",) if case.get(name))}
    return not marks & set(NOT_ASSERTED.values())


def outcome(case: Case) -> dict[str, Any] | None:
    sent = play(case)
    return None if sent is None else {**sent, "body": plain(sent["body"])}


def reviewed() -> set[str]:
    return {case for cases in REQUESTS.values() for case in cases}


def test_requests_are_those_of_librechat_but_for_reviewed_cases(shared: Path) -> None:
    played = [case for case in cases_of(shared) if is_played(case)]
    assert len(played) > 300
    differing = {case["id"] for case in played if outcome(case) != expected(case)}
    assert differing == reviewed()


def test_every_difference_stands_under_one_reason() -> None:
    listed = Counter(case for cases in REQUESTS.values() for case in cases)
    assert [case for case, count in listed.items() if count > 1] == []


def test_what_librechat_does_by_accident_is_not_done_here(shared: Path) -> None:
    quirks = {case["id"] for case in cases_of(shared) if case.get("quirk")}
    assert len(quirks & reviewed()) > len(reviewed() - quirks)


def rows_of(shared: Path) -> Iterator[tuple[str, Any, list[str]]]:
    text = (shared / "vectors" / "librechat-requests" / "param-names.json").read_text()
    for row in json.loads(text)["rows"]:
        if row["wire"] in SPELLINGS_MEANT_FOR_OTHER_WIRES:
            continue
        yield row["wire"], row["value"], list(row["from_addParams"]["chat"])


def with_entry(model: str, **keys: object) -> Case:
    return {
        "endpoint": {
            "name": "MyAI",
            "apiKey": "k",
            "baseURL": "https://api.example.test/v1",
            **keys,
        },
        "model": model,
        "chat_request": {"model": model, "messages": [{"role": "user", "content": "Hi"}]},
    }


def body_of(case: Case) -> dict[str, Any]:
    sent = play(case)
    assert sent is not None
    body: dict[str, Any] = sent["body"]
    return body


def wanted(wire_name: str, spelling: str) -> str:
    """A ceiling is one parameter; unless spelled for the newer name, it goes by the older."""
    return "max_tokens" if spelling.startswith("maxCompletion") else wire_name


def test_every_parameter_can_be_added_under_every_spelling(shared: Path) -> None:
    for wire_name, value, spellings in rows_of(shared):
        for spelling in set(spellings) - {"streamUsage"}:
            body = body_of(with_entry("m1", addParams={spelling: value}))
            assert body[wanted(wire_name, spelling)] == value, spelling


def test_every_parameter_can_be_sent_and_dropped_under_every_spelling(shared: Path) -> None:
    for wire_name, value, spellings in rows_of(shared):
        for spelling in set(spellings) - {"streamUsage"}:
            asked = with_entry("m1")
            asked["chat_request"][spelling] = value
            assert body_of(asked)[wanted(wire_name, spelling)] == value
            for dropped in set(spellings) - {"streamUsage"}:
                case = with_entry("m1", dropParams=[dropped])
                case["chat_request"][spelling] = value
                assert body_of(case).keys() == {"model", "messages"}, (spelling, dropped)


def test_models_that_refuse_the_older_ceiling_get_the_newer(shared: Path) -> None:
    for model in ("gpt-5.1", "o4-mini", "openai/gpt-5"):
        for spelling in ("max_tokens", "maxTokens", "maxCompletionTokens", "maxOutputTokens"):
            body = body_of(with_entry(model, addParams={spelling: 60}))
            assert body["max_completion_tokens"] == 60
