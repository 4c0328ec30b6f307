"""One scale of how much to think, and the nearest level that a model has."""

import json
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from endpoints_server.domain.dialect import ThinkingRules
from endpoints_server.domain.talk.effort import (
    BUDGETS,
    LEVELS,
    fit_level,
    has_level,
    level_for,
    level_of,
)
from endpoints_server.domain.talk.prompt import Reasoning

levels = st.sampled_from(LEVELS)
maps = st.dictionaries(levels, st.none() | st.just("word"))


def cases_of(shared: Path) -> list[dict[str, Any]]:
    text = (shared / "vectors" / "pi" / "misc.json").read_text()
    cases: list[dict[str, Any]] = json.loads(text)["thinking_levels"]
    return cases


def test_a_level_becomes_what_it_becomes_in_pi(shared: Path) -> None:
    for case in cases_of(shared):
        rules = ThinkingRules(is_able=case["reasoning"], levels=case["map"] or {})
        supported = [level for level in LEVELS if has_level(rules, level)]
        assert supported == case["supported"], case["id"]
        assert {level: fit_level(level, rules) for level in LEVELS} == case["clamp"], case["id"]


@given(level=levels, words=maps)
def test_no_level_between_the_asked_and_the_given_one_is_passed_over(
    level: str, words: dict[str, str | None]
) -> None:
    rules = ThinkingRules(is_able=True, levels=words)
    given_level = fit_level(level, rules)
    first, last = sorted((LEVELS.index(level), LEVELS.index(given_level)))
    passed = [each for each in LEVELS[first : last + 1] if each != given_level]
    assert not any(has_level(rules, each) for each in passed)
    assert has_level(rules, given_level) or not any(has_level(rules, each) for each in LEVELS)


@given(level=levels)
def test_of_a_model_that_nothing_is_known_of_the_level_asked_for_is_taken(level: str) -> None:
    assert fit_level(level, ThinkingRules()) == level


def test_a_budget_is_the_level_whose_budget_it_comes_near() -> None:
    assert [level_for(BUDGETS[level]) for level in ("low", "medium", "high")] == [
        "low",
        "medium",
        "high",
    ]
    assert (level_for(0), level_for(None), level_for(10**6)) == ("off", "", "high")
    assert level_of(Reasoning(budget_tokens=5000)) == "medium"
    assert level_of(Reasoning(is_adaptive=True)) == "medium"
    assert level_of(Reasoning(effort="max", budget_tokens=1)) == "max"
